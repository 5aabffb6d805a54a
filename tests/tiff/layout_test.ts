/** Tests of the reader that says where a TIFF's pixels lie. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { TiffFormatError } from "../../src/tiff/format_error.ts";
import { readLayout, readLayoutOfFile } from "../../src/tiff/layout.ts";
import type { RandomAccess } from "../../src/tiff/random_access.ts";
import { MemoryFile } from "./memory_file.ts";
import { makeTiff, TIFF_FORMS, type TiffPlan } from "./make_tiff.ts";
import { withFile } from "./merging.ts";

function assertFault(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => readLayout(new MemoryFile(bytes)), { name: "TiffFormatError", message });
}

for (const { shown, byteOrder, bigTiff } of TIFF_FORMS) {
  Deno.test(`readLayout() reads a ${shown}`, () => {
    const bytes = makeTiff({ byteOrder, bigTiff, width: 12, height: 10 });
    const layout = readLayout(new MemoryFile(bytes));
    const offset = bigTiff ? 16 : 8;
    assert.deepEqual({ ...layout, ifdOffset: 0, tags: [...layout.tags] }, {
      byteOrder,
      bigTiff,
      fileSize: bytes.length,
      ifdOffset: 0,
      width: 12,
      height: 10,
      bitsPerSample: 32,
      sampleFormat: "float",
      samplesPerPixel: 1,
      compression: 1,
      tiled: false,
      strips: [{ offset, byteCount: 480 }],
      pixels: { offset, byteCount: 480 },
      tags: [256, 257, 258, 259, 269, 273, 277, 279, 284, 306, 339],
      dateTime: "2015:11:19 14:37:40",
    });
  });
}

Deno.test("readLayout() joins strips that lie one after the other into one range", () => {
  for (const strips of [2, 5, 128]) {
    const layout = readLayout(new MemoryFile(makeTiff({ width: 8, height: 128, bits: 16, strips })));
    assert.deepEqual(layout.pixels, { offset: 8, byteCount: 2048 });
    assert.equal(layout.sampleFormat, "uint");
  }
});

Deno.test("readLayout() gives no range for strips out of order, for compressed pixels and for tiles", () => {
  const plans: TiffPlan[] = [
    { strips: 2, extra: [{ tag: 273, type: 4, values: [8 + 512, 8] }] },
    { compression: 5, pixels: new Uint8Array(100) },
    { extra: [322, 323].map((tag) => ({ tag, type: 4, values: [16] })), without: [273, 279] },
  ];
  const tiles = [{ tag: 324, values: [8] }, { tag: 325, values: [1024] }] as const;
  for (const plan of plans) {
    const extra = [...(plan.extra ?? [])];
    if (plan.without) extra.push(...tiles.map((one) => ({ ...one, type: 4 as const })));
    assert.equal(readLayout(new MemoryFile(makeTiff({ ...plan, extra }))).pixels, null);
  }
});

Deno.test("readLayout() estimates the bytes of a single strip without StripByteCounts", () => {
  const layout = readLayout(new MemoryFile(makeTiff({ without: [279] })));
  assert.deepEqual(layout.strips, [{ offset: 8, byteCount: 1024 }]);
});

Deno.test("readLayout() names the fault of what is no whole TIFF", () => {
  const whole = makeTiff();
  const unfinished = whole.slice();
  unfinished.fill(0, 4, 8);
  assertFault(new Uint8Array(0), /file is empty/);
  assertFault(new TextEncoder().encode("[metadata]\nwidth=1"), /neither II nor MM/);
  assertFault(new Uint8Array([73, 73, 44, 0, 8, 0, 0, 0]), /version in the header is 44/);
  assertFault(unfinished, /never closed/);
  assertFault(whole.subarray(0, 6), /header is cut off at 6 bytes/);
  assertFault(whole.subarray(0, whole.length - 1), /directory of 11 entries .* lies outside/);
  assertFault(whole.subarray(0, 500), /directory \(2 bytes at \d+\) lies outside the file of 500 bytes/);
  assertFault(makeTiff({ extra: [{ tag: 279, type: 4, values: [999_999] }] }), /strip 0 .* lies outside/);
  assertFault(makeTiff({ extra: [{ tag: 279, type: 4, values: [9] }] }), /fewer bytes than the 1024/);
  assertFault(
    makeTiff({ extra: [{ tag: 273, type: 4, values: [2] }] }),
    /strip 0 at 2 lies in the header/,
  );
  assertFault(makeTiff({ without: [256] }), /tag 256 is missing/);
  assertFault(makeTiff({ without: [273] }), /tag 273 is missing/);
  assertFault(makeTiff({ extra: [{ tag: 256, type: 2, values: "wide" }] }), /tag 256 has type 2/);
  assertFault(makeTiff({ extra: [{ tag: 257, type: 4, values: [0] }] }), /ImageLength is 0/);
  assertFault(makeTiff({ extra: [{ tag: 273, type: 4, values: [8, 8] }] }), /2 strip offsets but 1 byte/);
});

/** Refuses what lies outside and counts what is read. */
function watched(bytes: Uint8Array): { file: RandomAccess; read: () => number } {
  let total = 0;
  const file: RandomAccess = {
    size: bytes.length,
    read(offset, length) {
      assert.ok(Number.isSafeInteger(offset) && offset >= 0 && offset + length <= bytes.length, `${offset}+${length}`);
      total += length;
      return bytes.subarray(offset, offset + length);
    },
  };
  return { file, read: () => total };
}

