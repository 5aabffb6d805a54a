/**
 * TIFF headers and directories, changed where it hurts: the merge of tags through libtiff, and of some the NeXus file
 * through HDF5 and the reading of the image as plugins do it.
 */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { openTiffLibrary, TiffError, type TiffLibrary } from "../../../ffi/tiff/mod.ts";
import { planThroughLibrary } from "../../../src/nexus/frame/plan_image.ts";
import { writeNexus } from "../../../src/nexus/write.ts";
import { TiffFormatError } from "../../../src/tiff/format_error.ts";
import { readLayout, readLayoutOfFile, type TiffLayout } from "../../../src/tiff/layout.ts";
import { mergeTags, mergeTagsInto } from "../../../src/tiff/merge_tags.ts";
import type { FrameTags } from "../../../src/tiff/tags/tag_table.ts";
import { readFrameTags } from "../../../src/tiff/tags/read_tags.ts";
import { cutOrphanedTail } from "../../../src/tiff/orphaned_tail.ts";
import type { Random } from "../../faults/random.ts";
import { factsWith } from "../../nexus/frame.ts";
import { TempFolder } from "../../temp_folder.ts";
import { type ExtraTag, makeTiff } from "../../tiff/make_tiff.ts";
import { MemoryFile } from "../../tiff/memory_file.ts";
import { chance, mutateBytes, pick } from "../mutate.ts";
import type { Checker, Target } from "../target.ts";
import { hostileIn } from "../tiff_bounds.ts";
import { changeDirectory } from "../tiff_changes.ts";

const EXTRA: readonly ExtraTag[] = [
  { tag: 262, type: 3, values: [1] },
  { tag: 270, type: 2, values: "a description" },
  { tag: 282, type: 5, values: [72, 1] },
  { tag: 305, type: 2, values: "QXRD" },
  { tag: 320, type: 3, values: [0, 1, 2, 3, 4, 5] },
  { tag: 330, type: 4, values: [8] },
  { tag: 33432, type: 2, values: "somebody" },
  { tag: 65000, type: 12, values: [0.5] },
  { tag: 65010, type: 2, values: "another program's" },
];
/** One in so many has a tag that claims megabytes which are really there. */
const FAT_EVERY = 2000;
const FAT_BYTES = 20_000_000;

function make(random: Random): Uint8Array {
  if (chance(random, 1 / FAT_EVERY)) return fat(random);
  const extra = EXTRA.filter(() => chance(random, 0.15));
  const width = 1 + random.integer(16), height = 1 + random.integer(16);
  const bytes = makeTiff({
    byteOrder: pick(random, ["little", "big"]),
    bigTiff: chance(random, 0.3),
    width,
    height,
    bits: pick(random, [8, 16, 32, 64]),
    format: pick(random, [1, 2, 3]),
    strips: chance(random, 0.5) ? 1 : 1 + random.integer(height),
    compression: chance(random, 0.9) ? 1 : pick(random, [2, 5, 8, 32773]),
    extra,
    ...(chance(random, 0.1) ? { without: [pick(random, [256, 257, 258, 259, 273, 277, 279])] } : {}),
    odd: chance(random, 0.1),
  });
  // Some as they are: what is whole has to be merged. Most with one change, since the first fault hides the others.
  for (let count = pick(random, [0, 1, 1, 1, 1, 2, 2, 3]); count > 0; count--) {
    changeDirectory(bytes, random);
  }
  return mutateBytes(bytes, random);
}

/** A directory whose entries claim as many bytes as the file has. */
function fat(random: Random): Uint8Array {
  const type = pick(random, [1, 2, 3, 5, 7, 12] as const);
  const bytes = makeTiff({ pixels: new Uint8Array(FAT_BYTES), width: 1000, height: 1000, bits: 32, extra: EXTRA });
  for (let count = 1 + random.integer(3); count > 0; count--) {
    changeDirectory(bytes, random, { type, count: FAT_BYTES / pick(random, [1, 2, 4, 16]), offset: 8 });
  }
  return bytes;
}

const TAGS: FrameTags = {
  keys: [["exposureTime", "0.1"]],
  sidecarText: "[metadata]\nexposureTime=0.1\n",
  parametersJson: "{}",
  imageDescription: null,
};
/** Files take milliseconds where memory takes microseconds. */
const ON_DISK_EVERY = 50;

