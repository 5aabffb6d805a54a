/// <reference lib="deno.worker" />
/**
 * The worker that makes previews: files are read here, never in the main thread. A file of its own: the entry of a
 * worker.
 */
import { messageOf } from "../files/errors.ts";
import { readImage } from "../plugins/read_image.ts";
import type { FrameImage } from "../plugins/contract.ts";
import type { PreviewAnswer } from "./preview.ts";
import { shrink } from "./shrink.ts";
import { PREVIEW_SIDE_MAX } from "./table.ts";

/** Its memory is used again. */
let last: FrameImage | null = null;

self.onmessage = ({ data }: MessageEvent<string>) => {
  try {
    last = readImage(data, { into: last });
    const image = shrink(last, PREVIEW_SIDE_MAX);
    self.postMessage({ image } satisfies PreviewAnswer, [image.pixels.buffer]);
  } catch (error) {
    self.postMessage({ error: messageOf(error) } satisfies PreviewAnswer);
  }
};
