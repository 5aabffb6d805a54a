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
/** Fields of libtiff's own that are one integer: asking for another one would have libtiff write past the buffer. */
const NUMBER_TAGS: ReadonlySet<number> = new Set([254, 256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 296, 339]);

export class NativeDirectory implements TiffDirectory {
  readonly #parts: Parts;
  #tif: Deno.PointerObject | null;

  constructor(tif: Deno.PointerObject, parts: Parts) {
    this.#tif = tif;
    this.#parts = parts;
  }

  getNumber(tag: number): number | null {
    if (!NUMBER_TAGS.has(tag)) throw this.#refusal(`read tag ${tag}`, "it is not one integer");
    // A SHORT fills two bytes only, so the rest must be zero; the machine is little-endian.
    const value = new Uint8Array(8);
    const isSet = this.#parts.symbols.getFieldSingle(this.#handle(), tag, value);
    return isSet === 1 ? new DataView(value.buffer).getUint32(0, true) : null;
  }

  setNumber(tag: number, value: number): void {
    if (!NUMBER_TAGS.has(tag)) throw this.#refusal(`set tag ${tag}`, "it is not one integer");
    this.#check(this.#parts.symbols.setFieldNumber(this.#handle(), tag, value) === 1, `set tag ${tag}`);
  }

  getText(tag: number): string | null {
    const { symbols, fields } = this.#parts;
    const pointer = new BigUint64Array(1);
    let isSet: number;
    let length: number | null = null;
    if (fields.has(tag)) {
      const count = new Uint32Array(1);
      isSet = symbols.getFieldCounted(this.#handle(), tag, count, pointer);
      length = Math.max(0, count[0]! - 1); // the NUL counts
    } else if (STRING_TAGS.has(tag)) {
      isSet = symbols.getFieldSingle(this.#handle(), tag, pointer);
    } else {
      throw this.#refusal(`read tag ${tag}`, "it is not a known text");
    }
    const text = isSet === 1 ? Deno.UnsafePointer.create(pointer[0]!) : null;
    if (!text) return null;
    if (length === null) return Deno.UnsafePointerView.getCString(text);
    return new TextDecoder().decode(new Deno.UnsafePointerView(text).getArrayBuffer(length));
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
