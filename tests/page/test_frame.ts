/** A frame of which each pixel is known, with what shows whether a preview or the pixels themselves are drawn. */
import { makeTiff } from "../tiff/make_tiff.ts";
import { makeSidecar } from "../e2e/frames.ts";

/** More than a preview has: each of its points is the mean of 2 × 2 pixels. */
export const SIZE = 1200;
export const DARK = 100;
export const BRIGHT = 10_000;
/** Of one exposure; the sidecar says that the frame is the sum of four. */
export const SATURATION = 60_000;
/** Columns from 800 to 899 are in turns dark and twice as bright: their mean is about BRIGHT. */
export const STRIPES = { from: 800, to: 900, even: 0, odd: 2 * BRIGHT };
/** Rows and columns of the saturated square. */
export const SATURATED = { from: 300, to: 340 };

export function valueOf(column: number, row: number): number {
  const within = (at: number) => at >= SATURATED.from && at < SATURATED.to;
  if (within(column) && within(row)) return 4 * SATURATION + 5000;
  if (column >= STRIPES.from && column < STRIPES.to) return column % 2 === 0 ? STRIPES.even : STRIPES.odd;
  return column < SIZE / 2 ? DARK : BRIGHT;
}

export function knownFrame(): { bytes: Uint8Array; sidecar: string } {
  const pixels = new Uint32Array(SIZE * SIZE);
  for (let row = 0, at = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++, at++) pixels[at] = valueOf(column, row);
  }
  const bytes = makeTiff({
    width: SIZE,
    height: SIZE,
    format: 1,
    pixels: new Uint8Array(pixels.buffer),
    extra: [{ tag: 306, type: 2, values: "2017:11:09 23:08:28" }],
  });
  // Raw: what is subtracted or scaled has no count that stands for saturation.
  return { bytes, sidecar: makeSidecar({ width: SIZE }).replace("dataType=5", "dataType=2") };
}
