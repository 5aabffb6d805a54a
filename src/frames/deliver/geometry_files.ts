/** Files with the geometry in the output: small texts, made under the rules of every delivered file. */
import { join } from "node:path";
import { VerificationError } from "../../files/copy/target_writers.ts";
import { publish, removeFile, syncFile, whileHeldOpen, writeAll } from "../../files/durable.ts";
import { hasBytes } from "../../files/copy/same_content.ts";
import { nameIsTaken } from "../../files/listing.ts";
import { createOwn } from "../../files/plain_file.ts";
import type { GeometryFiles } from "../../geometry/files.ts";
import { COUNTER_MAX, numberedStem } from "../claim/names.ts";
import { outputPartName } from "../../files/service_names.ts";

/** What the files are called that are for a whole folder. */
const FOLDER_STEM = "geometry";

/** Whether a file, and nothing else of that name, has exactly this text. */
export function hasText(path: string, text: string): boolean {
  return hasBytes(path, new TextEncoder().encode(text));
}

/**
 * Writes a text under a part's name, and reads it back.
 * @throws VerificationError, or the system's error
 */
export function writePart(part: string, text: string, options: { readonly fsync: boolean }): void {
  {
    using file = createOwn(part);
    writeAll(file, new TextEncoder().encode(text));
    if (options.fsync) syncFile(file, part);
  }
  if (!hasText(part, text)) throw new VerificationError(`${part} differs from what was written to it`);
}

/**
 * One file of each kind for all frames of a folder that share a geometry: `geometry.poni`. Where the name has another
 * content, the geometry has changed, or somebody has put his own there: the new one is `geometry-00001.poni`.
 * @param options.id of the claim that the part belongs to
 * @throws VerificationError, or the system's error
 */
export async function publishForFolder(
  folder: string,
  files: GeometryFiles,
  options: { readonly id: string; readonly fsync: boolean },
): Promise<void> {
  const part = join(folder, outputPartName(options.id, "geometry"));
  for (const [ending, text] of Object.entries(files)) {
    for (let count = 0;; count++) {
      if (count > COUNTER_MAX) {
        throw new Error(`all ${COUNTER_MAX} counters of ${FOLDER_STEM}.${ending} are used in ${folder}`);
      }
      const path = join(folder, `${numberedStem(FOLDER_STEM, count)}.${ending}`);
      if (nameIsTaken(path)) {
        if (hasText(path, text)) break;
        continue;
      }
      writePart(part, text, options);
      try {
        await whileHeldOpen(() => publish(part, path));
        break;
      } catch (error) {
        // Another delivery was faster: its file may be the same.
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        count--;
      }
    }
  }
  // Of a kill between a part and its name.
  if (nameIsTaken(part)) removeFile(part);
}
