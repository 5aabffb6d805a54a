/** Finds and opens HDF5, of a version whose ids are 64 bits wide. */
import { dllCandidates, type LibraryNeed, NativeLibraryError, openLibrary } from "../locate.ts";
import { H5D_COMPACT, H5D_CONTIGUOUS, H5E_DEFAULT, H5F_OBJ_ALL, H5S_SCALAR } from "./c/constants.ts";
import { Datatype } from "./datatype.ts";
import { Hdf5Error } from "./error.ts";
import { File } from "./file.ts";
import type { CreateFileOptions, Hdf5File, Hdf5Library } from "./library.ts";
import { GLOBALS, Native } from "./c/native.ts";
import { PropertyList } from "./property_list.ts";
import { SYMBOLS } from "./c/symbols.ts";

type OpenLibrary = Deno.DynamicLibrary<typeof SYMBOLS>;
type GlobalLibrary = Deno.DynamicLibrary<typeof GLOBALS>;

/** hid_t became 64 bits wide with 1.10.0. */
const VERSION_MIN = { major: 1, minor: 10 } as const;

const LINUX_NAMES = [
  "libhdf5_serial.so.103", // Debian 12, Ubuntu 22.04 and 24.04
  "libhdf5_serial.so.310", // Debian 13
  "libhdf5_serial.so.200",
  "libhdf5_serial.so",
  "libhdf5.so.103", // the project's own name for 1.10
  "libhdf5.so.200", // 1.12 and 1.14.0 to 1.14.2
  "libhdf5.so.310", // from 1.14.3
  "libhdf5.so",
];
const WINDOWS_NAMES = [...dllCandidates("libhdf5.dll", import.meta.dirname), "hdf5.dll"];
const DARWIN_NAMES = ["libhdf5.dylib", "/opt/homebrew/lib/libhdf5.dylib", "/usr/local/lib/libhdf5.dylib"];

const CANDIDATES: Readonly<Record<string, readonly string[]>> = {
  linux: LINUX_NAMES,
  windows: WINDOWS_NAMES,
  darwin: DARWIN_NAMES,
};

const REMEDY: Readonly<Record<string, string>> = {
  linux: 'Install it with "apt-get install libhdf5-103-1" (Debian 12, Ubuntu) or your system\'s package of HDF5.',
  windows: "Put libhdf5.dll beside the program.",
};

/**
 * Opens HDF5 1.10 or newer: what PEWATCH_LIBHDF5 names, else the usual names of this system. Let one thread alone own
 * it, and close it before the program ends.
 * @throws NativeLibraryError where there is none, or where it is too old or lacks a function
 */
export function openHdf5Library(): Hdf5Library {
  const need: LibraryNeed = {
    name: "HDF5",
    variable: "PEWATCH_LIBHDF5",
    candidates: CANDIDATES[Deno.build.os] ?? LINUX_NAMES,
    remedy: REMEDY[Deno.build.os] ?? "Install HDF5 1.10 or newer.",
  };
  const { library, path } = openLibrary(need, SYMBOLS);
  keepMapped(path);
  let globals: GlobalLibrary | null = null;
  try {
    // Before any other call: what close() leaves alone must not be ended when the process ends.
    library.symbols.H5dont_atexit();
    const version = readVersion(library, path);
    if (library.symbols.H5open() < 0) throw new NativeLibraryError(`HDF5 ${version} (${path}) cannot be started`);
    // Printing of errors to stderr is off; they are read from the stack instead.
    library.symbols.H5Eset_auto2(H5E_DEFAULT, null, null);
    // Deno reads variables when it opens a library, and HDF5 fills these in H5open: hence the second opening.
    globals = Deno.dlopen(path, GLOBALS);
    return new NativeHdf5Library({ library, globals, path, version });
  } catch (error) {
    globals?.close();
    library.close();
    throw error;
  }
}

function readVersion(library: OpenLibrary, path: string): string {
  const numbers = [new Uint32Array(1), new Uint32Array(1), new Uint32Array(1)] as const;
  library.symbols.H5get_libversion(...numbers);
  const [major, minor, release] = numbers.map((cell) => cell[0]!) as [number, number, number];
  const version = `${major}.${minor}.${release}`;
  if (!isVersionNewEnough(major, minor)) {
    const least = `${VERSION_MIN.major}.${VERSION_MIN.minor}`;
    throw new NativeLibraryError(`HDF5 ${version} (${path}) is too old: ${least} or newer is needed. ${REMEDY.linux}`);
  }
  return version;
}

