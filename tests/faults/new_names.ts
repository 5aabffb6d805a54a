/**
 * The visible names below a folder that nobody is done with, again and again. A folder in which nothing has changed is
 * not listed again, and a name that is done with costs no text: otherwise looks at thousands of names take a quarter of
 * a core for as long as a test lasts.
 */
import { join } from "node:path";

/** The coarsest clocks of file systems go by two seconds: until then a folder may change without another time. */
const CLOCK_MS = 3000;

interface Folder {
  /** The time that stood on it before it was listed; NaN where another look has to list it anyway. */
  changed_ms: number;
  readonly done: Set<string>;
  /** Listed names that are not done. */
  readonly open: Set<string>;
  folders: Map<string, Folder>;
}

export class NewNames {
  readonly #path: string;
  readonly #root = emptyFolder();
  readonly #open = new Map<string, { folder: Folder; name: string }>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Forward slashes, sorted. */
  list(): string[] {
    this.#open.clear();
    this.#look(this.#path, "", this.#root);
    return [...this.#open.keys()].sort();
  }

  /** A listed name is not listed again. */
  done(path: string): void {
    const { folder, name } = this.#open.get(path)!;
    folder.open.delete(name);
    folder.done.add(name);
  }

  #look(path: string, below: string, folder: Folder): void {
    const changed_ms = changeOf(path);
    if (changed_ms !== folder.changed_ms || folder.open.size > 0) this.#relist(path, folder, changed_ms);
    for (const name of folder.open) this.#open.set(below + name, { folder, name });
    for (const [name, inner] of folder.folders) this.#look(join(path, name), `${below}${name}/`, inner);
  }

  #relist(path: string, folder: Folder, changed_ms: number): void {
    folder.changed_ms = Date.now() - changed_ms > CLOCK_MS ? changed_ms : NaN;
    folder.open.clear();
    const folders = new Map<string, Folder>();
    for (const { name, isDirectory } of entriesOf(path)) {
      if (name.startsWith(".")) continue;
      if (isDirectory) folders.set(name, folder.folders.get(name) ?? emptyFolder());
      else if (!folder.done.has(name)) folder.open.add(name);
    }
    folder.folders = folders;
  }
}

function emptyFolder(): Folder {
  return { changed_ms: NaN, done: new Set(), open: new Set(), folders: new Map() };
}

/** NaN where it is not there. */
function changeOf(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? NaN;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NaN;
    throw error;
  }
}

function entriesOf(path: string): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
