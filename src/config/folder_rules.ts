/** Which folders must not meet: a frame delivered into the raw folder would be taken for a new one, for ever. */
import { posix, win32 } from "node:path";

export interface NamedFolder {
  /** The key that names it, "folders.raw". */
  readonly key: string;
  readonly path: string;
}

export interface FolderClash {
  readonly key: string;
  readonly message: string;
}

export interface FolderRuleOptions {
  /** Whether paths are compared as Windows does: either slash, no regard to case. */
  readonly windows: boolean;
}

/** What clashes: each of `folders` with one before it. Paths are compared as texts, since ImDisk resolves none. */
export function clashesOfFolders(folders: readonly NamedFolder[], options: FolderRuleOptions): FolderClash[] {
  const clashes: FolderClash[] = [];
  folders.forEach((folder, index) => {
    for (const other of folders.slice(0, index)) {
      const relation = relate(folder.path, other.path, options);
      if (relation === null) continue;
      const message = relation === "same"
        ? `it is the folder that ${other.key} names too (${other.path}); use two different folders`
        : relation === "inside"
        ? `it lies inside ${other.key} (${other.path}); choose a folder outside of it`
        : `${other.key} (${other.path}) lies inside it; choose a folder outside of it`;
      clashes.push({ key: folder.key, message });
    }
  });
  return clashes;
}

/** How `path` lies to `other`: the same, inside it, around it, or apart (null). */
export function relate(
  path: string,
  other: string,
  options: FolderRuleOptions,
): "same" | "inside" | "around" | null {
  const a = comparable(path, options);
  const b = comparable(other, options);
  if (a === b) return "same";
  if (a.startsWith(b)) return "inside";
  if (b.startsWith(a)) return "around";
  return null;
}

/** With a separator at its end, so that /a/raw2 does not seem to lie inside /a/raw. */
function comparable(path: string, options: FolderRuleOptions): string {
  const flavour = options.windows ? win32 : posix;
  const whole = flavour.resolve(path);
  const ended = whole.endsWith(flavour.sep) ? whole : whole + flavour.sep;
  // Upper case joins more letters as Windows does than lower case: the long s and the Kelvin sign have no part in it.
  return options.windows ? ended.toUpperCase() : ended;
}
