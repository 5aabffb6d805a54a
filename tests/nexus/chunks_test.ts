/** Compressed images: what is read of them here, and by programs that nobody here wrote (PEWATCH_PYTHON has them). */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Hdf5Error, openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { VerificationError } from "../../src/files/copy/target_writers.ts";
import type { FrameFacts, WrittenNexus } from "../../src/nexus/frame/facts.ts";
import fc from "fast-check";
import { findChunkIndex, superblockWithEnd } from "../../src/nexus/chunks/chunk_index.ts";
import { type Compression, isChunkedPixels, layOutChunks } from "../../src/nexus/chunks/chunk_layout.ts";
import { CODECS } from "../../src/nexus/chunks/codecs.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { sha256 } from "../folders.ts";
import { hdf5Test } from "../ffi/hdf5/hdf5_test_case.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff, PIXEL_TYPES, pixelsOf, type TiffPlan } from "../tiff/make_tiff.ts";
import {
  darkAt,
  deliver,
  factsWith,
  imageBytes,
  nodeAt,
  PLACED_NXMX,
  putTogether,
  reversedStrips,
  settingsWith,
} from "./frame.ts";
import { pythonTest, runPython } from "./python.ts";

const COMPRESSIONS = Object.keys(CODECS) as Compression[];

function compressed(compression: Compression, patch: Partial<FrameFacts> = {}): FrameFacts {
  return factsWith({ settings: settingsWith({ nexus: { compression } }), ...patch });
}

/** Counts of a detector: a sum of some exposures, with noise. */
function counts(width: number, height: number): Uint8Array<ArrayBuffer> {
  let state = 7;
  const noise = () => (state = (state * 48_271) % 2_147_483_647) % 64;
  return new Uint8Array(Float32Array.from({ length: width * height }, (_, at) => 900 + at % width + noise()).buffer);
}

for (const { shown, ...plan } of PIXEL_TYPES) {
  for (const byteOrder of ["little", "big"] as const) {
    hdf5Test(`gzip, ${shown}, ${byteOrder}-endian: type and bytes are the TIFF's`, (hdf5, folder) => {
      const { report, path } = deliver(hdf5, folder.path, {
        tiff: tallTiff(plan, byteOrder),
        facts: compressed("gzip"),
      });
      assert.equal(report.way, "chunks");
      assert.equal(report.unusual, null);
      assert.ok(report.chunks!.count > 1);
      assert.ok(Buffer.from(imageBytes(hdf5, path)).equals(pixelsOf(4096 * rowsOf(plan) * plan.bits! / 8)));
      const node = nodeAt(readTree(hdf5, path), "entry/data/data");
      assert(node?.kind === "dataset");
      assert.equal(node.type, byteOrder === "big" && plan.bits! > 8 ? `${shown}, big-endian` : shown);
      assert.deepEqual(node.shape, [1, rowsOf(plan), 4096]);
    });
  }
}

/** Of two chunks, the second of which is filled up. */
function rowsOf({ bits }: TiffPlan): number {
  return Math.ceil(8 * 150 / bits!);
}

function tallTiff(plan: TiffPlan, byteOrder: "little" | "big"): Uint8Array<ArrayBuffer> {
  return makeTiff({ ...plan, byteOrder, width: 4096, height: rowsOf(plan) });
}

const REVERSED = Uint8Array.from(
  [3, 2, 1, 0].flatMap((strip) => [...pixelsOf(1024).slice(strip * 256, strip * 256 + 256)]),
);

hdf5Test("rows of strips that lie in another order come in theirs", (hdf5, folder) => {
  const { report, path } = deliver(hdf5, folder.path, { tiff: reversedStrips(), facts: compressed("gzip") });
  assert.equal(report.chunks!.runs.length, 4);
  assert.deepEqual(imageBytes(hdf5, path), REVERSED);
});

