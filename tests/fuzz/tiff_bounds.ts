/**
 * Says what in a TIFF is too large or lies outside of it, by the format's own text and nothing of the program under test:
 * what libtiff must never be given.
 */

/** What the bounds are; any that libtiff copes with would do, these are what pewatch promises. */
const ENTRIES_MAX = 65_535;
const VALUE_BYTES_MAX = 16_777_216;
/** By type, from 0; 0 is a type that nobody knows. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8] as const;
const STRIP_OFFSETS = 273, STRIP_BYTE_COUNTS = 279, TILE_OFFSETS = 324, SUB_IFDS = 330;

/** The first thing that is hostile in the first directory, in words; null where there is none. */
export function hostileIn(bytes: Uint8Array): string | null {
  try {
    return lookAt(new Tiff(bytes));
  } catch (error) {
    if (error instanceof RangeError) return `it ends too soon: ${error.message}`;
    throw error;
  }
}

function lookAt(tiff: Tiff): string | null {
  const { ifd, count, size } = tiff;
  if (ifd < tiff.headerBytes) return `directory at ${ifd}`;
  if (count === 0n || count > BigInt(ENTRIES_MAX)) return `${count} entries`;
  let total = 0n;
  const seen = new Set<number>();
  const numbers = new Map<number, bigint[]>();
  for (let index = 0; index < Number(count); index++) {
    const { tag, bytes, offset, values } = tiff.entry(index);
    if (seen.has(tag)) continue;
    seen.add(tag);
    if (tag === TILE_OFFSETS || tag === SUB_IFDS) return `tag ${tag}: more than one plain image`;
    total += bytes;
    if (offset + bytes > size) return `the value of tag ${tag} lies outside`;
    if (tag === STRIP_OFFSETS || tag === STRIP_BYTE_COUNTS) numbers.set(tag, values());
  }
  if (total > BigInt(VALUE_BYTES_MAX)) return `values of ${total} bytes`;
  if (tiff.next() !== 0n) return "a further directory";
  return stripsOutside(numbers.get(STRIP_OFFSETS) ?? [], numbers.get(STRIP_BYTE_COUNTS), size);
}

function stripsOutside(offsets: readonly bigint[], counts: readonly bigint[] | undefined, size: bigint): string | null {
  if (counts !== undefined && counts.length !== offsets.length) return "strips without byte counts";
  for (const [index, offset] of offsets.entries()) {
    if (offset + (counts?.[index] ?? 0n) > size) return `strip ${index} lies outside`;
  }
  return null;
}

/** Every number is a BigInt: nothing overflows, nothing is rounded. */
class Tiff {
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly headerBytes: bigint;
  readonly ifd: bigint;
  readonly count: bigint;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = this.#view.getUint8(0) === 0x49;
    this.#big = this.#view.getUint16(2, this.#little) === 43;
    this.headerBytes = this.#big ? 16n : 8n;
    this.ifd = this.#offset(this.#big ? 8n : 4n);
    this.count = this.#big ? this.#u64(this.ifd) : BigInt(this.#view.getUint16(Number(this.ifd), this.#little));
  }

  get size(): bigint {
    return BigInt(this.#view.byteLength);
  }

  entry(index: number): { tag: number; bytes: bigint; offset: bigint; values: () => bigint[] } {
    const at = this.#entryAt(index);
    const tag = this.#view.getUint16(Number(at), this.#little);
    const type = this.#view.getUint16(Number(at) + 2, this.#little);
    const count = this.#offset(at + 4n);
    const field = at + (this.#big ? 12n : 8n);
    const step = BigInt(TYPE_BYTES[type] ?? 0);
    const bytes = step * count;
    const offset = bytes <= (this.#big ? 8n : 4n) ? field : this.#offset(field);
    const values = () => Array.from({ length: Number(count) }, (_, n) => this.#number(offset + BigInt(n) * step, step));
    return { tag, bytes, offset, values };
  }

  next(): bigint {
    return this.#offset(this.#entryAt(Number(this.count)));
  }

  #entryAt(index: number): bigint {
    return this.ifd + (this.#big ? 8n : 2n) + BigInt(index) * (this.#big ? 20n : 12n);
  }

  #offset(at: bigint): bigint {
    return this.#big ? this.#u64(at) : BigInt(this.#view.getUint32(Number(at), this.#little));
  }

  #u64(at: bigint): bigint {
    return this.#view.getBigUint64(Number(at), this.#little);
  }

  #number(at: bigint, bytes: bigint): bigint {
    if (bytes === 8n) return this.#u64(at);
    if (bytes === 4n) return BigInt(this.#view.getUint32(Number(at), this.#little));
    if (bytes === 2n) return BigInt(this.#view.getUint16(Number(at), this.#little));
    return BigInt(this.#view.getUint8(Number(at)));
  }
}
