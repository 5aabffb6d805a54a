/** Checks the SHA-256 that a NeXus file holds against the TIFF beside it. */
import { basename, dirname, extname, join } from "node:path";
import { sha256OfOpen } from "../../files/copy/digest.ts";
import { isMissing } from "../../files/errors.ts";
import type { TreeGroup, TreeNode } from "../../nexus/tree/read_tree.ts";

export interface ChecksumFinding {
  /** Where in the file it stands. */
  readonly at: string;
  /** 64 hexadecimal digits. */
  readonly recorded: string;
  /** The TIFF beside the file; null where there is none. */
  readonly tiff: string | null;
  /** Of that TIFF. */
  readonly actual: string | null;
  /** Null where there is nothing to compare with. */
  readonly fits: boolean | null;
}

/** A group that holds a file's checksum, as NXnote does. */
interface ChecksumNote {
  readonly at: string;
  readonly recorded: string;
  readonly fileName: string | null;
}

/** Null where the file records none. */
export function checkChecksum(path: string, tree: TreeGroup): ChecksumFinding | null {
  const note = findNote(tree, "");
  if (!note) return null;
  for (const tiff of tiffsBeside(path, note)) {
    const actual = sha256IfThere(tiff);
    if (actual === null) continue;
    return { at: note.at, recorded: note.recorded, tiff, actual, fits: actual === note.recorded };
  }
  return { at: note.at, recorded: note.recorded, tiff: null, actual: null, fits: null };
}

function findNote(group: TreeGroup, path: string): ChecksumNote | null {
  const recorded = textOf(group, "checksum")?.toLowerCase();
  if (recorded && /^[0-9a-f]{64}$/.test(recorded) && textOf(group, "algorithm") === "sha256") {
    return { at: `${path}/checksum`, recorded, fileName: textOf(group, "file_name") };
  }
  for (const child of group.children) {
    const found = child.kind === "group" ? findNote(child, `${path}/${child.name}`) : null;
    if (found) return found;
  }
  return null;
}

function textOf(group: TreeGroup, name: string): string | null {
  const node: TreeNode | undefined = group.children.find((child) => child.name === name);
  return node?.kind === "dataset" && typeof node.value === "string" ? node.value : null;
}

/**
 * The set's own name goes first: a frame whose name was taken is delivered as NAME-00001 and says NAME within, and the
 * NAME that lies beside it is another frame's.
 */
function tiffsBeside(path: string, note: ChecksumNote): string[] {
  const folder = dirname(path);
  const name = note.fileName === null ? null : basename(note.fileName);
  const own = basename(path, extname(path)) + (name === null ? ".tif" : extname(name));
  return [...new Set([own, ...name === null ? [] : [name]])].map((candidate) => join(folder, candidate));
}

/** Null where there is no such file. */
function sha256IfThere(path: string): string | null {
  try {
    using file = Deno.openSync(path);
    return sha256OfOpen(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