pythonTest("h5py reads bitshuffle-lz4 of every type, byte order and order of strips", async () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  const facts = compressed("bitshuffle-lz4");
  const expected: Record<string, readonly [string, string]> = {};
  const put = (tiff: Uint8Array<ArrayBuffer>, type: string, pixels: Uint8Array) => {
    const place = folder.join(`${type}-${pixels.length}`);
    Deno.mkdirSync(place);
    expected[deliver(hdf5, place, { tiff, facts }).path] = [type, sha256(pixels)];
  };
  for (const { shown, ...plan } of PIXEL_TYPES) {
    const pixels = pixelsOf(4096 * rowsOf(plan) * plan.bits! / 8);
    const type = `${shown[0] === "i" ? "i" : shown[0] === "f" ? "f" : "u"}${plan.bits! / 8}`;
    put(tallTiff(plan, "little"), `${plan.bits === 8 ? "|" : "<"}${type}`, pixels);
    if (plan.bits !== 8) put(tallTiff(plan, "big"), `>${type}`, pixels);
  }
  put(reversedStrips(), "<f4", REVERSED);
  assert.deepEqual(await runPython("chunks.py", ["--pixels", ...Object.keys(expected)]), expected);
});

for (const compression of COMPRESSIONS) {
  hdf5Test(`${compression}: a chunk is verified after it was decompressed`, (hdf5, folder) => {
    const tiff = makeTiff({ width: 64, height: 64, pixels: counts(64, 64) });
    const { report } = deliver(hdf5, folder.path, { tiff, facts: compressed(compression) });
    const files = { head: folder.join("frame.nxs.head"), image: folder.join("P-00001.tif") };
    const codec = CODECS[compression];
    const { encode } = codec;
    try {
      // As a compressor that gets one byte wrong.
      codec.encode = (chunk, elementBytes) => {
        const other = chunk.slice();
        other[5]! ^= 1;
        return encode(other, elementBytes);
      };
      assert.throws(() => putTogether(folder.join("other.nxs"), report, files), VerificationError);
    } finally {
      codec.encode = encode;
    }
  });
}

Deno.test("an image is cut into whole rows, into no more chunks than one index holds", () => {
  const type = { class: "float", size: 4, order: "little" } as const;
  assert.deepEqual(layOutChunks([1, 2048, 2048], type), {
    shape: [1, 64, 2048],
    elementBytes: 4,
    rows: 64,
    byteCount: 524_288,
    count: 32,
  });
  for (const [height, width] of [[1, 1], [4096, 4096], [100_000, 3], [3, 1_000_000], [65, 200_000]] as const) {
    const { count, rows } = layOutChunks([1, height, width], type);
    assert.ok(count <= 64 && rows * count >= height && rows * (count - 1) < height, `${height} x ${width}`);
  }
});

hdf5Test("a record of chunks that cannot be is refused", (hdf5, folder) => {
  const { report } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts: compressed("gzip") });
  const chunks = report.chunks!;
  assert.ok(isChunkedPixels(JSON.parse(JSON.stringify(chunks))));
  const wrong = [
    { compression: "zip" },
    { elementBytes: 3 },
    { rows: -1 },
    { chunkBytes: 0 },
    { chunkBytes: 2 ** 40 },
    { count: 2 },
    { indexAt: 1.5 },
    { runs: [] },
    { runs: [{ offset: 8, byteCount: -1 }] },
    { runs: [{ offset: 8, byteCount: 10_000_000 }] },
  ];
  for (const change of wrong) assert.ok(!isChunkedPixels({ ...chunks, ...change }), JSON.stringify(change));
});

hdf5Test("a file without such an index, or of another version, is refused", (hdf5, folder) => {
  const tiff = makeTiff({ width: 4096, height: 199 });
  const { report } = deliver(hdf5, folder.path, { tiff, facts: compressed("gzip") });
  const head = folder.join("frame.nxs.head");
  assert.equal(findChunkIndex(head, { rows: 32, count: 7 }), report.chunks!.indexAt);
  assert.throws(() => findChunkIndex(head, { rows: 31, count: 7 }), Hdf5Error);
  assert.throws(() => findChunkIndex(head, { rows: 32, count: 6 }), Hdf5Error);
  const superblock = Deno.readFileSync(head);
  superblock[8] = 0;
  assert.throws(() => superblockWithEnd(superblock, 100), Hdf5Error);
  assert.throws(() => superblockWithEnd(superblock.subarray(0, 20), 100), Hdf5Error);
});

