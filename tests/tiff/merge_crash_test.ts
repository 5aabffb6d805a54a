/** Tests of what a file is worth when the merge ends at any of its writes. */
import assert from "node:assert/strict";
import { openTiffLibrary, TiffError } from "../../ffi/tiff/mod.ts";
import { readLayout } from "../../src/tiff/layout.ts";
import { mergeTags, mergeTagsInto } from "../../src/tiff/merge_tags.ts";
import { readFrameTags } from "../../src/tiff/tags/read_tags.ts";
import { cutOrphanedTail } from "../../src/tiff/orphaned_tail.ts";
import { MemoryFile } from "./memory_file.ts";
import { makeTiff } from "./make_tiff.ts";
import { EXPOSURE_TAGS, withFile } from "./merging.ts";

type Step = { readonly what: "write" | "sync" | "truncate"; readonly offset?: number; readonly length?: number };

/** A file in memory that fails at one step: for good, as if the process had been killed, or only that once. */
class FailingFile extends MemoryFile {
  readonly steps: Step[] = [];
  readonly #failAt: number;
  readonly #partial: number;
  readonly #dies: boolean;

  constructor(bytes: Uint8Array, plan: { failAt: number; dies: boolean; partial?: number }) {
    super(bytes);
    this.#failAt = plan.failAt;
    this.#dies = plan.dies;
    this.#partial = plan.partial ?? 0;
  }

  override write(offset: number, bytes: Uint8Array): void {
    const fails = this.#fails({ what: "write", offset, length: bytes.length });
    const part = fails ? bytes.subarray(0, fails === "now" ? this.#partial : 0) : bytes;
    if (part.length > 0) super.write(offset, part);
    if (fails) throw new Error("no space left");
  }

  override sync(): void {
    if (this.#fails({ what: "sync" })) throw new Error("no space left");
  }

  override truncate(size: number): void {
    if (this.#fails({ what: "truncate" })) throw new Error("no space left");
    super.truncate(size);
  }

  #fails(step: Step): "now" | "dead" | null {
    const index = this.steps.push(step) - 1;
    if (index === this.#failAt) return "now";
    return this.#dies && index > this.#failAt ? "dead" : null;
  }
}

function mergeInto(file: FailingFile): void {
  using tiff = openTiffLibrary();
  try {
    mergeTagsInto(tiff, file, EXPOSURE_TAGS, { path: "P-00001.tif", fsync: true });
  } finally {
    assert.equal(tiff.openHandles, 0);
  }
}

const NEVER = Number.POSITIVE_INFINITY;

for (const bigTiff of [false, true]) {
  const kind = bigTiff ? "BigTIFF" : "TIFF";
  const field = bigTiff ? 8 : 4;

  Deno.test(`a merge into a ${kind} is one append, a sync, the header's offset, a sync`, () => {
    const bytes = makeTiff({ bigTiff });
    const file = new FailingFile(bytes, { failAt: NEVER, dies: false });
    mergeInto(file);
    const appended = file.bytes.length - bytes.length;
    assert.deepEqual(file.steps, [
      { what: "write", offset: bytes.length, length: appended },
      { what: "sync" },
      { what: "write", offset: field, length: field },
      { what: "sync" },
    ]);
  });

  Deno.test(`a ${kind} can be read with its own pixels when the merge is killed at any step`, () => {
    const bytes = makeTiff({ bigTiff });
    const { pixels } = readLayout(new MemoryFile(bytes));
    for (const partial of [0, 1, 100, 300]) {
      for (let failAt = 0; failAt < 4; failAt++) {
        if (failAt === 2 && partial > 0) continue; // the offset is inside one sector: all of it or nothing
        const file = new FailingFile(bytes, { failAt, dies: true, partial });
        assert.throws(() => mergeInto(file), TiffError);
        assert.deepEqual(readLayout(new MemoryFile(file.bytes)).pixels, pixels);
        assert.deepEqual(file.bytes.subarray(2 * field, bytes.length), bytes.subarray(2 * field));
        assertContinues(file.bytes, bytes.length);
      }
    }
  });

  Deno.test(`a ${kind} is as it was when a step of the merge fails`, () => {
    const bytes = makeTiff({ bigTiff });
    for (const partial of [0, 3, 100]) {
      for (let failAt = 0; failAt < 4; failAt++) {
        const file = new FailingFile(bytes, {
          failAt,
          dies: false,
          partial: failAt === 2 ? Math.min(3, partial) : partial,
        });
        assert.throws(() => mergeInto(file), /^TiffError: Cannot tag P-00001.tif: no space left$/);
        assert.deepEqual(file.bytes, bytes);
      }
    }
  });
}

/** After a restart the file is cut and merged as if nothing had happened. */
function assertContinues(bytes: Uint8Array, originalSize: number): void {
  withFile(bytes, (path) => {
    using tiff = openTiffLibrary();
    cutOrphanedTail(path, originalSize);
    mergeTags(tiff, path, EXPOSURE_TAGS, { fsync: false });
    const once = Deno.statSync(path).size;
    assert.equal(readFrameTags(path).length, 3);
    Deno.writeFileSync(path, bytes.subarray(0, originalSize));
    const whole = readLayout(new MemoryFile(bytes)).ifdOffset >= originalSize;
    if (whole) return;
    mergeTags(tiff, path, EXPOSURE_TAGS, { fsync: false });
    assert.equal(once, Deno.statSync(path).size, "the tail of the merge before is still there");
  });
}
