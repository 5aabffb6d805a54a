/** What a pattern's file says of where it comes from: the same words in each .xye and series file. */
import { createHash } from "node:crypto";
import { PROGRAM, PROGRAM_VERSION } from "../config/program.ts";
import type { MadePattern, PatternSetup } from "./maker.ts";

const DEG_PER_RAD = 180 / Math.PI;

/** Of the head of a .xye: which series' file its row belongs to. */
export const SERIES_KEY = "series_key";

/** Which frame a pattern is of. */
export interface PatternSource {
  /** The name of the image's file. */
  readonly image: string;
  /** What its series is called; its own stem without one. */
  readonly series: string;
  /** Of the image's file. */
  readonly sha256: string;
  /** When it was exposed, or delivered where that is not known. */
  readonly time: Date;
}

/** Geometry and corrections, by key; the same for all patterns of a setup and a dark. */
export function settingsText(setup: PatternSetup, dark: string | null): Map<string, string> {
  const { placement, wavelength_m, options, bins, files, width, height, orientation } = setup;
  const short = (value: number) => String(Number(value.toPrecision(12)));
  const range = (given: readonly [number, number] | undefined) => given === undefined ? "all" : given.join(" to ");
  return new Map([
    ["program", `${PROGRAM} ${PROGRAM_VERSION}`],
    ["distance_mm", short(placement.distance_m * 1e3)],
    ["beam_center_x_px", short(placement.beamCenterX_px)],
    ["beam_center_y_px", short(placement.beamCenterY_px)],
    ["pixel_size_um", `${short(placement.xPixelSize_m * 1e6)} x ${short(placement.yPixelSize_m * 1e6)}`],
    ["tilt_deg", short(placement.tilt_rad * DEG_PER_RAD)],
    ["tilt_plane_rotation_deg", short(placement.tiltPlaneRotation_rad * DEG_PER_RAD)],
    ["roll_deg", short(placement.roll_rad * DEG_PER_RAD)],
    ["wavelength_angstrom", wavelength_m === null ? "not known" : short(wavelength_m * 1e10)],
    ["image_pixels", `${width} x ${height}`],
    ["orientation", String(orientation)],
    ["npt", String(bins.npt)],
    ["split", options.split],
    ["radial_range", range(options.radial_range)],
    ["azimuth_range_deg", range(options.azimuth_range)],
    ["solid_angle", String(options.solid_angle)],
    ["polarization_factor", String(options.polarization_factor ?? "none")],
    ["error_model", options.error_model],
    ["mask", files.mask ?? "none"],
    ["flat", files.flat ?? "none"],
    ["dark", dark ?? "none"],
    ["dummy", options.dummy === undefined ? "none" : `${options.dummy}, within ${options.delta_dummy}`],
    ["normalize_by", options.normalize_by ?? "none"],
  ]);
}

/** The head of a .xye. */
export function headerOf(made: MadePattern, source: PatternSource): Map<string, string> {
  return new Map([
    // Names stand behind the first three lines, where GSAS-II looks for "x=".
    ["time", source.time.toISOString()],
    ["sha256", source.sha256],
    ["divided_by", String(made.factor)],
    ["image", line(source.image)],
    ["series", line(source.series)],
    ...settingsText(made.setup, made.dark),
    [SERIES_KEY, seriesKey(made.setup, made.dark)],
    ["total_counts", String(made.pattern.total)],
    ["bad_pixels", String(made.pattern.bad)],
    ...made.notes.map((note, index) => [`note${index === 0 ? "" : `_${index + 1}`}`, note] as const),
  ]);
}

/** One line, whatever a name holds. */
export function line(name: string): string {
  return name.replace(/\p{Cc}+/gu, " ");
}

/** What patterns of one series file share, in short. */
export function seriesKey(setup: PatternSetup, dark: string | null): string {
  const facts = [...settingsText(setup, dark)].filter(([key]) => key !== "program");
  return createHash("sha256").update(JSON.stringify([facts, setup.options.unit, setup.key])).digest("hex").slice(0, 16);
}