class TiffChecker implements Checker {
  readonly #tiff = openTiffLibrary();
  readonly #hdf5 = openHdf5Library();
  readonly #guarded = boundsFirst(this.#tiff);
  readonly #folder = new TempFolder();

  check(input: Uint8Array): string {
    const layout = layoutOrNull(input);
    if (layout !== null) checkLayout(layout, input);
    const outcome = this.#merge(input);
    if (crc32(input) % ON_DISK_EVERY === 0) this.#checkOnDisk(input, layout);
    return layout === null ? "no TIFF" : outcome;
  }

  #merge(input: Uint8Array): string {
    const file = new MemoryFile(input);
    try {
      mergeTagsInto(this.#guarded, file, TAGS, { path: "fuzzed.tif", fsync: true });
    } catch (error) {
      if (!(error instanceof TiffError || error instanceof TiffFormatError)) throw error;
      if (error instanceof TiffError) assert.match(error.message, /fuzzed\.tif/);
      assert.deepEqual(file.bytes, input);
      return "refused";
    } finally {
      assert.equal(this.#tiff.openHandles, 0);
    }
    if (file.bytes.length === input.length) return "tagged before";
    const before = readLayout(new MemoryFile(input));
    const after = readLayout(new MemoryFile(file.bytes));
    const [start, end] = before.bigTiff ? [8, 16] : [4, 8];
    assert.deepEqual(after.strips, before.strips);
    assert.ok(equal(file.bytes.subarray(0, start), input.subarray(0, start)));
    assert.ok(equal(file.bytes.subarray(end, input.length), input.subarray(end)));
    return "merged";
  }

  /** The same by files, then what else is done with an image. */
  #checkOnDisk(input: Uint8Array, layout: TiffLayout | null): void {
    const path = this.#folder.join("fuzzed.tif");
    Deno.writeFileSync(path, input);
    let merged = false;
    try {
      merged = mergeTags(this.#guarded, path, TAGS, { fsync: false }).appendedBytes > 0;
    } catch (error) {
      if (!(error instanceof TiffError || error instanceof TiffFormatError)) throw error;
    }
    assert.equal(cutOrphanedTail(path, input.length), false);
    if (merged) assert.equal(readFrameTags(path)[0]?.name, "pewatch_tags");
    if (layout === null) return;
    assert.deepEqual(readLayoutOfFile(path).strips, layout.strips);
    planThroughLibrary(layout, path);
    const facts = factsWith({ layout: readLayoutOfFile(path), sidecarProblem: "there was no sidecar", checksum: true });
    const report = writeNexus(this.#hdf5, this.#folder.join("frame.nxs.head"), path, facts, { fsync: false });
    assert.ok(report.splice !== null || report.way === "whole");
  }

  [Symbol.dispose](): void {
    this.#tiff.close();
    this.#hdf5[Symbol.dispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** libtiff, but what is hostile never gets to it: that is for the caller to see to, and is a failure here. */
export function boundsFirst(tiff: TiffLibrary): TiffLibrary {
  return new Proxy(tiff, {
    get(library, property) {
      if (property !== "openDirectory") return Reflect.get(library, property, library);
      return (...[storage, options]: Parameters<TiffLibrary["openDirectory"]>) => {
        const bytes = new Uint8Array(storage.size);
        storage.readInto(0, bytes);
        const hostile = hostileIn(bytes);
        assert.equal(hostile, null, `libtiff is given a hostile directory: ${hostile}`);
        return library.openDirectory(storage, options);
      };
    },
  });
}

function layoutOrNull(input: Uint8Array): TiffLayout | null {
  try {
    return readLayout(new MemoryFile(input));
  } catch (error) {
    if (!(error instanceof TiffFormatError)) throw error;
    assert.match(error.message, /^Cannot read TIFF: ./);
    return null;
  }
}

function checkLayout(layout: TiffLayout, input: Uint8Array): void {
  assert.equal(layout.fileSize, input.length);
  for (const { offset, byteCount } of layout.strips) {
    assert.ok(offset >= 0 && byteCount >= 0 && offset + byteCount <= input.length);
  }
  const { pixels, width, height, bitsPerSample, samplesPerPixel } = layout;
  if (pixels === null) return;
  assert.equal(pixels.byteCount, width * height * samplesPerPixel * bitsPerSample / 8);
  assert.ok(pixels.offset + pixels.byteCount <= input.length);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return crc32(a) === crc32(b) && a.length === b.length;
}

export const tiffs: Target = { name: "tiffs", make, open: () => new TiffChecker() };
