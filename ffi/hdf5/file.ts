/** A file: made or opened, with its root group. */
import { win32 } from "node:path";
import { thrownText } from "../../src/text/thrown_text.ts";
import {
  H5F_ACC_EXCL,
  H5F_ACC_RDONLY,
  H5F_SCOPE_LOCAL,
  NONE,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_END_AT,
  SUPERBLOCK_VERSION_AT,
} from "./c/constants.ts";
import { Hdf5Error } from "./error.ts";
import { Group } from "./group.ts";
import { Handle, type HandleKind } from "./handle.ts";
import type { CreateFileOptions, Hdf5File } from "./library.ts";
import { cString, type Native } from "./c/native.ts";
import { PropertyList } from "./property_list.ts";

const KIND: HandleKind = { noun: "file", close: closeFlushed, countedHere: false };
const ZEROS_BYTES = 65_536;

/**
 * A file that fails in H5Fclose is half freed, and the next call that meets it crashes. One that fails in H5Fflush is
 * still whole: it is then left open for good, which is a leak but no harm.
 */
function closeFlushed(native: Native, id: bigint): number {
  const flushed = native.symbols.H5Fflush(id, H5F_SCOPE_LOCAL);
  return flushed < 0 ? flushed : native.symbols.H5Fclose(id);
}

export class File extends Handle implements Hdf5File {
  readonly root: Group;
  /** Its path where space was taken beyond what HDF5 knows of. */
  #reservedPath: string | null = null;

  private constructor(native: Native, id: bigint) {
    super(native, id, KIND);
    try {
      this.root = new Group(native, native.checked(native.symbols.H5Gopen2(id, cString("/"), NONE), "open group /"));
    } catch (error) {
      super[Symbol.dispose]();
      throw error;
    }
  }

  static create(native: Native, path: string, options: CreateFileOptions): File {
    using access = PropertyList.fileAccess(native);
    const id = native.symbols.H5Fcreate(cString(systemPath(path)), H5F_ACC_EXCL, native.shared.files, access.id);
    const file = new File(native, native.checked(id, `make ${path}`));
    if (options.reserveBytes === undefined) return file;
    try {
      file.#reservedPath = path;
      reserve(path, options.reserveBytes);
      return file;
    } catch (error) {
      file[Symbol.dispose]();
      const why = thrownText(error);
      throw new Hdf5Error(`Cannot reserve ${options.reserveBytes} bytes for ${path}: ${why}`, { cause: error });
    }
  }

  static open(native: Native, path: string): File {
    using access = PropertyList.fileAccess(native);
    const id = native.symbols.H5Fopen(cString(systemPath(path)), H5F_ACC_RDONLY, access.id);
    return new File(native, native.checked(id, `open ${path}`));
  }

  override close(): void {
    this.root[Symbol.dispose]();
    super.close();
    if (this.#reservedPath !== null) giveBack(this.#reservedPath);
    this.#reservedPath = null;
  }

  override [Symbol.dispose](): void {
    this.root[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

/** Windows takes no path of this many characters, of a folder already less, unless it has a prefix that says otherwise. */
const PATH_LENGTH_MAX = 240;

/** A path as HDF5's own calls to the system need it; Deno adds the prefix to each path by itself. */
export function systemPath(path: string, os: typeof Deno.build.os = Deno.build.os): string {
  return os === "windows" && path.length > PATH_LENGTH_MAX ? win32.toNamespacedPath(path) : path;
}

/** Writes zeros behind what HDF5 has written of a file just made: its superblock. */
function reserve(path: string, bytes: number): void {
  using file = Deno.openSync(path, { read: true, write: true });
  const zeros = new Uint8Array(ZEROS_BYTES);
  let at = file.seekSync(0, Deno.SeekMode.End);
  while (at < bytes) at += file.writeSync(zeros.subarray(0, Math.min(zeros.length, bytes - at)));
}

/** Cuts a closed file to the length that its superblock states. */
function giveBack(path: string): void {
  using file = Deno.openSync(path, { read: true, write: true });
  const end = readEnd(file, path);
  if (file.statSync().size > end) file.truncateSync(end);
}

/**
 * The length that a closed file's superblock states; what is behind it is no part of the file.
 * @throws Hdf5Error, or the system's error
 */
function readEnd(file: Deno.FsFile, path: string): number {
  const superblock = new DataView(new ArrayBuffer(SUPERBLOCK_BYTES));
  file.seekSync(0, Deno.SeekMode.Start);
  if (file.readSync(new Uint8Array(superblock.buffer)) !== SUPERBLOCK_BYTES) {
    throw new Hdf5Error(`Cannot read ${path}: it ends within its superblock`);
  }
  const version = superblock.getUint8(SUPERBLOCK_VERSION_AT);
  if (version !== 2 && version !== 3) {
    throw new Hdf5Error(`Cannot read ${path}: its superblock is of version ${version}`);
  }
  return Number(superblock.getBigUint64(SUPERBLOCK_END_AT, true));
}
