/** Makes a small image for a screen out of a frame. */
import type { FrameImage } from "../plugins/contract.ts";
import type { TangoImage } from "../../ffi/tango/library.ts";

/** For a screen: counts between `low`, shown as 0, and `high`, shown as 65535, linear. NaN where no pixel is a number. */
export interface ShrunkImage extends TangoImage {
  readonly low: number;
  readonly high: number;
}

/** What is black and what is white: dead and hot pixels lie outside. */
const BLACK_FRACTION = 0.01;
const WHITE_FRACTION = 0.999;
/** Enough of the small image's values for both fractions, and quick to sort. */
const SAMPLES_MAX = 32_768;
const WHITE = 0xffff;

/**
 * At most `side_max` pixels each way. A pixel is the mean of a block of as many pixels each way as it takes, so that
 * nothing is left out between them (thin rings stay rings); what is no number does not count. Linear between the
 * percentiles; a block without a single number is black.
 */
export function shrink(image: FrameImage, side_max: number): ShrunkImage {
  const block = Math.ceil(Math.max(image.width, image.height) / side_max);
  const width = Math.ceil(image.width / block);
  const height = Math.ceil(image.height / block);
  const means = blockMeans(image, { block, width, height });
  const [black, white] = limitsOf(means);
  const scale = white > black ? WHITE / (white - black) : 0;
  const pixels = new Uint16Array(means.length);
  for (let at = 0; at < means.length; at++) {
    const mean = means[at]!;
    // NaN is not above black.
    if (mean > black) pixels[at] = Math.min(WHITE, Math.round((mean - black) * scale));
  }
  return { pixels, width, height, low: black, high: white };
}

interface Blocks {
  readonly block: number;
  readonly width: number;
  readonly height: number;
}

/** NaN where a block has no number. The blocks of the right and lower border are as large as the image leaves them. */
function blockMeans(image: FrameImage, { block, width, height }: Blocks): Float64Array {
  const sums = new Float64Array(width * height);
  const counts = new Uint32Array(width * height);
  const { data } = image;
  for (let y = 0, at = 0; y < image.height; y++) {
    const row = Math.floor(y / block) * width;
    for (let x = 0, column = 0; x < image.width; column++) {
      const end = Math.min(x + block, image.width);
      let sum = 0;
      let count = 0;
      for (; x < end; x++, at++) {
        const value = data[at]!;
        // Infinity minus itself is NaN, as NaN is.
        if (value - value !== 0) continue;
        sum += value;
        count++;
      }
      sums[row + column]! += sum;
      counts[row + column]! += count;
    }
  }
  for (let at = 0; at < sums.length; at++) sums[at] = sums[at]! / counts[at]!;
  return sums;
}

function limitsOf(means: Float64Array): [black: number, white: number] {
  const samples = new Float32Array(SAMPLES_MAX);
  const step = Math.ceil(means.length / SAMPLES_MAX);
  let count = 0;
  for (let at = 0; at < means.length; at += step) {
    if (!Number.isNaN(means[at])) samples[count++] = means[at]!;
  }
  if (count === 0) return [NaN, NaN];
  samples.subarray(0, count).sort();
  return [samples[Math.floor(BLACK_FRACTION * (count - 1))]!, samples[Math.ceil(WHITE_FRACTION * (count - 1))]!];
}
