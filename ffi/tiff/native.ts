/** libtiff itself behind the seam: opens the library, sets its handlers, hands out directories. */
import { dllCandidates, type LibraryNeed, NativeLibraryError, openLibrary } from "../locate.ts";
import { cString, FieldTable } from "./fields.ts";
import type { OpenDirectoryOptions, TiffDirectory, TiffLibrary, TiffStorage } from "./library.ts";
import { Messages } from "./messages.ts";
import { NativeDirectory } from "./native_directory.ts";
import { Procedures } from "./procedures.ts";
import { TAG_EXTENDER, TIFF_SYMBOLS } from "./symbols.ts";

/** The first version whose directory reader checks every count against the size of the file. */
const VERSION_MIN = [4, 0, 10] as const;

/**
 * How libtiff opens a file whose directory it will write anew: "r" with c (the strip is not chopped) and m (nothing is
 * mapped). "r+" would chop the single strip into thousands, so the mode becomes read-write only after opening.
 */
const OPEN_MODE = cString("rcm");
const O_RDWR = 2;

/**
 * Opens libtiff. One thread owns it: close it before another opens it, since its handlers are global to the process.
 * @throws NativeLibraryError where it is missing or too old
 */
export function openTiffLibrary(): TiffLibrary {
  const need = libraryNeed();
  const { library, path } = openLibrary(need, TIFF_SYMBOLS);
  try {
    const text = library.symbols.TIFFGetVersion();
    const version = requireVersion(text ? Deno.UnsafePointerView.getCString(text) : "", { path, need });
    return new NativeTiffLibrary(library, { version, path });
  } catch (error) {
    library.close();
    throw error;
  }
}

function libraryNeed(): LibraryNeed {
  const name = "libtiff";
  const variable = "PEWATCH_LIBTIFF";
  if (Deno.build.os === "windows") {
    const file = "libtiff.dll";
    const candidates = dllCandidates(file, import.meta.dirname);
    return { name, variable, candidates, remedy: `Put ${file} beside the program.` };
  }
  const candidates = ["libtiff.so.6", "libtiff.so.5", "libtiff.so"];
  return { name, variable, candidates, remedy: "Install it: apt-get install libtiff6." };
}

/** "4.5.0" out of libtiff's own words, "LIBTIFF, Version 4.5.0\nCopyright …". @throws NativeLibraryError */
export function requireVersion(
  text: string,
  of: { path: string; need: Pick<LibraryNeed, "remedy" | "variable"> },
): string {
  const match = /Version (\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  const help = `${of.need.remedy} ${of.need.variable} names a copy elsewhere.`;
  if (!match) throw new NativeLibraryError(`libtiff at ${of.path} does not report its version. ${help}`);
  const version = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] as const;
  if (isOlder(version, VERSION_MIN)) {
    const needed = VERSION_MIN.join(".");
    throw new NativeLibraryError(
      `libtiff at ${of.path} is version ${version.join(".")}, but ${needed} or newer is needed. ${help}`,
    );
  }
  return version.join(".");
}

function isOlder(version: readonly number[], least: readonly number[]): boolean {
  for (const [index, part] of least.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

class NativeTiffLibrary implements TiffLibrary {
  readonly version: string;
  readonly path: string;
  readonly #library: Deno.DynamicLibrary<typeof TIFF_SYMBOLS>;
  readonly #messages: Messages;
  readonly #procedures = new Procedures();
  readonly #extender: Deno.UnsafeCallback<typeof TAG_EXTENDER>;
  readonly #open = new Set<TiffDirectory>();
  /** Of the directory that is being opened: libtiff asks for them in the middle of that. */
  #fields: FieldTable | null = null;
  #closed = false;

  constructor(
    library: Deno.DynamicLibrary<typeof TIFF_SYMBOLS>,
    known: { readonly version: string; readonly path: string },
  ) {
    this.version = known.version;
    this.path = known.path;
    this.#library = library;
    this.#messages = new Messages();
    // Fields must be known before the directory is read: a file that already has such tags would else define them in
    // another calling form, and setting them then ends in a segmentation fault.
    this.#extender = new Deno.UnsafeCallback(TAG_EXTENDER, (tif) => {
      const fields = this.#fields;
      if (fields && fields.count > 0) library.symbols.TIFFMergeFieldInfo(tif, fields.bytes, fields.count);
    });
    library.symbols.TIFFSetErrorHandler(this.#messages.errorHandler);
    library.symbols.TIFFSetWarningHandler(this.#messages.warningHandler);
    library.symbols.TIFFSetTagExtender(this.#extender.pointer);
  }

  get openHandles(): number {
    return this.#procedures.clients;
  }

  openDirectory(storage: TiffStorage, options: OpenDirectoryOptions): TiffDirectory {
    if (this.#closed) throw this.#messages.error(`Cannot open ${options.name}`, "libtiff is closed");
    const fields = new FieldTable(options.fields);
    const client = this.#procedures.add(storage);
    this.#messages.clear();
    this.#fields = fields;
    const tif = this.#clientOpen(options.name, client);
    this.#fields = null;
    const failure = this.#procedures.takeFailure(client);
    if (!tif || failure !== undefined) {
      if (tif) this.#library.symbols.TIFFClose(tif);
      this.#procedures.remove(client);
      throw this.#messages.error(`Cannot open ${options.name}`, failure);
    }
    this.#library.symbols.TIFFSetMode(tif, O_RDWR);
    const directory: NativeDirectory = new NativeDirectory(tif, {
      symbols: this.#library.symbols,
      messages: this.#messages,
      fields,
      name: options.name,
      takeFailure: () => this.#procedures.takeFailure(client),
      released: () => {
        this.#procedures.remove(client);
        this.#open.delete(directory);
      },
    });
    this.#open.add(directory);
    return directory;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const directory of [...this.#open]) directory.close();
    // Before the callbacks go: libtiff would call into freed memory.
    this.#library.symbols.TIFFSetErrorHandler(null);
    this.#library.symbols.TIFFSetWarningHandler(null);
    this.#library.symbols.TIFFSetTagExtender(null);
    this.#extender.close();
    this.#procedures.dispose();
    this.#messages.close();
    this.#library.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #clientOpen(name: string, client: bigint): Deno.PointerValue {
    const { read, write, seek, close, size } = this.#procedures;
    return this.#library.symbols.TIFFClientOpen(
      cString(name.replaceAll("\0", "?")),
      OPEN_MODE,
      Deno.UnsafePointer.create(client),
      read.pointer,
      write.pointer,
      seek.pointer,
      close.pointer,
      size.pointer,
      // Nothing is mapped: libtiff has functions of its own for that.
      null,
      null,
    );
  }
}
