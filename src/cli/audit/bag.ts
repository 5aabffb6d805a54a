/** A bag of delivered files (BagIt 1.0, RFC 8493): verified copies, with the checksums of the ledger. */
import { join } from "node:path";
import { copySpans } from "../../files/copy/copy_spans.ts";
import { sha256OfFile } from "../../files/copy/digest.ts";
import { isFull, messageOf } from "../../files/errors.ts";
import { makeFolder, makeFoldersBelow, nameIsTaken } from "../../files/listing.ts";
import { writeWhole } from "../../files/whole_file.ts";
import { bagPath, type PlacedFile } from "../../ledger/exports.ts";
import { CommandError } from "../console/arguments.ts";
import { startProgress } from "../console/progress.ts";
import { PROGRAM_VERSION } from "../../config/program.ts";

const MANIFEST = "manifest-sha256.txt";

/** @throws CommandError where a file is not as it was delivered; the bag then has no manifest, and is none */
export function makeBag(
  files: readonly PlacedFile[],
  { root, into }: { readonly root: string; readonly into: string },
): { readonly count: number; readonly bytes: number } {
  if (nameIsTaken(into)) throw new CommandError(`${into} already exists; name another folder`);
  makeFolder(into);
  makeFoldersBelow(into, "data");
  const manifest: string[] = [];
  let bytes = 0;
  using progress = startProgress(files.length, { quiet: false, unit: "files" });
  for (const [index, { path, size, sha256 }] of files.entries()) {
    const parts = path.split("/");
    makeFoldersBelow(into, ["data", ...parts.slice(0, -1)].join("/"));
    const target = join(into, "data", ...parts);
    const spans = [{ source: join(root, ...parts), offset: 0, length: size }];
    const options = { verify: "compare", fsync: false } as const;
    let hash: string;
    try {
      hash = copySpans([{ path: target, spans, checksumSlot: null, hashed: true }], options).get(target)!;
    } catch (error) {
      if (isFull(error)) {
        throw new CommandError(`${into}: there is no room for the bag; remove it and make it elsewhere`);
      }
      throw new CommandError(`${path} cannot be copied: ${messageOf(error)}; see pewatch audit --files`);
    }
    if (sha256 !== null && hash !== sha256) {
      throw new CommandError(`${path} has changed since its delivery; see pewatch audit --files`);
    }
    manifest.push(`${hash}  ${bagPath(`data/${path}`)}\n`);
    bytes += size;
    progress.update(index + 1, path);
  }
  const info = [
    `Bag-Software-Agent: pewatch ${PROGRAM_VERSION}`,
    `Bagging-Date: ${new Date().toISOString().slice(0, 10)}`,
    `Payload-Oxum: ${bytes}.${files.length}`,
    `Source-Organization: ${root.replaceAll(/[\r\n]/g, " ")}`,
    "",
  ];
  write(into, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
  write(into, "bag-info.txt", info.join("\n"));
  write(into, MANIFEST, manifest.join(""));
  const tags = ["bag-info.txt", "bagit.txt", MANIFEST].map((name) => `${sha256OfFile(join(into, name))}  ${name}\n`);
  write(into, "tagmanifest-sha256.txt", tags.join(""));
  return { count: files.length, bytes };
}

function write(into: string, name: string, text: string): void {
  writeWhole(join(into, name), new TextEncoder().encode(text), { fsync: false });
}
