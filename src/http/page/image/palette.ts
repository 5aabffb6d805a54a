/** Colour maps whose lightness rises evenly. None of them has a red: that is kept for saturated pixels. */
import { CODE_SATURATED, type CodedImage, valueOfCode } from "./codes.ts";

export const SCALES = ["linear", "sqrt", "log"] as const;
export type Scale = typeof SCALES[number];

type Rgb = readonly [red: number, green: number, blue: number];

/** Each from 0 to 1. Viridis by van der Walt and Smith, at sixteen places. */
const VIRIDIS = "440154481a6c472f7d41448739568c31688e2a788e23888e1f988b22a88435b77954c5687ad151a5db36d2e21bfde725";
const MAP_OF = {
  Viridis: (t: number): Rgb => {
    const place = t * 15, low = Math.min(14, Math.floor(place));
    const stop = (at: number, c: number) => parseInt(VIRIDIS.slice(6 * at + c, 6 * at + c + 2), 16);
    const between = (c: number) => stop(low, c) + (place - low) * (stop(low + 1, c) - stop(low, c));
    return [between(0), between(2), between(4)];
  },
  // The polynomials are d3's, of the map by Nuñez, Anderton and Renslow.
  Cividis: (t: number): Rgb => [
    -4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57)))),
    32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37)))),
    81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67)))),
  ],
  Grey: (t: number): Rgb => [255 * t, 255 * t, 255 * t],
  "Grey, inverted": (t: number): Rgb => [255 * (1 - t), 255 * (1 - t), 255 * (1 - t)],
};
export type ColourMap = keyof typeof MAP_OF;
export const COLOUR_MAPS = Object.keys(MAP_OF) as readonly ColourMap[];
const SATURATED: Rgb = [255, 59, 48];
const OPAQUE = 0xff000000;
const COLOURS = 256;

/** The values of the first and the last colour. */
export interface BlackAndWhite {
  readonly black: number;
  readonly white: number;
}

export interface Look extends BlackAndWhite {
  readonly scale: Scale;
  readonly map: ColourMap;
}

/** 256 colours, three bytes each. */
export function colours(map: ColourMap): Uint8ClampedArray {
  const out = new Uint8ClampedArray(3 * COLOURS);
  for (let at = 0; at < COLOURS; at++) out.set(MAP_OF[map](at / (COLOURS - 1)), 3 * at);
  return out;
}

/** What is at or below zero has no logarithm: the scale begins here. */
export function logFloor({ black, white }: Pick<Look, "black" | "white">): number {
  return Math.max(black, white * 1e-4, 1e-6);
}

/** Where a value lies between black (0) and white (1); beyond them it is below 0 or above 1. */
export function positionOf({ scale, black, white }: Omit<Look, "map">): (value: number) => number {
  if (scale === "log") {
    const floor = logFloor({ black, white }), span = Math.log(Math.max(white, floor * 1.001) / floor);
    return (value) => value <= floor ? 0 : Math.log(value / floor) / span;
  }
  const span = Math.max(white - black, 1e-9);
  return scale === "linear"
    ? (value) => (value - black) / span
    : (value) => value <= black ? 0 : Math.sqrt((value - black) / span);
}

/** Of each code its colour, as a canvas has it. Made anew when levels, scale or map change: 65,536 entries. */
export function colourTable(image: Pick<CodedImage, "low" | "high">, look: Look): Uint32Array {
  const rgb = colours(look.map), position = positionOf(look), table = new Uint32Array(65_536);
  for (let code = 1; code < CODE_SATURATED; code++) {
    const place = Math.round((COLOURS - 1) * position(valueOfCode(image, code)));
    const at = 3 * Math.max(0, Math.min(COLOURS - 1, place));
    table[code] = OPAQUE | (rgb[at + 2]! << 16) | (rgb[at + 1]! << 8) | rgb[at]!;
  }
  // Code 0, no number: nothing is painted.
  table[CODE_SATURATED] = OPAQUE | (SATURATED[2] << 16) | (SATURATED[1] << 8) | SATURATED[0];
  return table;
}
