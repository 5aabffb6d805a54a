/** Finds and opens the library of the Tango client. Only in a process of its own: see pewatch_tango_client.h. */
import { dirname, join } from "node:path";
import { dllCandidates, type LibraryNeed, NativeLibraryError, openLibrary } from "../../locate.ts";
import { TangoError } from "../error.ts";
import { decodeLatin1 } from "../text.ts";
import { CLIENT_SYMBOLS } from "./symbols.ts";

/** PTC_INTERFACE_VERSION */
const INTERFACE_VERSION = 1;
/** PTC_EVENTS */
const EVENTS = 1;
/** A failure's text is shorter. */
const TEXT_BYTES = 1024;

export interface TangoClientOptions {
  /** "host:port" for names without one; "" for none. */
  readonly database: string;
  readonly period_ms: number;
  /** How often an attribute is read whose events come. */
  readonly reread_ms: number;
  readonly timeout_ms: number;
  /** Of one value. */
  readonly bytes_max: number;
}

/** The client of this process: configured once, added to, started, and then taken from until the process ends. */
export class TangoClientLibrary {
  readonly #symbols: Deno.DynamicLibrary<typeof CLIENT_SYMBOLS>["symbols"];

  /** @throws NativeLibraryError */
  constructor() {
    const need = libraryNeed();
    const { library, path } = openLibrary(need, CLIENT_SYMBOLS);
    const version = library.symbols.ptc_interface_version();
    if (version !== INTERFACE_VERSION) {
      throw new NativeLibraryError(
        `${need.name} at ${path} has interface ${version}, but ${INTERFACE_VERSION} is needed. ${need.remedy}`,
      );
    }
    this.#symbols = library.symbols;
  }

  /** @throws TangoError */
  configure({ database, period_ms, reread_ms, timeout_ms, bytes_max }: TangoClientOptions): void {
    this.#checked(this.#symbols.ptc_configure(utf8(database), period_ms, reread_ms, timeout_ms, bytes_max));
  }

  /** Returns the attribute's number. @throws TangoError where it is no name */
  add(name: string, options: { readonly events: boolean }): number {
    return this.#checked(this.#symbols.ptc_add(utf8(name), options.events ? EVENTS : 0));
  }

  /** @throws TangoError */
  start(): void {
    this.#checked(this.#symbols.ptc_start());
  }

  /** Waits for records and copies them; returns their bytes, 0 for none, null where the buffer must be larger. */
  async take(buffer: Uint8Array<ArrayBuffer>, wait_ms: number): Promise<number | null> {
    const bytes = await this.#symbols.ptc_take(buffer, buffer.length, wait_ms);
    return bytes < 0 ? null : bytes;
  }

  exit(code: number): never {
    this.#symbols.ptc_exit(code);
    throw new TangoError("The process cannot be ended");
  }

  #checked(result: number): number {
    if (result >= 0) return result;
    const text = new Uint8Array(TEXT_BYTES);
    this.#symbols.ptc_last_error(text, text.length);
    throw new TangoError(decodeLatin1(text.subarray(0, text.indexOf(0))));
  }
}

/** On Windows one DLL has server and client: cppTango in it is most of its size. */
function libraryNeed(): LibraryNeed {
  if (Deno.build.os === "windows") {
    const above = import.meta.dirname === undefined ? undefined : dirname(import.meta.dirname);
    return {
      name: "the Tango client",
      variable: "PEWATCH_LIBTANGO",
      candidates: dllCandidates("pewatch_tango.dll", above),
      remedy: "Put pewatch_tango.dll beside the program.",
    };
  }
  return {
    name: "the Tango client",
    variable: "PEWATCH_LIBTANGO_CLIENT",
    candidates: [join(dirname(Deno.execPath()), "libpewatch_tango_client.so")],
    remedy: 'From a checkout, "build/pewatch" builds it where Tango\'s headers are: apt-get install libtango-dev.',
  };
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
