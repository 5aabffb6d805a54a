/** Files with the geometry in the output: small texts, made under the rules of every delivered file. */
import { join } from "node:path";
import { writeVerified } from "../../files/copy/target_writers.ts";
import { publish, removeFile, whileHeldOpen } from "../../files/durable.ts";
import { hasBytes } from "../../files/copy/same_content.ts";
import { nameIsTaken } from "../../files/listing.ts";
import type { GeometryFiles } from "../../geometry/files.ts";
import { COUNTER_MAX, numberedStem } from "../claim/names.ts";
import { outputPartName } from "../../files/service_names.ts";

/** What the files are called that are for a whole folder. */
const FOLDER_STEM = "geometry";

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
    const bytes = new TextEncoder().encode(text);
    for (let count = 0;; count++) {
      if (count > COUNTER_MAX) {
        throw new Error(`all ${COUNTER_MAX} counters of ${FOLDER_STEM}.${ending} are used in ${folder}`);
      }
      const path = join(folder, `${numberedStem(FOLDER_STEM, count)}.${ending}`);
      if (nameIsTaken(path)) {
        if (hasBytes(path, bytes)) break;
        continue;
      }
      writeVerified(part, bytes, options);
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
