/** Collects what libtiff says: its error and warning handlers, which are global to the process. */
import { thrownText } from "../../src/text/thrown_text.ts";
import { TiffError } from "./error.ts";
import { C_SYMBOLS, MESSAGE_HANDLER } from "./symbols.ts";

/** A message is one line with a file's name in it; what is longer is cut. */
const MESSAGE_BYTES_MAX = 2048;
/** The first ones name the cause; a broken file can make thousands. */
const MESSAGES_MAX = 8;

type CLibrary = Deno.DynamicLibrary<typeof C_SYMBOLS>;

export class Messages {
  readonly #c: CLibrary;
  readonly #errors: string[] = [];
  readonly #onError: Deno.UnsafeCallback<typeof MESSAGE_HANDLER>;
  readonly #onWarning: Deno.UnsafeCallback<typeof MESSAGE_HANDLER>;

  constructor() {
    this.#c = Deno.dlopen(cLibraryName(), C_SYMBOLS);
    this.#onError = new Deno.UnsafeCallback(MESSAGE_HANDLER, (module, format, ap) => {
      if (this.#errors.length < MESSAGES_MAX) this.#errors.push(this.#text(module, format, ap));
    });
    // Warnings are about fields that libtiff does not know or that are out of order: taken so that none is printed.
    this.#onWarning = new Deno.UnsafeCallback(MESSAGE_HANDLER, () => {});
  }

  get errorHandler(): Deno.PointerValue {
    return this.#onError.pointer;
  }

  get warningHandler(): Deno.PointerValue {
    return this.#onWarning.pointer;
  }

  /** Forgets what was said before. */
  clear(): void {
    this.#errors.length = 0;
  }

  /** The error for what could not be done, in libtiff's words or else in those of the exception behind it. */
  error(what: string, cause?: unknown): TiffError {
    const said = this.#errors.splice(0);
    // What a storage threw comes first: libtiff then only says that reading or writing failed.
    if (cause !== undefined) said.unshift(thrownText(cause));
    const why = said.length > 0 ? said.join("; ") : "libtiff gives no reason";
    return new TiffError(`${what}: ${why}`, cause === undefined ? undefined : { cause });
  }

  /** Only after libtiff no longer has the handlers. */
  close(): void {
    this.#onError.close();
    this.#onWarning.close();
    this.#c.close();
  }

  #text(module: Deno.PointerValue, format: Deno.PointerValue, ap: Deno.PointerValue): string {
    const bytes = new Uint8Array(MESSAGE_BYTES_MAX);
    this.#c.symbols.vsnprintf(bytes, BigInt(bytes.length - 1), format, ap);
    const end = bytes.indexOf(0);
    const text = new TextDecoder().decode(bytes.subarray(0, end));
    return module ? `${Deno.UnsafePointerView.getCString(module)}: ${text}` : text;
  }
}

function cLibraryName(): string {
  switch (Deno.build.os) {
    case "windows":
      return "msvcrt.dll";
    case "darwin":
      return "libSystem.dylib";
    default:
      return "libc.so.6";
  }
}
