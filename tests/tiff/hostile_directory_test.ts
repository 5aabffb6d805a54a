/** libtiff is reached only through checks that bound all sizes first: no hostile directory ever gets to it. */
import assert from "node:assert/strict";
import { TiffError, type TiffLibrary } from "../../ffi/tiff/mod.ts";
import { TiffFormatError } from "../../src/tiff/format_error.ts";
import { mergeTagsInto } from "../../src/tiff/merge_tags.ts";
import { hostileIn } from "../fuzz/tiff_bounds.ts";
import { type ExtraTag, makeTiff, TIFF_FORMS } from "./make_tiff.ts";
import { MemoryFile } from "./memory_file.ts";
import { EXPOSURE_TAGS } from "./merging.ts";

/** In place of libtiff: whoever gets here has passed all checks. */
class Reached extends Error {}
const LIBRARY: TiffLibrary = {
  version: "0",
  path: "",
  openHandles: 0,
  openDirectory() {
    throw new Reached("libtiff is reached");
  },
  close() {},
  [Symbol.dispose]() {},
};

interface Kind {
  readonly bigTiff: boolean;
  readonly byteOrder: "little" | "big";
}

/** Where things stand in a file of `makeTiff`. */
class Directory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly ifd: number;

  constructor(kind: Kind, extra: readonly ExtraTag[] = []) {
    this.bytes = makeTiff({ ...kind, strips: 2, extra });
    this.#view = new DataView(this.bytes.buffer);
    this.#little = kind.byteOrder === "little";
    this.#big = kind.bigTiff;
    this.ifd = Number(this.#big ? this.#view.getBigUint64(8, this.#little) : this.#view.getUint32(4, this.#little));
  }

  get count(): number {
    return Number(
      this.#big ? this.#view.getBigUint64(this.ifd, this.#little) : this.#view.getUint16(this.ifd, this.#little),
    );
  }

  set count(value: number) {
    if (this.#big) this.#view.setBigUint64(this.ifd, BigInt(value), this.#little);
    else this.#view.setUint16(this.ifd, value, this.#little);
  }

  headerOffset(value: number): void {
    this.#put(this.#big ? 8 : 4, value);
  }

  nextDirectory(value: number): void {
    this.#put(this.#entry(this.count), value);
  }

  /** Parts of the entry of a tag. */
  change(tag: number, to: { type?: number; count?: number; value?: number }): void {
    for (let index = 0; index < this.count; index++) {
      const at = this.#entry(index);
      if (this.#view.getUint16(at, this.#little) !== tag) continue;
      if (to.type !== undefined) this.#view.setUint16(at + 2, to.type, this.#little);
      if (to.count !== undefined) this.#put(at + 4, to.count);
      if (to.value !== undefined) this.#put(at + (this.#big ? 12 : 8), to.value);
    }
  }

  #entry(index: number): number {
    return this.ifd + (this.#big ? 8 : 2) + index * (this.#big ? 20 : 12);
  }

  #put(at: number, value: number): void {
    if (this.#big) this.#view.setBigUint64(at, BigInt(value), this.#little);
    else this.#view.setUint32(at, value, this.#little);
  }
}

const U32 = 2 ** 32 - 1;
const HOSTILE: Readonly<Record<string, (directory: Directory) => void>> = {
  "an offset of the directory far outside": (one) => one.headerOffset(U32),
  "a directory at the last byte": (one) => one.headerOffset(one.bytes.length - 1),
  "a directory in the header": (one) => one.headerOffset(2),
  "65,535 entries in a small file": (one) => one.count = 65_535,
  "no entry": (one) => one.count = 0,
  "a directory that follows itself": (one) => one.nextDirectory(one.ifd),
  "a directory that follows outside": (one) => one.nextDirectory(U32),
  "a text of 2^32 - 1 bytes": (one) => one.change(269, { count: U32 }),
  "a text that begins outside": (one) => one.change(269, { value: U32 - 8 }),
  "a date of 2^32 - 1 doubles": (one) => one.change(306, { type: 12, count: U32 }),
  "2^32 - 1 strips": (one) => one.change(273, { count: U32 }),
  "2^32 - 1 byte counts": (one) => one.change(279, { count: U32 }),
  "more strips than byte counts": (one) => one.change(273, { count: 1 }),
  "strip offsets that begin outside": (one) => one.change(273, { value: U32 - 100 }),
  "strip offsets that are texts": (one) => one.change(273, { type: 2 }),
  "a width of 2^32 - 1": (one) => one.change(256, { value: U32 }),
  "a height of 2^32 - 1": (one) => one.change(257, { value: U32 }),
};

for (const { shown, ...kind } of TIFF_FORMS) {
  Deno.test(`a hostile directory never gets to libtiff: ${shown}`, () => {
    const whole = new Directory(kind);
    assert.equal(hostileIn(whole.bytes), null);
    assert.throws(() => merge(whole.bytes), Reached, "what is whole has to get there, or the test proves nothing");
    for (const [what, spoil] of Object.entries(HOSTILE)) {
      const directory = new Directory(kind);
      spoil(directory);
      assert.throws(
        () => merge(directory.bytes),
        (error) => error instanceof TiffFormatError || error instanceof TiffError,
        what,
      );
    }
  });
}

Deno.test("a directory whose entries claim the whole file over and over never gets to libtiff", () => {
  const extra = Array.from({ length: 40 }, (_, index) => ({ tag: 50_000 + index, type: 2, values: "12345" }) as const);
  const bytes = makeTiff({ width: 1000, height: 1000, extra });
  const directory = new Directory({ bigTiff: false, byteOrder: "little" }, extra);
  const large = new Uint8Array(bytes.length + directory.bytes.length);
  large.set(directory.bytes);
  const view = new DataView(large.buffer);
  for (let index = 0; index < directory.count; index++) {
    const at = directory.ifd + 2 + index * 12;
    if (view.getUint16(at, true) < 50_000) continue;
    view.setUint32(at + 4, 1_000_000, true);
    view.setUint32(at + 8, 8, true);
  }
  assert.match(hostileIn(large) ?? "", /^values of \d+ bytes/);
  assert.throws(() => merge(large), /directory claims \d+ bytes, more than 16777216/);
});

function merge(bytes: Uint8Array): void {
  mergeTagsInto(LIBRARY, new MemoryFile(bytes), EXPOSURE_TAGS, { path: "hostile.tif", fsync: false });
}
