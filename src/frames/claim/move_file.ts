/** Moves one file: a rename, or where the volumes differ a verified and flushed copy before the source is removed. */
import { dirname, join } from "node:path";
import { renameToFreeName } from "../../../ffi/system/files.ts";
import { copyWhole } from "../../files/copy/copy_spans.ts";
import { removeFile, syncFolder, whileHeldOpen } from "../../files/durable.ts";
import { isOtherVolume } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";
import { sameContent } from "../../files/copy/same_content.ts";
import { MOVING_NAME } from "../../files/service_names.ts";

/**
 * Moves `from` to `to`. A `to` that is there already is the remains of a move that was cut off between copy and
 * removal if its content is the same; then only the source is removed.
 * @throws the system's error; the file is then whole in at least one of both places
 */
export async function moveFile(from: string, to: string): Promise<void> {
  if (renameToFreeName(from, to)) return;
  if (statOf(to) !== null) {
    if (!sameContent(from, to)) throw new Deno.errors.AlreadyExists(`Cannot move ${from}: ${to} has other content`);
    removeFile(from);
    return;
  }
  try {
    await whileHeldOpen(() => Deno.renameSync(from, to));
  } catch (error) {
    if (!isOtherVolume(error)) throw error;
    copyFile(from, to);
    removeFile(from);
  }
}

/** A copy that goes back to raw is known there by its time. Volumes that keep none refuse it. */
function keepTime(path: string, time: Date | null): void {
  try {
    if (time !== null) Deno.utimeSync(path, time, time);
  } catch {
    // the claim's record has the time
  }
}

/** Copies to another folder, verified and flushed under another name before it has its own. */
export function copyFile(from: string, to: string): void {
  const part = join(dirname(to), MOVING_NAME);
  const { mtime } = copyWhole(from, part, { verify: "compare", fsync: true });
  keepTime(part, mtime);
  Deno.renameSync(part, to);
  syncFolder(dirname(to));
}