hdf5Test("an image that ends within its pixels is refused, and so is a chunk that is none", (hdf5, folder) => {
  const { report } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts: compressed("gzip") });
  const files = { head: folder.join("frame.nxs.head"), image: folder.join("P-00001.tif") };
  Deno.truncateSync(files.image, 500);
  assert.throws(() => putTogether(folder.join("other.nxs"), report, files), /ends within its pixels/);
  for (const { decode } of Object.values(CODECS)) {
    assert.throws(() => decode(Buffer.from("no chunk at all"), { elementBytes: 4, chunkBytes: 1024 }));
  }
});

interface Verdict {
  readonly errors: number;
  readonly warnings: number;
}

interface Reading {
  readonly same_tree: string[];
  readonly pixels: string;
  readonly plain_pixels: string;
  readonly chunks: number[];
  readonly filters: (number | number[])[][];
  readonly stored: number;
  readonly silx: string | null;
  readonly nxmx: string | null;
  readonly nxcheck: Verdict;
  readonly plain_nxcheck: Verdict;
}

const SIDECAR = "[metadata]\nexposureTime=0.5\nuserComment1=compressed\n";

/** The files of one frame, compressed and not, of each profile, in a folder of each. */
function pairOf(
  folder: TempFolder,
  compression: Compression,
  profile: "base" | "nxmx",
): [string, string, WrittenNexus] {
  using hdf5 = openHdf5Library();
  const tiff = makeTiff({ width: 512, height: 500, pixels: counts(512, 500) });
  const overflow = Uint32Array.of(3, 700);
  const made = ([compression, "none"] as const).map((how) => {
    const place = folder.join(`${profile}-${how}`);
    Deno.mkdirSync(place, { recursive: true });
    const patch = profile === "nxmx" ? PLACED_NXMX : {};
    const settings = settingsWith({ ...patch, nexus: { profile, compression: how } });
    return deliver(hdf5, place, { tiff, facts: factsWith({ sidecarText: SIDECAR, settings, overflow }) });
  });
  return [made[0]!.path, made[1]!.path, made[0]!.report];
}

const STORED: { readonly [C in Compression]: { readonly filters: unknown; readonly chunk: readonly number[] } } = {
  gzip: { filters: [[2, [4]], [1, [2]]], chunk: [1, 256, 512] },
  "bitshuffle-lz4": { filters: [[32008, [0, 5, 4, 0, 2]]], chunk: [1, 256, 512] },
};

for (const [compression, profile] of COMPRESSIONS.flatMap((one) => [[one, "base"], [one, "nxmx"]] as const)) {
  pythonTest(`h5py, silx, nxmx and nxcheck read a frame of ${compression} (profile ${profile})`, async () => {
    using folder = new TempFolder();
    const [packed, plain, report] = pairOf(folder, compression, profile);
    const read = await runPython<Reading>("chunks.py", [packed, plain]);
    // Its attribute says which plugin is needed.
    assert.deepEqual(read.same_tree, compression === "gzip" ? [] : ["entry/data/data"]);
    assert.equal(read.pixels, read.plain_pixels);
    assert.deepEqual(read.chunks, STORED[compression].chunk);
    assert.deepEqual(read.filters, STORED[compression].filters);
    assert.ok(read.stored * 2 < 512 * 500 * 4, `${read.stored} bytes`);
    assert.equal(report.chunks!.count, 2);
    assert.equal(read.silx, read.plain_pixels);
    if (profile === "nxmx") assert.equal(read.nxmx, read.plain_pixels);
    // What it says of NXmx (an NXsource where NXmx wants it) it says of any frame of this profile.
    assert.deepEqual(read.nxcheck, read.plain_nxcheck);
    if (profile === "base") assert.equal(read.nxcheck.errors, 0);
  });
}

