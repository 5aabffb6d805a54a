/** Which folders must not meet: a frame delivered into the raw folder would be taken for a new one, for ever. */
import { posix, win32 } from "node:path";
import { faultOnWindows } from "./names/windows_names.ts";
import type { Settings } from "./settings.ts";

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

/** Whether `path` is `folder` or below it, on this system. */
export function isWithin(path: string, folder: string): boolean {
  const relation = relate(path, folder, { windows: Deno.build.os === "windows" });
  return relation === "same" || relation === "inside";
}

/** With a separator at its end, so that /a/raw2 does not seem to lie inside /a/raw. */
function comparable(path: string, options: FolderRuleOptions): string {
  const flavour = options.windows ? win32 : posix;
  const whole = flavour.resolve(path);
  const ended = whole.endsWith(flavour.sep) ? whole : whole + flavour.sep;
  // Upper case joins more letters as Windows does than lower case: the long s and the Kelvin sign have no part in it.
  return options.windows ? ended.toUpperCase() : ended;
}

const SYSTEM = Deno.build.os === "darwin" ? "macOS" : Deno.build.os === "linux" ? "Linux" : "this system";

/** Why a path cannot be used on this kind of system, or null; asks nothing of the disk. */
export function faultOfPath(path: string, options: { readonly windows: boolean }): string | null {
  if (!options.windows) {
    return /^[a-zA-Z]:[\\/]|^\\\\/.test(path) ? `this is a Windows path, but pewatch runs on ${SYSTEM}` : null;
  }
  // "R:raw" means a folder below whatever folder was last used on that drive.
  if (/^[a-zA-Z]:(?![\\/])/.test(path)) return "a slash is needed after the drive, as in 'R:\\raw'";
  // Paths of both forms go past the rules for names; Windows shows no program but this one what is made by them.
  if (/^[\\/]{2}[?.][\\/]/.test(path)) {
    return "a path is needed as Windows shows it, as in 'R:\\raw' or '\\\\server\\share\\raw'";
  }
  const names = path.replace(/^[a-zA-Z]:/, "").split(/[\\/]+/);
  for (const name of names) {
    const fault = name === "" || name === "." || name === ".." ? null : faultOnWindows(name);
    if (fault !== null) return fault;
  }
  return null;
}

/** What is wrong with each key where folders meet; the daemon asks again when a client changes one. */
export function folderClashes(settings: Settings, options: { readonly windows: boolean }): FolderClash[] {
  const flavour = options.windows ? win32 : posix;
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  const ways: NamedFolder[] = [
    { key: "folders.raw", path: raw },
    { key: "folders.temp", path: temp },
    { key: "folders.proc", path: proc },
  ];
  // The root itself may lie around the others, as long as what is delivered does not meet them.
  const output = {
    key: `folders.${output_dir ? "output_dir" : "output_root"}`,
    path: flavour.join(output_root, output_dir),
  };
  const clashes = clashesOfFolders([...ways, output], options);
  const others: NamedFolder[] = [
    { key: "daemon.state_dir", path: settings.daemon.state_dir },
    { key: "plugins.dir", path: settings.plugins.dir },
  ];
  // With "delete" too: what only its name calls a dark goes there.
  if (settings.dark.policy !== "keep" && clashes.length === 0) {
    const archive = { key: "dark.archive_dir", path: flavour.join(output_root, settings.dark.archive_dir) };
    clashes.push(...clashesWith(archive, ways, options));
    const isWanted = settings.dark.policy === "archive";
    if (isWanted && relate(archive.path, output.path, options) === "same") {
      clashes.push({
        key: archive.key,
        message: "frames are delivered to this folder; set another one for darks",
      });
    }
  }
  for (const other of others) {
    // One that lies around a way's folder does no harm; within it, it would be taken for a frame or a claim.
    const within = ways.filter((way) => relate(way.path, other.path, options) !== "inside");
    clashes.push(...clashesWith(other, within, options));
  }
  // Whoever can write where plugins lie has code run.
  const [, plugins] = others;
  if (relate(output.path, plugins!.path, options) !== "inside") {
    clashes.push(...clashesWith(plugins!, [output], options));
  }
  return clashes;
}

function clashesWith(folder: NamedFolder, ways: readonly NamedFolder[], options: { windows: boolean }): FolderClash[] {
  return ways.flatMap((way) => clashesOfFolders([way, folder], options));
}
