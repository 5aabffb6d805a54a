/**
 * The file that says of an output root that frames were delivered there. Where a share is not mounted, its mount point
 * is an empty folder of the local disk: without the file nothing is delivered to a root that had it.
 */
import { join } from "node:path";
import { syncFolderBehind } from "./durable.ts";
import { messageOf } from "./errors.ts";
import { nameIsTaken } from "./listing.ts";
import { OUTPUT_MARKER } from "./service_names.ts";

const ABOUT = "Frames are delivered to this folder. pewatch looks for this file before it delivers: without it, the " +
  "folder may be the empty mount point of a share that is away.";

/** @throws the system's error where the root cannot be asked */
export function hasMarker(root: string): boolean {
  return nameIsTaken(join(root, OUTPUT_MARKER));
}

/**
 * Makes the file; one that is there stays as it is.
 * @throws the system's error
 */
export async function makeMarker(root: string): Promise<void> {
  const text = JSON.stringify({ version: 1, about: ABOUT, since: new Date().toISOString() }, null, 2);
  try {
    await Deno.writeTextFile(join(root, OUTPUT_MARKER), `${text}\n`, { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  // Before anybody relies on it: after a power cut, a root that has lost its marker gets no frames.
  await syncFolderBehind(root);
}

/** What speaks against delivering to a root that is there, or null. */
export function doubtOf(root: string, marked: readonly string[]): string | null {
  if (!marked.includes(root)) return null;
  try {
    if (hasMarker(root)) return null;
  } catch (error) {
    return messageOf(error);
  }
  return `${root} has no ${OUTPUT_MARKER}, which it had when frames were delivered there: is the share mounted? ` +
    `If it is the right folder, type: pewatch init --output "${root}"`;
}
