/** Reads back the tags that pewatch wrote, straight from the directory. */
import { type Directory, type DirectoryEntry, readDirectory, readExactly, TYPE_ASCII } from "../directory.ts";
import { FileAccess, type RandomAccess } from "../random_access.ts";
import { MARKER_NAME, MARKER_TAG, parseText, PRIVATE_FIRST, TEXT_BYTES_MAX } from "./tag_table.ts";

export interface FrameTag {
  readonly tag: number;
  readonly name: string;
  readonly value: string;
}

/**
 * In ascending order of number; empty where pewatch has not tagged the file.
 * @throws TiffFormatError, and Deno's own errors where the file cannot be opened
 */
export function readFrameTags(path: string): FrameTag[] {
  using file = Deno.openSync(path, { read: true });
  const access = new FileAccess(file);
  return frameTagsOf(access, readDirectory(access));
}

/** The same of a directory already read. @throws TiffFormatError */
export function frameTagsOf(file: RandomAccess, directory: Directory): FrameTag[] {
  if (!isTagged(file, directory)) return [];
  const tags: FrameTag[] = [];
  let bytesLeft = TEXT_BYTES_MAX;
  const entries = [...directory.entries.values()].sort((one, other) => one.tag - other.tag);
  for (const entry of entries) {
    if (entry.tag < PRIVATE_FIRST || entry.type !== TYPE_ASCII || entry.count > bytesLeft) continue;
    bytesLeft -= entry.count;
    const parsed = parseText(readAscii(file, entry));
    if (parsed) tags.push({ tag: entry.tag, ...parsed });
  }
  return tags;
}

/** Whether pewatch's own marker is there. @throws TiffFormatError where the marker lies outside the file */
export function isTagged(file: RandomAccess, directory: Directory): boolean {
  const entry = directory.entries.get(MARKER_TAG);
  if (!entry || entry.type !== TYPE_ASCII || entry.count > 64) return false;
  return readAscii(file, entry).startsWith(`${MARKER_NAME}=`);
}

/** Byte for byte, up to the first NUL: other programs write other things than ASCII here. */
export function readAscii(file: RandomAccess, entry: DirectoryEntry): string {
  const what = `text of tag ${entry.tag}`;
  const view = readExactly(file, { offset: entry.valueOffset, length: entry.count, what });
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const end = bytes.indexOf(0);
  return LATIN1.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

const LATIN1 = new TextDecoder("latin1");
