import assert from "node:assert/strict";
import fc from "fast-check";
import { ImageError, readImage } from "../../src/plugins/read_image.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff, pixelsOf, type TiffPlan } from "../tiff/make_tiff.ts";

function write(folder: TempFolder, plan: TiffPlan): string {
  const path = folder.join("P.tif");
  Deno.writeFileSync(path, makeTiff(plan));
  return path;
}

/** Bits, TIFF's sample format, and what a DataView calls them. */
const KINDS = [
  [8, 1, "Uint8"],
  [16, 1, "Uint16"],
  [32, 1, "Uint32"],
  [8, 2, "Int8"],
  [16, 2, "Int16"],
  [32, 2, "Int32"],
  [32, 3, "Float32"],
  [64, 3, "Float64"],
] as const;

for (const [bits, format, kind] of KINDS) {
  Deno.test(`readImage() returns ${kind}Array, of either byte order, in one strip or many`, () => {
    using folder = new TempFolder();
    const [width, height] = [6, 8];
    const view = new DataView(pixelsOf(width * height * bits / 8).buffer);
    for (const byteOrder of ["little", "big"] as const) {
      for (const strips of [1, 4]) {
        for (const bigTiff of [false, true]) {
          const path = write(folder, { bits, format, byteOrder, width, height, strips, bigTiff });
          const { data, ...image } = readImage(path);
          assert.deepEqual(image, { width, height, shape: [8, 6] });
          assert.equal(data.constructor.name, `${kind}Array`);
          const expected = Array.from({ length: width * height }, (_, index) => {
            return view[`get${kind}`](index * bits / 8, byteOrder === "little");
          });
          assert.deepEqual([...data], expected);
        }
      }
    }
  });
}

Deno.test("readImage() gathers strips that lie apart, in the order of their rows", () => {
  using folder = new TempFolder();
  const extra = [{ tag: 273, type: 4, values: [8 + 8, 8] }] as const;
  const path = write(folder, {
    bits: 8,
    width: 4,
    height: 4,
    strips: 2,
    pixels: Uint8Array.from({ length: 16 }, (_, i) => i),
    extra,
  });
  assert.deepEqual([...readImage(path).data], [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("readImage() uses the memory of an earlier image again where it is large enough", () => {
  using folder = new TempFolder();
  const first = readImage(write(folder, { width: 8, height: 8 }));
  const smaller = readImage(write(folder, { bits: 8, width: 8, height: 8 }), { into: first });
  assert.equal(smaller.data.buffer, first.data.buffer);
  assert.deepEqual([smaller.data.length, [...smaller.data]], [64, [...pixelsOf(64)]]);
  const larger = readImage(write(folder, { width: 16, height: 16 }), { into: smaller });
  assert.notEqual(larger.data.buffer, first.data.buffer);
  assert.equal(larger.data.length, 256);
  assert.equal(readImage(write(folder, {}), { into: undefined }).data.length, 256);
});

const short = (tag: number, value: number) => ({ tag, type: 3 as const, values: [value] });
const long = (tag: number, value: number) => ({ tag, type: 4 as const, values: [value] });
const COLOURS = { bits: 8, width: 4, pixels: new Uint8Array(4 * 16 * 3), extra: [short(277, 3)] };
const TILES = { extra: [long(322, 16), long(324, 8), long(325, 1024)], without: [273, 279] };
const HUGE = { extra: [long(256, 1_000_000), long(257, 1_000_000)] };

for (
  const [what, plan, message] of [
    [
      "is compressed",
      { compression: 5, pixels: new Uint8Array(100) },
      /P\.tif: it is compressed \(TIFF compression 5\); read it/,
    ],
    ["has tiles", TILES, /it is stored in tiles; read it/],
    ["has colours", COLOURS, /it has 3 values a pixel/],
    ["has integers of 64 bits", { bits: 64, format: 1 }, /its pixels have 64 bits \(uint\)/],
    ["has pixels of no known kind", { bits: 32, extra: [short(339, 6)] }, /its pixels have 32 bits \(undefined\)/],
    ["has more rows than its size says", { bits: 8, extra: [long(257, 15)] }, /do not hold whole rows, or more rows/],
    ["is larger than can be", HUGE, /Cannot read image .*strip/],
  ] as [string, TiffPlan, RegExp][]
) {
  Deno.test(`readImage() refuses an image that ${what}`, () => {
    using folder = new TempFolder();
    const path = write(folder, plan);
    assert.throws(() => readImage(path), (error) => error instanceof ImageError && message.test(error.message));
  });
}

Deno.test("readImage() never returns an image that is not whole, nor another error, whatever the bytes", () => {
  using folder = new TempFolder();
  const path = folder.join("P.tif");
  const whole = makeTiff({ bits: 16, width: 8, height: 8, strips: 2 });
  const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
  const property = fc.property(
    fc.array(change, { maxLength: 6 }),
    fc.integer({ min: 0, max: whole.length }),
    (changes, end) => {
      const bytes = whole.slice();
      for (const { at, to } of changes) bytes[at] = to;
      Deno.writeFileSync(path, bytes.subarray(0, end));
      try {
        const { width, height, data } = readImage(path);
        assert.equal(data.length, width * height);
      } catch (error) {
        assert.ok(error instanceof ImageError, String(error));
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});
