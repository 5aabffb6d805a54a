/** Finds and opens the Tango shim, of the version that this binding was written for. */
import { dirname, join } from "node:path";
import { type LibraryNeed, NativeLibraryError, openLibrary } from "../locate.ts";
import { FAILURES, PT_INTERFACE_VERSION, WORDS_BYTES_MAX } from "./constants.ts";
import { TangoError } from "./error.ts";
import type { TangoLibrary, TangoRegistration, TangoServer, TangoTable } from "./library.ts";
import { cTextOf, Native } from "./native.ts";
import { NativeServer } from "./server.ts";
import { SYMBOLS } from "./symbols.ts";
import { cText, splitTexts } from "./text.ts";

type OpenLibrary = Deno.DynamicLibrary<typeof SYMBOLS>;

/** More than any device's properties have. */
const PROPERTIES_BYTES = 64 * 1024;

/**
 * Opens the shim: what PEWATCH_LIBTANGO names, else a copy embedded in the program or beside it.
 * @throws NativeLibraryError where there is none, or where it is of another version
 */
export function openTangoLibrary(): TangoLibrary {
  const need = libraryNeed();
  const { library, path } = openLibrary(need, SYMBOLS);
  const version = library.symbols.pt_interface_version();
  if (version !== PT_INTERFACE_VERSION) {
    library.close();
    throw new NativeLibraryError(
      `${need.name} at ${path} has interface ${version}, but ${PT_INTERFACE_VERSION} is needed. ${need.remedy}`,
    );
  }
  return new NativeTangoLibrary(library, path);
}

function libraryNeed(): LibraryNeed {
  const windows = Deno.build.os === "windows";
  const file = windows ? "pewatch_tango.dll" : "libpewatch_tango.so";
  const embedded = import.meta.dirname ? [join(import.meta.dirname, file)] : [];
  return {
    name: "the Tango shim",
    variable: "PEWATCH_LIBTANGO",
    candidates: [...embedded, join(dirname(Deno.execPath()), file)],
    remedy: windows
      ? `Put ${file} beside the program.`
      : 'From a checkout, "build/pewatch" builds it where Tango\'s headers are: apt-get install libtango-dev.',
  };
}

class NativeTangoLibrary implements TangoLibrary {
  readonly version: string;
  readonly path: string;
  readonly #library: OpenLibrary;
  readonly #native: Native;
  #closed = false;

  constructor(library: OpenLibrary, path: string) {
    this.path = path;
    this.#library = library;
    this.#native = new Native(library.symbols);
    this.version = this.#native.words((text, size) => library.symbols.pt_tango_version(text, size));
  }

  createServer<const T extends TangoTable>(table: T): TangoServer<T> {
    return new NativeServer(this.#native, table);
  }

  async register(registration: TangoRegistration): Promise<void> {
    const text = new Uint8Array(WORDS_BYTES_MAX);
    accepted(await this.#library.symbols.pt_register(...cTextsOf(registration), text, text.length), text);
  }

  async unregister({ database, server, instance, device }: Omit<TangoRegistration, "className">): Promise<void> {
    const text = new Uint8Array(WORDS_BYTES_MAX);
    const { pt_unregister } = this.#library.symbols;
    accepted(
      await pt_unregister(cText(database), cText(server), cText(instance), cText(device), text, text.length),
      text,
    );
  }

  async check(registration: TangoRegistration): Promise<TangoError | null> {
    const text = new Uint8Array(WORDS_BYTES_MAX);
    const { pt_check } = this.#library.symbols;
    const failure = accepted(await pt_check(...cTextsOf(registration), text, text.length), text);
    return failure === 0 ? null : new TangoError(cTextOf(text), FAILURES[failure] ?? "other");
  }

  async deviceProperties(of: { readonly database: string; readonly device: string }): Promise<Map<string, string[]>> {
    const text = new Uint8Array(PROPERTIES_BYTES);
    const { pt_properties } = this.#library.symbols;
    const bytes = accepted(await pt_properties(cText(of.database), cText(of.device), text, text.length), text);
    if (bytes > text.length) throw new TangoError(`Cannot read the properties of ${of.device}: ${bytes} bytes`);
    const properties = new Map<string, string[]>();
    const texts = splitTexts(text.subarray(0, bytes));
    for (let at = 0; at < texts.length;) {
      const count = Number(texts[at + 1]);
      properties.set(texts[at]!, texts.slice(at + 2, at + 2 + count));
      at += 2 + count;
    }
    return properties;
  }

  exit(code: number): never {
    this.#library.symbols.pt_exit(code);
    throw new TangoError("The process cannot be ended");
  }

  close(): void {
    // Where a server was started, threads of Tango may still be inside: then it stays until the process ends.
    if (this.#closed || this.#native.started) return;
    this.#closed = true;
    this.#library.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** In the order of pt_register's and pt_check's arguments. */
function cTextsOf({ database, server, instance, className, device }: TangoRegistration) {
  return [cText(database), cText(server), cText(instance), cText(className), cText(device)] as const;
}

/** For calls that wait: their words are in the buffer that they were passed. */
function accepted(result: number, text: Uint8Array): number {
  if (result < 0) throw new TangoError(cTextOf(text));
  return result;
}
