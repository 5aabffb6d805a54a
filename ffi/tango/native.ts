/** The opened shim as its wrappers see it: symbols, checked results, words. */
import { WORDS_BYTES_MAX } from "./constants.ts";
import { TangoError } from "./error.ts";
import type { SYMBOLS } from "./symbols.ts";
import { decodeLatin1 } from "./text.ts";

export type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

export class Native {
  /** From here on its threads may be in the library, whatever became of the start. */
  started = false;

  constructor(readonly symbols: Symbols) {}

  /** Gives a result that is not negative, else throws the shim's words. Not for calls that wait in another thread. */
  checked(result: number): number {
    if (result >= 0) return result;
    throw new TangoError(this.words((text, size) => this.symbols.pt_last_error(text, size)));
  }

  words(read: (text: Uint8Array<ArrayBuffer>, size: number) => unknown): string {
    const text = new Uint8Array(WORDS_BYTES_MAX);
    read(text, text.length);
    return cTextOf(text);
  }
}

/** Up to the NUL. */
export function cTextOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeLatin1(end < 0 ? bytes : bytes.subarray(0, end));
}
