/**
 * A disk as a power cut may leave it. Calls are replayed on it in their order; at any point it says what is there
 * afterwards, from only what was synced up to all that was written.
 *
 * Two kinds of disk. "loose" promises no more than POSIX: a file's bytes stay after its own sync, a name after the sync
 * of the folder that it is in. "journal" also keeps the order of names, as ext4, XFS, Btrfs and NTFS do: what happened
 * to names before a sync of anything is there after it. On both a rename happens as a whole or not at all.
 */
import { Buffer } from "node:buffer";
import { basename, dirname } from "node:path";
import type { SystemCall } from "./watched_calls.ts";

export type DiskKind = "loose" | "journal";

/** What reached the disk without a sync. */
export interface Luck {
  /** Whether a change of names did; asked in their order. A journal ends at the first that did not. */
  names(): boolean;
  /** Of a file that was not synced: as it was synced last, as it is, its new size with zeros for what was not synced. */
  data(): "synced" | "written" | "zeros";
}

/** Files by their path; null for folders. */
export type DiskContents = ReadonlyMap<string, Uint8Array | null>;

interface FileNode {
  readonly kind: "file";
  bytes: Uint8Array;
  synced: Uint8Array;
  /** The kernel writes to it by ways that no call shows; the next sync shows what. */
  unseen: boolean;
}

interface FolderNode {
  readonly kind: "folder";
  readonly names: Map<string, Node>;
}

type Node = FileNode | FolderNode;

/** One change of names: each of them is given to a node, or taken away. */
interface NameChange {
  readonly entries: readonly { readonly folder: FolderNode; readonly name: string; readonly node: Node | null }[];
  persistent: boolean;
}

const O_CREAT = 0o100, O_TRUNC = 0o1000;
const NOTHING = new Uint8Array();

export class DiskModel {
  readonly #kind: DiskKind;
  readonly #root: FolderNode = newFolder();
  readonly #changes: NameChange[] = [];

  constructor(kind: DiskKind) {
    this.#kind = kind;
  }