hdf5Test("a reference dark is compressed too, and each frame has the one that is kept at the time", (hdf5, folder) => {
  const kept = folder.join("dark.tif");
  for (const seed of [1, 1, 2]) {
    const pixels = counts(512, 600).map((byte) => byte ^ seed);
    const dark = makeTiff({ width: 512, height: 600, pixels });
    Deno.writeFileSync(kept, dark);
    const tiff = makeTiff({ width: 512, height: 500, pixels: counts(512, 500) });
    const facts = compressed("gzip", { referenceDark: darkAt(kept, dark) });
    const { report, path } = deliver(hdf5, folder.path, { tiff, facts });
    assert.equal(report.way, "chunks");
    assert.ok(Buffer.from(imageBytes(hdf5, path)).equals(counts(512, 500)));
    const at = "entry/instrument/detector/reference_dark/image";
    assert.ok(Buffer.from(imageBytes(hdf5, path, at)).equals(pixels), `dark ${seed}`);
    const node = nodeAt(readTree(hdf5, path), at);
    assert(node?.kind === "dataset");
    assert.deepEqual([node.shape, node.filters], [[600, 512], ["shuffle", "gzip"]]);
    assert.ok(Deno.statSync(path).size < 512 * 1100 * 2, "both images are compressed");
  }
});

pythonTest("without its plugin h5py does not read bitshuffle, and the file says what is needed", async () => {
  using folder = new TempFolder();
  const [packed] = pairOf(folder, "bitshuffle-lz4", "base");
  const env = { PEWATCH_NO_PLUGIN: "1", HDF5_PLUGIN_PATH: folder.path };
  const { error, compression } = await runPython<Record<string, string>>("chunks.py", [packed], env);
  assert.match(error!, /^Can't (synchronously )?read data/);
  assert.match(compression!, /^bitshuffle-lz4: needs the HDF5 filter plugin 32008, in Python "import hdf5plugin"$/);
});

Deno.test("blocks that are damaged in any byte are refused or are other pixels, and never more than there are", () => {
  const chunk = counts(64, 33);
  const { encode, decode } = CODECS["bitshuffle-lz4"];
  const packed = encode(chunk, 4);
  const of = { elementBytes: 4, chunkBytes: chunk.length };
  assert.deepEqual(decode(packed, of), chunk);
  for (let at = 0; at < packed.length; at++) {
    const damaged = packed.slice();
    damaged[at]! ^= 0xff;
    try {
      assert.equal(decode(damaged, of).length, chunk.length);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
    assert.throws(() => decode(packed.subarray(0, at), of), RangeError);
  }
});

Deno.test("each codec returns any bytes as they were: runs, noise, and what repeats with a shift", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
  const shape = fc.record({ elementBytes: fc.constantFrom(1, 2, 4, 8), elements: fc.integer({ min: 1, max: 9000 }) });
  const random = fc.infiniteStream(fc.integer({ min: 0, max: 0xffff_ffff }));
  fc.assert(
    fc.property(
      fc.array(bytes, { minLength: 1, maxLength: 8 }),
      shape,
      random,
      (pieces, { elementBytes, elements }, dice) => {
        const chunk = new Uint8Array(elementBytes * elements);
        for (let at = 0; at < chunk.length;) {
          const number = dice.next().value!;
          const piece = pieces[number % pieces.length]!;
          const length = Math.min(1 + (number >>> 8) % 5000, chunk.length - at);
          for (let index = 0; index < length; index++) chunk[at + index] = piece[index % piece.length]!;
          at += length;
        }
        for (const { encode, decode } of Object.values(CODECS)) {
          const back = decode(encode(chunk, elementBytes), { elementBytes, chunkBytes: chunk.length });
          assert.ok(Buffer.from(back).equals(chunk));
        }
      },
    ),
    { numRuns: 100 },
  );
});
