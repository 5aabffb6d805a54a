/** Reads delivered files again, compares them with what the ledger says, and looks for those that were renamed. */
import { join } from "node:path";
import { messageOf } from "../../files/errors.ts";
import { sha256OfFile } from "../../files/copy/digest.ts";
import { listFolder, nameIsTaken, statOf } from "../../files/listing.ts";
import type { PlacedFile } from "../../ledger/exports.ts";
import { startProgress } from "../console/progress.ts";

export interface FilesReport {
  readonly right: number;
  /** Of those that are right, how many have no checksum to be compared with. */
  readonly bySize: number;
  readonly missing: number;
  readonly changed: number;
  readonly faults: readonly { readonly path: string; readonly problem: string }[];
}

export function checkFiles(
  files: readonly PlacedFile[],
  options: { readonly known: readonly PlacedFile[]; readonly root: string; readonly quiet: boolean },
): FilesReport {
  using progress = startProgress(files.length, { ...options, unit: "files" });
  const renamed = new Renamed(options);
  let [right, bySize, missing, changed] = [0, 0, 0, 0];
  const faults: { path: string; problem: string }[] = [];
  for (const [index, file] of files.entries()) {
    const problem = problemOf(file, options.root);
    if (problem === null) {
      right++;
      if (file.sha256 === null) bySize++;
    } else {
      const now = problem === MISSING ? renamed.nameOf(file) : null;
      faults.push({
        path: file.path,
        problem: now === null ? problem : `${problem}; ${now} beside it has its content`,
      });
      if (problem === MISSING || problem === REPLACED) missing++;
      else changed++;
    }
    progress.update(index + 1, file.path);
  }
  return { right, bySize, missing, changed, faults };
}

const MISSING = "it is missing";
const REPLACED = "something that is not a file has its name: a folder, a link or a device";
/** So many files of a folder are read in search of one that was renamed. */
const CANDIDATES_MAX = 20;

/** Files that the ledger does not know, beside those that are missing: a person may have renamed one. */
class Renamed {
  readonly #known: ReadonlySet<string>;
  readonly #root: string;
  /** By folder and size. */
  readonly #strangers = new Map<string, ReadonlyMap<number, readonly string[]>>();
  readonly #sums = new Map<string, string>();

  constructor({ known, root }: { readonly known: readonly PlacedFile[]; readonly root: string }) {
    this.#known = new Set(known.map(({ path }) => path));
    this.#root = root;
  }

  /** Null where nothing is found, or the ledger has no checksum. */
  nameOf({ path, size, sha256 }: PlacedFile): string | null {
    if (sha256 === null) return null;
    const folder = path.split("/").slice(0, -1).join("/");
    const strangers = this.#in(folder).get(size) ?? [];
    return strangers.slice(0, CANDIDATES_MAX).find((name) => this.#sumOf(folder, name) === sha256) ?? null;
  }

  #in(folder: string): ReadonlyMap<number, readonly string[]> {
    const before = this.#strangers.get(folder);
    if (before !== undefined) return before;
    const found = new Map<number, string[]>();
    try {
      const path = join(this.#root, ...folder.split("/"));
      for (const name of listFolder(path).files) {
        if (this.#known.has(folder === "" ? name : `${folder}/${name}`)) continue;
        const size = statOf(join(path, name))?.size ?? -1;
        found.set(size, [...found.get(size) ?? [], name]);
      }
    } catch {
      // The folder is gone with its files, or cannot be listed: each file of it is reported.
    }
    this.#strangers.set(folder, found);
    return found;
  }

  #sumOf(folder: string, name: string): string {
    const path = join(this.#root, ...folder.split("/"), name);
    let sum = this.#sums.get(path);
    try {
      sum ??= sha256OfFile(path);
    } catch {
      sum = ""; // it cannot be read
    }
    this.#sums.set(path, sum);
    return sum;
  }
}

function problemOf({ path, size, sha256 }: PlacedFile, root: string): string | null {
  const whole = join(root, ...path.split("/"));
  try {
    const facts = statOf(whole);
    if (facts === null) return nameIsTaken(whole) ? REPLACED : MISSING;
    if (facts.size !== size) return `it has ${facts.size} bytes, ${size} were delivered`;
    return sha256 === null || sha256OfFile(whole) === sha256 ? null : "its content has changed since its delivery";
  } catch (error) {
    return `it cannot be read: ${messageOf(error)}`;
  }
}