  /** Puts a file, or with null a folder, there that was synced long ago. */
  put(path: string, bytes: Uint8Array | null): void {
    const above = dirname(path);
    if (above !== path && this.#find(above) === undefined) this.put(above, null);
    const node: Node = bytes === null ? newFolder() : { kind: "file", bytes, synced: bytes, unseen: false };
    this.#change([{ path, node }]).persistent = true;
  }

  /**
   * @param data what is written, or the whole file that is synced
   * @throws where the model does not know what the call does, or a sync shows that it has missed a write
   */
  replay(call: SystemCall, data: Uint8Array): void {
    const { name, path, path2 } = call;
    const node = this.#find(path);
    switch (name) {
      case "open":
      case "openat":
      case "openat2":
      case "creat":
        return this.#open(call);
      case "write":
      case "pwrite64":
      case "writev":
      case "pwritev":
      case "pwritev2":
        return write(fileOf(node, path), { at: call.offset, data });
      case "ftruncate":
      case "truncate":
        return resize(fileOf(node, path), call.length);
      case "fallocate":
        return resize(fileOf(node, path), Math.max(call.length, fileOf(node, path).bytes.length));
      case "sendfile":
      case "copy_file_range":
      case "mmap":
        fileOf(node, path).unseen = true;
        return;
      case "mkdir":
      case "mkdirat":
        if (node === undefined) this.#change([{ path, node: newFolder() }]);
        return;
      case "link":
      case "linkat":
        if (this.#find(path2) === undefined) this.#change([{ path: path2, node: fileOf(node, path) }]);
        return;
      case "rename":
      case "renameat":
      case "renameat2":
        if (node !== undefined) this.#change([{ path, node: null }, { path: path2, node }]);
        return;
      case "unlink":
      case "unlinkat":
      case "rmdir":
        if (node !== undefined) this.#change([{ path, node: null }]);
        return;
      case "fsync":
      case "fdatasync":
        return this.#sync(node, { path, data });
      case "chmod":
      case "fchmod":
      case "fchmodat":
        return;
      default:
        throw new Error(`the disk's model does not know ${name}, of ${path}`);
    }
  }

  /** What is below a folder as the running system sees it, by path; null for folders. */
  contents(folder: string): DiskContents {
    return contentsOf(this.#find(folder), folder, { names: ({ names }) => names, bytes: ({ bytes }) => bytes });
  }

  /** What is below a folder after the power was cut. */
  afterPowerCut(folder: string, luck: Luck): DiskContents {
    const names = this.#namesAfter(luck);
    const bytes = new Map<FileNode, Uint8Array>();
    const bytesOf = (file: FileNode) => {
      const known = bytes.get(file) ?? survivor(file, luck);
      bytes.set(file, known); // all names of one file show the same
      return known;
    };
    let node: Node | undefined = this.#root;
    for (const part of partsOf(folder)) node = node?.kind === "folder" ? names.get(node)?.get(part) : undefined;
    return contentsOf(node, folder, { names: (at) => names.get(at) ?? new Map(), bytes: bytesOf });
  }

  #namesAfter(luck: Luck): Map<FolderNode, Map<string, Node>> {
    const names = new Map<FolderNode, Map<string, Node>>();
    let goesOn = true;
    for (const change of this.#changes) {
      if (!change.persistent) {
        const reached = goesOn && luck.names();
        if (!reached && this.#kind === "journal") goesOn = false;
        // What is built on a change that did not reach the disk did not either.
        if (!reached) continue;
      }
      for (const { folder, name, node } of change.entries) {
        const at = names.get(folder) ?? new Map<string, Node>();
        names.set(folder, at);
        if (node === null) at.delete(name);
        else at.set(name, node);
      }
    }
    return names;
  }

  #open({ path, flags }: SystemCall): void {
    const node = this.#find(path);
    if (node === undefined && (flags & O_CREAT) !== 0) {
      this.#change([{ path, node: { kind: "file", bytes: NOTHING, synced: NOTHING, unseen: false } }]);
    } else if (node?.kind === "file" && (flags & O_TRUNC) !== 0) resize(node, 0);
  }

  #sync(node: Node | undefined, what: { path: string; data: Uint8Array }): void {
    if (node === undefined) return; // it has no name any more
    if (node.kind === "file") {
      if (node.unseen) node.bytes = what.data;
      if (!equal(node.bytes, what.data)) throw new Error(`a write to ${what.path} was missed`);
      node.unseen = false;
      node.synced = node.bytes;
    }
    // A journal is written up to its end, whatever is synced.
    const isMeant = (change: NameChange) =>
      this.#kind === "journal" || change.entries.some(({ folder }) => folder === node);
    for (const change of this.#changes) if (!change.persistent && isMeant(change)) this.#persist(change);
  }

  /** With all that happened before to the same names: else an old change would come after a newer one. */
  #persist(change: NameChange): void {
    for (const earlier of this.#changes) {
      if (earlier === change) break;
      if (
        !earlier.persistent && earlier.entries.some((entry) => change.entries.some((other) => sameName(entry, other)))
      ) {
        earlier.persistent = true;
      }
    }
    change.persistent = true;
  }

  #change(entries: readonly { path: string; node: Node | null }[]): NameChange {
    const change: NameChange = {
      persistent: false,
      entries: entries.map(({ path, node }) => {
        const folder = path === dirname(path) ? undefined : this.#find(dirname(path));
        if (folder?.kind !== "folder") throw new Error(`there is no folder for ${path}`);
        return { folder, name: basename(path), node };
      }),
    };
    for (const { folder, name, node } of change.entries) {
      if (node === null) folder.names.delete(name);
      else folder.names.set(name, node);
    }
    this.#changes.push(change);
    return change;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of partsOf(path)) node = node?.kind === "folder" ? node.names.get(part) : undefined;
    return node;
  }
}

function newFolder(): FolderNode {
  return { kind: "folder", names: new Map() };
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function fileOf(node: Node | undefined, path: string): FileNode {
  if (node?.kind !== "file") throw new Error(`there is no file ${path} in the disk's model`);
  return node;
}

function write(file: FileNode, { at, data }: { at: number; data: Uint8Array }): void {
  const bytes = new Uint8Array(Math.max(file.bytes.length, at + data.length));
  bytes.set(file.bytes);
  bytes.set(data, at);
  file.bytes = bytes;
}

function resize(file: FileNode, size: number): void {
  const bytes = new Uint8Array(size);
  bytes.set(file.bytes.subarray(0, size));
  file.bytes = bytes;
}

function survivor(file: FileNode, luck: Luck): Uint8Array {
  if (file.bytes === file.synced) return file.bytes;
  const what = luck.data();
  if (what !== "zeros") return what === "synced" ? file.synced : file.bytes;
  const bytes = new Uint8Array(file.bytes.length);
  bytes.set(file.synced.subarray(0, bytes.length));
  return bytes;
}

function sameName(a: NameChange["entries"][number], b: NameChange["entries"][number]): boolean {
  return a.folder === b.folder && a.name === b.name;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}

interface View {
  names(folder: FolderNode): ReadonlyMap<string, Node>;
  bytes(file: FileNode): Uint8Array;
}

function contentsOf(node: Node | undefined, path: string, view: View): DiskContents {
  const found = new Map<string, Uint8Array | null>();
  const collect = (at: Node | undefined, path: string) => {
    if (at === undefined) return;
    found.set(path, at.kind === "file" ? view.bytes(at) : null);
    if (at.kind === "folder") { for (const [name, below] of view.names(at)) collect(below, `${path}/${name}`); }
  };
  collect(node, path);
  return found;
}
