/** Tags that a merge before this one put into the file: what they say, and the directory as it is without them. */
import { fromAscii, toAscii } from "./ascii_text.ts";
import { type Directory, directoryBytes, headerOffsetField } from "../directory.ts";
import type { Overlay } from "../overlay.ts";
import type { RandomAccess } from "../random_access.ts";
import { type FrameTag, frameTagsOf, isTagged, readAscii } from "./read_tags.ts";
import { KEYS_FIRST, parseText, SIDECAR_TAG, type TextTag } from "./tag_table.ts";

const IMAGE_DESCRIPTION = 270;

export interface FormerTags {
  readonly tags: readonly FrameTag[];
  /** All that a new merge takes out of the directory. */
  readonly numbers: ReadonlySet<number>;
  /** The sidecar that they were made of; null where they are of none. */
  readonly sidecarText: string | null;
}

/** Null where pewatch's own marker is not there. Only texts of pewatch's own form count: others are another program's. */
export function formerTags(file: RandomAccess, directory: Directory): FormerTags | null {
  if (!isTagged(file, directory)) return null;
  const tags = frameTagsOf(file, directory);
  const numbers = new Set(tags.map(({ tag }) => tag));
  const keys = tags.filter(({ tag }) => tag >= KEYS_FIRST);
  const description = directory.entries.get(IMAGE_DESCRIPTION);
  if (description !== undefined && keys.length > 0) {
    const lines = fromAscii(readAscii(file, description)).split("\n").toSorted();
    const own = keys.map(({ name, value }) => `${name}=${value}`).toSorted();
    if (lines.join("\n") === own.join("\n")) numbers.add(IMAGE_DESCRIPTION);
  }
  return { tags, numbers, sidecarText: tags.find(({ tag }) => tag === SIDECAR_TAG)?.value ?? null };
}

/** Whether the same texts stand under the same numbers; how they are made ASCII may differ between versions. */
export function saysTheSame(former: FormerTags, table: readonly TextTag[]): boolean {
  if (former.tags.length !== table.length) return false;
  const texts = new Map(former.tags.map(({ tag, name, value }) => [tag, `${toAscii(name)}=${value}`]));
  return table.every(({ tag, text }) => {
    const parsed = parseText(text);
    return parsed !== null && texts.get(tag) === `${toAscii(parsed.name)}=${parsed.value}`;
  });
}

/**
 * Has the overlay begin with a directory that lacks them; their texts stay in the file, unused.
 * @returns the directory as libtiff finds it then
 */
export function leaveOut(
  former: FormerTags,
  overlay: Overlay,
  { file, directory }: { file: RandomAccess; directory: Directory },
): Directory {
  const offset = overlay.size + overlay.size % 2; // directories begin at even offsets
  const { bytes, pointer } = directoryBytes(file, directory, { without: former.numbers, offset });
  overlay.write(offset, bytes);
  overlay.write(headerOffsetField(directory.bigTiff).offset, pointer);
  const entries = new Map([...directory.entries].filter(([tag]) => !former.numbers.has(tag)));
  return { ...directory, entries };
}
