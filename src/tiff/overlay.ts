/** Takes what libtiff writes into memory: one run of bytes behind the file, and the directory's offset in the header. */
import type { TiffStorage } from "../../ffi/tiff/library.ts";
import { headerOffsetField } from "./directory.ts";
import type { RandomAccess } from "./random_access.ts";

/** The texts, and once more for the directory and what else libtiff writes anew. */
const APPENDED_BYTES_MAX = 134_217_728;
const CAPACITY_FIRST = 4096;

/** The file as it will be, while the file itself stays as it is. */
export class Overlay implements TiffStorage, RandomAccess {
  readonly #file: RandomAccess;
  readonly #field: { readonly offset: number; readonly byteCount: number };
  readonly #header: Uint8Array;
  readonly #headerBefore: Uint8Array;
  #appended = new Uint8Array(CAPACITY_FIRST);
  #length = 0;

  constructor(file: RandomAccess, bigTiff: boolean) {
    this.#file = file;
    this.#field = headerOffsetField(bigTiff);
    this.#headerBefore = file.read(this.#field.offset, this.#field.byteCount).slice();
    this.#header = this.#headerBefore.slice();
  }

  get size(): number {
    return this.#file.size + this.#length;
  }

  /** What goes to the end of the file. */
  get appended(): Uint8Array {
    return this.#appended.subarray(0, this.#length);
  }

  /** The directory's offset in the file's byte order, as it is to be and as it was. */
  get headerField(): { readonly offset: number; readonly bytes: Uint8Array; readonly before: Uint8Array } {
    return { offset: this.#field.offset, bytes: this.#header, before: this.#headerBefore };
  }

  read(offset: number, length: number): Uint8Array {
    const target = new Uint8Array(length);
    return target.subarray(0, this.readInto(offset, target));
  }

  readInto(offset: number, target: Uint8Array): number {
    const count = Math.max(0, Math.min(target.length, this.size - offset));
    if (count === 0) return 0;
    const end = this.#file.size;
    if (offset < end) target.set(this.#file.read(offset, Math.min(count, end - offset)));
    copyOverlap(this.#header, { at: this.#field.offset }, { target: target.subarray(0, count), offset });
    copyOverlap(this.appended, { at: end }, { target: target.subarray(0, count), offset });
    return count;
  }

  /** @throws RangeError for any place but the header's directory offset and the end of the file */
  write(offset: number, bytes: Uint8Array): void {
    const end = this.#file.size;
    if (offset >= end) {
      const start = offset - end;
      this.#grow(start + bytes.length);
      this.#appended.set(bytes, start);
      return;
    }
    const { offset: fieldOffset, byteCount } = this.#field;
    if (offset < fieldOffset || offset + bytes.length > fieldOffset + byteCount) {
      throw new RangeError(`Cannot write ${bytes.length} bytes at ${offset}: they are part of the file as it is`);
    }
    this.#header.set(bytes, offset - fieldOffset);
  }

  #grow(length: number): void {
    if (length > APPENDED_BYTES_MAX) {
      throw new RangeError(`Cannot append ${length} bytes: more than ${APPENDED_BYTES_MAX}`);
    }
    if (length > this.#appended.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#appended.length));
      larger.set(this.appended);
      this.#appended = larger;
    }
    this.#length = Math.max(this.#length, length);
  }
}

/** Copies the part of `source`, which lies at `at`, that falls into `target`, which lies at `offset`. */
function copyOverlap(
  source: Uint8Array,
  { at }: { at: number },
  { target, offset }: { target: Uint8Array; offset: number },
): void {
  const start = Math.max(at, offset);
  const end = Math.min(at + source.length, offset + target.length);
  if (start < end) target.set(source.subarray(start - at, end - at), start - offset);
}
