/** The table of private fields in the form that libtiff takes them: TIFFFieldInfo. */
import type { AsciiField } from "./library.ts";

/**
 * struct TIFFFieldInfo { uint32_t tag; short readcount, writecount; TIFFDataType type (int); unsigned short bit;
 * unsigned char oktochange, passcount; char *name; } on every 64-bit platform.
 */
const STRUCT_BYTES = 24;
/** TIFF_VARIABLE2: the count is a uint32_t and is passed with the values. Every private field has this calling form. */
const VARIABLE2 = -3;
const TYPE_ASCII = 2;
const FIELD_CUSTOM = 65;

/** Keeps the names alive: libtiff holds pointers to them as long as a directory is open. */
export class FieldTable {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  readonly #names: readonly Uint8Array<ArrayBuffer>[];
  readonly #tags: ReadonlySet<number>;

  constructor(fields: readonly AsciiField[]) {
    this.count = fields.length;
    this.bytes = new Uint8Array(STRUCT_BYTES * fields.length);
    this.#names = fields.map((field) => cString(field.name));
    this.#tags = new Set(fields.map((field) => field.tag));
    const view = new DataView(this.bytes.buffer);
    fields.forEach((field, index) => {
      const start = index * STRUCT_BYTES;
      view.setUint32(start, field.tag, true);
      view.setInt16(start + 4, VARIABLE2, true);
      view.setInt16(start + 6, VARIABLE2, true);
      view.setUint32(start + 8, TYPE_ASCII, true);
      view.setUint16(start + 12, FIELD_CUSTOM, true);
      view.setUint8(start + 14, 1);
      view.setUint8(start + 15, 1);
      const name = Deno.UnsafePointer.of(this.#names[index]!);
      view.setBigUint64(start + 16, Deno.UnsafePointer.value(name), true);
    });
  }

  has(tag: number): boolean {
    return this.#tags.has(tag);
  }
}

/** UTF-8 with a NUL behind. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}
