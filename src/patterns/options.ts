/** The settings of patterns, `[plugins.integrate]`, by pyFAI's names: their schema, and what cannot go together. */
import * as v from "valibot";
import { belowOutput, numberWithin, oneOf, pathOf, wholeNumber, yesOrNo } from "../config/fields.ts";
import type { Settings } from "../config/settings.ts";
import { NPT_MAX } from "../integration/bins.ts";
import { UNITS } from "../integration/units.ts";
import { CALIBRANTS } from "./calibrants.ts";

const NPT_REASON = "since bins are counted in 16 bits";

function range(low: number, high: number, unit: string) {
  const message = `two numbers from ${low} to ${high} are needed, the smaller one first, in ${unit}: [1.0, 20.0]`;
  const limit = v.pipe(v.number(message), v.finite(message), v.minValue(low, message), v.maxValue(high, message));
  return v.exactOptional(v.pipe(v.tuple([limit, limit], message), v.check(([from, to]) => from < to, message)));
}

function choice<const Name extends string>(names: readonly Name[]) {
  return oneOf(...names as [Name, ...Name[]]);
}

const ENTRIES = {
  /** In place of `[detector] poni`, or of the sidecar's geometry. */
  poni: v.exactOptional(pathOf("a PONI file")),
  mask: v.exactOptional(pathOf("a mask, .msk, .npy, .edf or .tif,")),
  /** Whether a mask's pixels that are not 0 are those that are kept, as in QXRD's masks. */
  mask_kept: v.optional(yesOrNo(), false),
  /** Whether the first row of mask and flat is the last of the image, as Dioptas shows it. */
  flip: v.optional(yesOrNo(), false),
  unit: v.optional(choice(Object.keys(UNITS) as (keyof typeof UNITS)[]), "2th_deg"),
  npt: v.exactOptional(wholeNumber(1, NPT_MAX, NPT_REASON)),
  radial_range: range(0, 1e4, "the unit"),
  azimuth_range: range(-360, 720, "degrees"),
  split: v.optional(oneOf("bbox", "no"), "bbox"),
  solid_angle: v.optional(yesOrNo(), true),
  polarization_factor: v.exactOptional(numberWithin(-1, 1, "1 for a beam that is polarized horizontally")),
  error_model: v.optional(oneOf("poisson", "none"), "poisson"),
  /** "none", "last" or a file. */
  dark: v.optional(pathOf('a dark, .tif, .npy or .edf, or "last" or "none"'), "none"),
  flat: v.exactOptional(pathOf("a flat field, .tif, .npy or .edf,")),
  dummy: v.exactOptional(numberWithin(-Number.MAX_VALUE, Number.MAX_VALUE, "the value of pixels to be skipped")),
  delta_dummy: v.optional(numberWithin(0, Number.MAX_VALUE, "how far from dummy a pixel is skipped"), 0),
  /** "exposure", or the name of a parameter. */
  normalize_by: v.exactOptional(v.pipe(
    v.string('"exposure" or the name of a parameter is needed'),
    v.nonEmpty('"exposure" or the name of a parameter is needed'),
  )),
  /** Every so many frames a cake too; 0 for none. */
  cake: v.optional(wholeNumber(0, 1_000_000, "for a cake of every so many frames, 0 for none"), 0),
  cake_npt_azimuth: v.optional(wholeNumber(1, 3600, "bins of the azimuth of a cake"), 360),
  /** Of the series, of single frames, or both. */
  files: v.optional(
    v.pipe(
      v.array(oneOf("xye", "h5"), 'a list of "xye" and "h5" is needed'),
      v.minLength(1, 'one of "xye" and "h5" is needed; take the table away for no patterns'),
    ),
    ["xye", "h5"],
  ),
  /** Below the folder of the frame; "" for beside it. */
  subfolder: v.optional(belowOutput(), ""),
  mode: v.optional(oneOf("live", "all"), "live"),
  /** Whether what is found in patterns becomes parameters. */
  parameters: v.optional(yesOrNo(), true),
  calibrant: v.exactOptional(choice(Object.keys(CALIBRANTS) as (keyof typeof CALIBRANTS)[])),
  /** A warning from so large a deviation of the calibrant's rings on. */
  drift_px: v.optional(numberWithin(0.01, 1000, "pixels"), 0.5),
} as const;

export const patternOptions = v.strictObject(ENTRIES, (issue) => {
  const names = Object.keys(ENTRIES).join(", ");
  if (issue.expected === "never") return `there is no such key; there are ${names}`;
  return issue.expected === "Object" ? `a table with the keys ${names} is needed` : "this key is needed";
});

export type PatternOptions = v.InferOutput<typeof patternOptions>;

/** Settings that cannot be used; the message begins with the key. */
export class PatternOptionsError extends Error {
  override readonly name = "PatternOptionsError";

  constructor(key: keyof PatternOptions, why: string) {
    super(`${key}: ${why}`);
  }
}

/** @throws PatternOptionsError for what cannot go together */
export function checkCombination(options: PatternOptions, settings: Settings): void {
  const { dark, flip, mask, flat, mask_kept, delta_dummy, dummy, azimuth_range, files, cake } = options;
  if (dark === "last" && !settings.dark.reference) {
    throw new PatternOptionsError(
      "dark",
      '"last" needs [dark] reference = true, with which pewatch keeps the last dark',
    );
  }
  if (flip && mask === undefined && flat === undefined) {
    throw new PatternOptionsError("flip", "it flips mask and flat, and neither is set; set one, or remove flip");
  }
  if (mask_kept && mask === undefined) {
    throw new PatternOptionsError("mask_kept", "it is about the mask, and none is set; set mask, or remove mask_kept");
  }
  if (delta_dummy > 0 && dummy === undefined) {
    throw new PatternOptionsError(
      "delta_dummy",
      "it is about dummy, which is not set; set dummy, or remove delta_dummy",
    );
  }
  if (azimuth_range !== undefined && azimuth_range[1] - azimuth_range[0] > 360) {
    throw new PatternOptionsError("azimuth_range", "it is more than 360 degrees");
  }
  if (azimuth_range !== undefined && cake > 0 && (azimuth_range[0] < -180 || azimuth_range[1] > 180)) {
    throw new PatternOptionsError("azimuth_range", "with cakes it has to lie within -180 to 180 degrees");
  }
  if (new Set(files).size < files.length) throw new PatternOptionsError("files", "each may be listed once only");
}