/** Any bytes give a layout that keeps its promises, or the one error. */
function assertTotal(bytes: Uint8Array): void {
  const { file, read } = watched(bytes);
  try {
    const layout = readLayout(file);
    for (const range of [...layout.strips, ...(layout.pixels ? [layout.pixels] : [])]) {
      assert.ok(range.offset >= 0 && range.offset + range.byteCount <= bytes.length);
    }
    if (layout.pixels) {
      const { width, height, samplesPerPixel, bitsPerSample } = layout;
      assert.equal(layout.pixels.byteCount, width * height * samplesPerPixel * bitsPerSample / 8);
    }
  } catch (error) {
    assert.ok(error instanceof TiffFormatError, String(error));
    assert.match(error.message, /^Cannot read TIFF: ./);
  }
  assert.ok(read() <= 16 * bytes.length + 64, `${read()} bytes read of a file of ${bytes.length}`);
}

Deno.test("readLayout() gives a layout or its own error for any bytes, and reads nothing outside the file", () => {
  const magic = fc.constantFrom([], [73, 73, 42, 0], [77, 77, 0, 42], [73, 73, 43, 0, 8, 0, 0, 0]);
  const bytes = fc.tuple(magic, fc.uint8Array({ maxLength: 400 }))
    .map(([head, rest]) => Uint8Array.from([...head, ...rest]));
  fc.assert(fc.property(bytes, assertTotal), { numRuns: 3000 });
});

Deno.test("readLayout() gives a layout or its own error for a valid file with bytes changed or cut", () => {
  const seeds = TIFF_FORMS.map((form) => makeTiff({ ...form, width: 4, height: 4, bits: 16, strips: 4 }));
  const change = fc.tuple(fc.nat(600), fc.constantFrom(0, 1, 2, 4, 16, 127, 128, 254, 255));
  const mutated = fc.tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 8 }), fc.nat(1200)).map(
    ([seed, changes, length]) => {
      const bytes = seed.slice(0, Math.max(1, length));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    },
  );
  fc.assert(fc.property(mutated, assertTotal), { numRuns: 10_000 });
});

Deno.test("readLayoutOfFile() reads the header and the directory, whatever the file's size", () => {
  withFile(makeTiff({ width: 512, height: 512 }), (path) => {
    assert.equal(readLayoutOfFile(path).pixels?.byteCount, 1_048_576);
  });
});