/** Exported for its test: no library that old is at hand. */
export function isVersionNewEnough(major: number, minor: number): boolean {
  return major > VERSION_MIN.major || (major === VERSION_MIN.major && minor >= VERSION_MIN.minor);
}

class NativeHdf5Library implements Hdf5Library {
  readonly version: string;
  readonly path: string;
  readonly #library: OpenLibrary;
  readonly #globals: GlobalLibrary;
  readonly #native: Native;
  readonly #shared = new DisposableStack();
  readonly #openAtStart: number;
  #closed = false;

  constructor(opened: { library: OpenLibrary; globals: GlobalLibrary; path: string; version: string }) {
    this.version = opened.version;
    this.path = opened.path;
    this.#library = opened.library;
    this.#globals = opened.globals;
    // A missing variable comes as undefined in no version of Deno: opening fails instead.
    this.#native = new Native(opened.library.symbols, opened.globals.symbols);
    this.#makeShared();
    this.#openAtStart = this.#countOpen();
  }

  get openObjects(): number {
    this.#checkOpen();
    return this.#countOpen() - this.#openAtStart;
  }

  createFile(path: string, options: CreateFileOptions = {}): Hdf5File {
    this.#checkOpen();
    return File.create(this.#native, path, options);
  }

  openFile(path: string): Hdf5File {
    this.#checkOpen();
    return File.open(this.#native, path);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#native.share(null);
    // Not H5close: it ends the library for the whole process, where another thread may have it open, and it crashes on a
    // file that could not be flushed.
    this.#shared.dispose();
    this.#globals.close();
    this.#library.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #makeShared(): void {
    const native = this.#native;
    const space = native.checked(native.symbols.H5Screate(H5S_SCALAR), "make a scalar dataspace");
    this.#shared.defer(() => native.symbols.H5Sclose(space));
    native.share({
      scalarSpace: space,
      variableText: this.#shared.use(Datatype.of(native, { class: "text", size: "variable" })).id,
      utf8Links: this.#shared.use(PropertyList.utf8Names(native, "H5P_CLS_LINK_CREATE_ID_g")).id,
      utf8Attributes: this.#shared.use(PropertyList.utf8Names(native, "H5P_CLS_ATTRIBUTE_CREATE_ID_g")).id,
      files: this.#shared.use(PropertyList.withoutTimes(native, "H5P_CLS_FILE_CREATE_ID_g")).id,
      compactGroups: this.#shared.use(PropertyList.compactGroups(native)).id,
      largeGroups: this.#shared.use(PropertyList.withoutTimes(native, "H5P_CLS_GROUP_CREATE_ID_g")).id,
      compactValues: this.#shared.use(PropertyList.values(native, H5D_COMPACT)).id,
      largeValues: this.#shared.use(PropertyList.values(native, H5D_CONTIGUOUS)).id,
      smallTransfers: this.#shared.use(PropertyList.smallTransfers(native)).id,
    });
  }

  #countOpen(): number {
    const native = this.#native;
    const inAllFiles = native.symbols.H5Fget_obj_count(BigInt(H5F_OBJ_ALL), H5F_OBJ_ALL);
    return Number(native.checked(inAllFiles, "count open objects")) + native.openOthers;
  }

  #checkOpen(): void {
    if (this.#closed) throw new Hdf5Error("Cannot use HDF5: it is closed");
  }
}

/** RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE of dlfcn.h on Linux. */
const FLAGS = 0x1102;

/**
 * HDF5 leaves destructors of threads and of its plug-ins behind; once it is unmapped they run into nothing, and the
 * program ends with a segmentation fault. A second dlopen with NODELETE keeps it where it is. Linux alone has this
 * call and this trouble; where it fails nothing is lost but the protection.
 */
function keepMapped(path: string): void {
  if (Deno.build.os !== "linux") return;
  for (const libc of ["libc.so.6", "libdl.so.2"]) {
    try {
      const library = Deno.dlopen(libc, { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } });
      library.symbols.dlopen(new TextEncoder().encode(`${path}\0`), FLAGS);
      library.close();
      return;
    } catch {
      // Before glibc 2.34 dlopen is in libdl alone.
    }
  }
}
