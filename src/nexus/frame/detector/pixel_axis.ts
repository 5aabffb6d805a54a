/** An axis of NXdata over pixels, by the convention of beam_center_x and beam_center_y: where the pixels' middles are. */

const MIDDLE = 0.5;

/** Filled by hand: `from` with a function is many times slower, and both axes are made for every frame. */
export function pixelAxis(length: number): Float32Array {
  const axis = new Float32Array(length);
  for (let index = 0; index < length; index++) axis[index] = index + MIDDLE;
  return axis;
}
