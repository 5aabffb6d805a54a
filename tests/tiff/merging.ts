/** What the tests of the tag merge share. */
import assert from "node:assert/strict";
import type { FrameTags } from "../../src/tiff/tags/tag_table.ts";
import { TempFolder } from "../temp_folder.ts";

export const EXPOSURE_TAGS: FrameTags = {
  keys: [["exposureTime", "0.1"]],
  sidecarText: "[metadata]\nexposureTime=0.1\n",
  parametersJson: null,
  imageDescription: null,
};

export function withFile<T>(bytes: Uint8Array, act: (path: string) => T): T {
  using folder = new TempFolder();
  const path = folder.join("P Größe #1.tif");
  Deno.writeFileSync(path, bytes);
  return act(path);
}

/** All but the header's directory offset is as it was; the rest is new. */
export function assertOnlyAppended(before: Uint8Array, after: Uint8Array): void {
  const bigTiff = before[2] === 43 || before[3] === 43;
  const [start, end] = bigTiff ? [8, 16] : [4, 8];
  assert.deepEqual(after.subarray(0, start), before.subarray(0, start));
  assert.ok(indexOfDifference(after.subarray(end, before.length), before.subarray(end)) < 0, "bytes in place changed");
}

function indexOfDifference(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) return Math.min(one.length, other.length);
  return one.findIndex((value, index) => value !== other[index]);
}
