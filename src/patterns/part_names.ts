/**
 * Who writes a pattern, as the names of hidden parts say it: several computers, several daemons and several commands may
 * write to one folder at the same time, and none may touch the part of another.
 */
import { join } from "node:path";
import { tryToRemove } from "../files/durable.ts";
import { listFolder } from "../files/listing.ts";
import { PART_OF_PATTERN_COMMAND, PATTERN_WRITER } from "../files/service_names.ts";
import { isProcessGone, ownerOf } from "../frames/claim/owner.ts";

/**
 * The plugin's: the same after each start, so that it writes over what a killed daemon left.
 * @param temp the daemon's folder, which no other daemon of this computer uses
 */
export function pluginWriter(temp: string): string {
  return `${PATTERN_WRITER}-${ownerOf(temp)}`;
}

/** Containers may have one name for the computer, and numbers of processes of their own. */
const RUN = crypto.randomUUID().slice(0, 4);

/** Of this run of `pewatch integrate`. @param index of its thread */
export function commandWriter(index: number): string {
  return `${PATTERN_WRITER}-${ownerOf(PATTERN_WRITER)}-${Deno.pid}-${RUN}-${index}`;
}

/** Removes parts of commands that were killed on this computer; never throws. */
export function removeDeadParts(folder: string): void {
  try {
    for (const name of listFolder(folder).files) {
      const [, owner, pid] = PART_OF_PATTERN_COMMAND.exec(name) ?? [];
      if (owner === ownerOf(PATTERN_WRITER) && isProcessGone(Number(pid))) tryToRemove(join(folder, name));
    }
  } catch {
    // The folder's own faults are reported by the first pattern that goes there.
  }
}
