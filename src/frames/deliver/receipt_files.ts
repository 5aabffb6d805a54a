/** What the ledger says of a set's files: where they stand, their sizes and checksums. */
import { join, relative, sep } from "node:path";
import { sha256OfFile } from "../../files/copy/digest.ts";
import { statOf } from "../../files/listing.ts";
import type { LedgerFile } from "../../ledger/line.ts";
import type { ClaimRecord } from "../claim/record.ts";
import type { FrameFolders } from "../stage.ts";
import type { Delivery } from "./delivery.ts";

export interface FileOfSet {
  readonly name: string;
  readonly kind: LedgerFile["role"];
}

/** Whether the configuration asks for the checksum of such a file. */
export function isHashed({ kind }: Pick<FileOfSet, "kind">, { settings }: Pick<Delivery, "settings">): boolean {
  const { checksum } = settings.frames;
  return checksum === "all" || (checksum === "sha256" && kind !== "nexus");
}

/** The root that a folder of the output lies in, and the path from there, with forward slashes. */
export function placeOf(
  folder: string,
  { destination }: Pick<ClaimRecord, "destination">,
  { outputRoot }: Pick<FrameFolders, "outputRoot">,
): { readonly root: string; readonly folder: string } {
  const inRoot = (root: string) => folder === root || folder.startsWith(root.endsWith(sep) ? root : root + sep);
  const root = [destination.root, outputRoot].find(inRoot) ?? outputRoot;
  return { root, folder: relative(root, folder).split(sep).join("/") };
}

/**
 * @param hashes of the files that were copied just now; what stood there already is read for it
 * @throws the system's error
 */
export function receiptFiles(
  { folder, files }: { readonly folder: string; readonly files: readonly FileOfSet[] },
  hashes: ReadonlyMap<string, string>,
  delivery: Pick<Delivery, "settings">,
): LedgerFile[] {
  return files.map((file) => {
    const path = join(folder, file.name);
    const size = statOf(path)?.size ?? 0;
    const sha256 = isHashed(file, delivery) ? hashes.get(file.name) ?? sha256OfFile(path) : null;
    return { name: file.name, role: file.kind, size, sha256 };
  });
}
