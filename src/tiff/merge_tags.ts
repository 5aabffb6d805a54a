/** Writes a frame's metadata into the tags of its TIFF, without reading or moving a pixel. */
import { TiffError } from "../../ffi/tiff/error.ts";
import type { TiffLibrary } from "../../ffi/tiff/library.ts";
import { toAscii } from "./tags/ascii_text.ts";
import { commit } from "./commit.ts";
import { type Directory, readDirectory, TYPE_ASCII } from "./directory.ts";
import { checkAllValues, layoutOf, type TiffHead, type TiffLayout } from "./layout.ts";
import { type MergeFile, openMergeFile } from "./merge_file.ts";
import { Overlay } from "./overlay.ts";
import { formerTags, leaveOut, saysTheSame } from "./tags/former_tags.ts";
import { readAscii } from "./tags/read_tags.ts";
import { whyUntaggable } from "./taggable.ts";
import { checkNothingLost } from "./same_directory.ts";
import { type FrameTags, privateTags, type TextTag } from "./tags/tag_table.ts";

export interface TagMerge {
  /** By how much the file has grown; the 4 or 8 bytes in the header come on top. */
  readonly appendedBytes: number;
  /** "kept": the file has tags, and there is no sidecar to compare them with. */
  readonly skipped: "already tagged" | "kept" | null;
  /** Whether tags of another sidecar stood there. */
  readonly replaced: boolean;
}

const IMAGE_DESCRIPTION = 270;
const PHOTOMETRIC = 262;
const ROWS_PER_STRIP = 278;
const MIN_IS_BLACK = 1;

/**
 * Adds the private tags, Photometric (1) and RowsPerStrip (height) where they are missing, and ImageDescription if
 * wanted. `head` is what was read of the file before, if anything. Whatever happens, a crash at any instant too, the file can be read and its pixels are untouched; when this
 * throws, the file is as it was.
 * @throws TiffFormatError where the file is no whole TIFF
 * @throws TiffError where it cannot be tagged, in one sentence for the log
 */
export function mergeTags(
  tiff: TiffLibrary,
  path: string,
  tags: FrameTags,
  options: { readonly fsync: boolean; readonly head?: TiffHead | undefined },
): TagMerge {
  using file = openMergeFile(path, options.head?.known);
  return mergeTagsInto(tiff, file, tags, { path, ...options });
}

/** The same for a file already open; `path` is for messages. */
export function mergeTagsInto(
  tiff: TiffLibrary,
  file: MergeFile,
  tags: FrameTags,
  options: { readonly path: string; readonly fsync: boolean; readonly head?: TiffHead | undefined },
): TagMerge {
  // A file of another size is not what was read: a tail was cut off it.
  const head = options.head?.known.size === file.size ? options.head : null;
  const directory = head?.directory ?? readDirectory(file);
  const layout = head?.layout ?? layoutOf(file, directory);
  const former = formerTags(file, directory);
  if (former !== null && tags.sidecarText === null) return { appendedBytes: 0, skipped: "kept", replaced: false };
  checkAllValues(file, directory);
  const table = privateTags(tags);
  if (former !== null && saysTheSame(former, table)) {
    return { appendedBytes: 0, skipped: "already tagged", replaced: false };
  }
  const { path } = options;
  const overlay = new Overlay(file, layout.bigTiff);
  const base = former === null ? directory : leaveOut(former, overlay, { file, directory });
  const reason = whyUntaggable(file, { directory: base, layout, wanted: table.map((one) => one.tag) });
  if (reason !== null) throw new TiffError(`Cannot tag ${path}: ${reason}`);
  rewriteInto(overlay, tiff, {
    path,
    layout: { ...layout, tags: new Set(base.entries.keys()) },
    table,
    description: tags.imageDescription,
  });
  checkResult({ file, directory: base }, overlay, { path, table });
  commit(overlay, file, options);
  const replaced = former !== null && former.sidecarText !== tags.sidecarText;
  return { appendedBytes: overlay.appended.length, skipped: null, replaced };
}

/** Has libtiff write the directory with the new tags; the file itself sees nothing of it. */
function rewriteInto(
  overlay: Overlay,
  tiff: TiffLibrary,
  parts: { path: string; layout: TiffLayout; table: readonly TextTag[]; description: string | null },
): void {
  const { layout, table, description } = parts;
  using directory = tiff.openDirectory(overlay, { name: parts.path, fields: table });
  if (!layout.tags.has(PHOTOMETRIC)) directory.setNumber(PHOTOMETRIC, MIN_IS_BLACK);
  if (!layout.tags.has(ROWS_PER_STRIP)) directory.setNumber(ROWS_PER_STRIP, layout.height);
  if (description !== null && !layout.tags.has(IMAGE_DESCRIPTION)) {
    directory.setText(IMAGE_DESCRIPTION, toAscii(description));
  }
  for (const { tag, text } of table) directory.setText(tag, text);
  directory.rewrite();
}

/** Reads the file as it will be, before a byte of it is written. */
function checkResult(
  before: { file: MergeFile; directory: Directory },
  overlay: Overlay,
  parts: { path: string; table: readonly TextTag[] },
): void {
  const directory = readDirectory(overlay);
  if (directory.ifdOffset < before.file.size) {
    throw new TiffError(`Cannot tag ${parts.path}: libtiff wrote no new directory`);
  }
  checkNothingLost(before, { file: overlay, directory }, parts.path);
  for (const { tag, text } of parts.table) {
    const entry = directory.entries.get(tag);
    if (entry?.type !== TYPE_ASCII || readAscii(overlay, entry) !== text) {
      throw new TiffError(`Cannot tag ${parts.path}: tag ${tag} reads back as another text`);
    }
  }
}
