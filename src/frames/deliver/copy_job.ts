/** What a delivery's copies are made of: plain data, so that a worker can run it as well as the caller's thread. */
import { copySpans, type Extend, type TargetHashes } from "../../files/copy/copy_spans.ts";
import type { CopyOptions, CopyTarget } from "../../files/copy/target_writers.ts";
import type { ChunkedPixels } from "../../nexus/chunks/chunk_layout.ts";
import { packPixels } from "../../nexus/chunks/pack_pixels.ts";
import { awaitDigest, type SharedDigests } from "./shared_digest.ts";

/** Pixels that are compressed into the target at `path`. */
export interface PackedImage {
  readonly path: string;
  /** The TIFF. */
  readonly image: string;
  /** The NeXus file in the claim. */
  readonly head: string;
  readonly chunks: ChunkedPixels;
}

export interface CopyJob {
  readonly targets: readonly CopyTarget[];
  readonly packed?: readonly PackedImage[];
  readonly options: CopyOptions;
  /** Digests that another worker makes meanwhile. */
  readonly elsewhere?: SharedDigests;
}

/** Whether it takes tenths of a second: then it is no job for a thread that has ticks to keep. */
export function isLong({ packed = [] }: CopyJob): boolean {
  return packed.length > 0;
}

/** @throws VerificationError, Hdf5Error, or the system's error; targets may then be half made */
export function runCopyJob({ targets, packed = [], options, elsewhere = new Map() }: CopyJob): TargetHashes {
  const extend: Extend = (path, target) => {
    for (const image of packed) if (image.path === path) packPixels(target, image);
  };
  const awaited = [...elsewhere].map(([source, shared]) => [source, () => awaitDigest(source, shared)] as const);
  return copySpans(targets, options, { extend, elsewhere: new Map(awaited) });
}
