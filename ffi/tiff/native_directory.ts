/** The first directory of one TIFF in libtiff's hands: reads and sets its tags, writes it anew. */
import { cString, type FieldTable } from "./fields.ts";
import type { TiffDirectory } from "./library.ts";
import type { Messages } from "./messages.ts";
import type { TIFF_SYMBOLS } from "./symbols.ts";

type Symbols = Deno.DynamicLibrary<typeof TIFF_SYMBOLS>["symbols"];

interface Parts {
  readonly symbols: Symbols;
  readonly messages: Messages;
  /** Kept here so that libtiff's pointers to the names stay valid. */
  readonly fields: FieldTable;
  readonly name: string;
  readonly takeFailure: () => unknown;
  readonly released: () => void;
}

/** Fields of libtiff's own that are one string. */
const STRING_TAGS: ReadonlySet<number> = new Set([269, 270, 271, 272, 285, 305, 306, 315, 316, 33432]);
/** Fields of libtiff's own that are one integer: another form of value is passed to them in another way. */
const NUMBER_TAGS: ReadonlySet<number> = new Set([254, 256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 296, 339]);

export class NativeDirectory implements TiffDirectory {
  readonly #parts: Parts;
  #tif: Deno.PointerObject | null;

  constructor(tif: Deno.PointerObject, parts: Parts) {
    this.#tif = tif;
    this.#parts = parts;
  }

  setNumber(tag: number, value: number): void {
    if (!NUMBER_TAGS.has(tag)) throw this.#refusal(`set tag ${tag}`, "it is not one integer");
    this.#check(this.#parts.symbols.setFieldNumber(this.#handle(), tag, value) === 1, `set tag ${tag}`);
  }

  setText(tag: number, text: string): void {
    const { symbols, fields } = this.#parts;
    // deno-lint-ignore no-control-regex -- NUL ends a C string, so it must not be in one
    if (!/^[\x01-\x7f]*$/.test(text)) throw this.#refusal(`set tag ${tag}`, "its text is not ASCII without NUL");
    const bytes = cString(text);
    let done: number;
    if (fields.has(tag)) {
      done = symbols.setFieldCounted(this.#handle(), tag, bytes.length, bytes);
    } else if (STRING_TAGS.has(tag)) {
      done = symbols.setFieldString(this.#handle(), tag, bytes);
    } else {
      throw this.#refusal(`set tag ${tag}`, "it is not a known text");
    }
    this.#check(done === 1, `set tag ${tag}`);
  }

  rewrite(): void {
    this.#check(this.#parts.symbols.TIFFRewriteDirectory(this.#handle()) === 1, "write the directory");
  }

  close(): void {
    const tif = this.#tif;
    if (!tif) return;
    this.#tif = null;
    try {
      this.#parts.symbols.TIFFClose(tif);
    } finally {
      this.#parts.released();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #handle(): Deno.PointerObject {
    if (!this.#tif) throw this.#refusal("use the directory", "it is closed");
    this.#parts.messages.clear();
    return this.#tif;
  }

  #check(done: boolean, what: string): void {
    const failure = this.#parts.takeFailure();
    if (!done || failure !== undefined) throw this.#refusal(what, failure);
  }

  #refusal(what: string, reason: unknown) {
    return this.#parts.messages.error(`Cannot ${what} of ${this.#parts.name}`, reason);
  }
}
