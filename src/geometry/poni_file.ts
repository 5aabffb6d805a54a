/** The PONI files of pyFAI, as its io/ponifile.py writes and reads them (versions 1 to 3). */
import type { Calibration, Orientation } from "./calibration.ts";
import { faultOf, RANGES } from "../config/ranges.ts";
import type { Placement } from "./geometry.ts";
import { placementOfPoni, type Poni, poniOf } from "./poni.ts";

const ORIENTATION = 3 as const;

/** A file that cannot be used; the message says why, and what to do. */
export class PoniFileError extends Error {
  override readonly name = "PoniFileError";
}

/** The text of a file of version 2.1, which pyFAI reads since 2023. The same geometry has the same text. */
export function poniText(
  placement: Placement,
  beam: { readonly wavelength_m: number | null; readonly width: number; readonly height: number },
): string {
  const poni = poniOf(placement);
  const detector = {
    pixel1: poni.pixel1,
    pixel2: poni.pixel2,
    max_shape: [beam.height, beam.width],
    orientation: ORIENTATION,
  };
  return [
    "# Geometry that pewatch delivered this image with. Units: m, radian.",
    "poni_version: 2.1",
    "Detector: Detector",
    `Detector_config: ${JSON.stringify(detector)}`,
    `Distance: ${poni.dist}`,
    `Poni1: ${poni.poni1}`,
    `Poni2: ${poni.poni2}`,
    `Rot1: ${poni.rot1}`,
    `Rot2: ${poni.rot2}`,
    `Rot3: ${poni.rot3}`,
    ...(beam.wavelength_m === null ? [] : [`Wavelength: ${beam.wavelength_m}`]),
    "",
  ].join("\n");
}

export interface PoniReadOptions {
  /** Whether an orientation other than 3 is taken: who asks for it has to turn the image. */
  readonly anyOrientation?: boolean;
}

/** @throws PoniFileError */
export function readPoniText(text: string, options: PoniReadOptions = {}): Omit<Calibration, "origin"> {
  const values = valuesOf(text);
  const number = (...keys: string[]): number => {
    const key = keys.find((one) => values.has(one));
    const value = key === undefined ? NaN : Number(values.get(key) || NaN);
    if (!Number.isFinite(value)) {
      throw new PoniFileError(
        key === undefined ? `it has no ${keys[0]}` : `its ${key} is not a number: ${values.get(key)}`,
      );
    }
    return value;
  };
  const config = configOf(values.get("detector_config"));
  refuseWhatIsNotPlane(values, config);
  const orientation = orientationOf(config, options);
  const pixel = (name: "pixel1" | "pixel2", old: string): number => {
    const value = config[name] ?? (values.has(old) ? number(old) : undefined);
    if (typeof value !== "number") {
      throw new PoniFileError(`it names no ${name}; in pyFAI-calib2, save it with a detector that has its pixel size`);
    }
    return value;
  };
  const poni: Poni = {
    dist: number("distance", "dist"),
    poni1: number("poni1"),
    poni2: number("poni2"),
    rot1: number("rot1"),
    rot2: number("rot2"),
    rot3: number("rot3"),
    pixel1: pixel("pixel1", "pixelsize1"),
    pixel2: pixel("pixel2", "pixelsize2"),
  };
  const wavelength = values.get("wavelength") ?? "None";
  const wavelength_m = wavelength === "None" || wavelength === "" ? null : number("wavelength");
  refuseWhatCannotBe(poni, wavelength_m);
  return { poni, wavelength_m, orientation, shape: shapeOf(config["max_shape"] ?? config["shape"]) };
}

/** The last of a key counts: calibration tools append. */
function valuesOf(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (line.startsWith("#") || colon < 1) continue;
    values.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return values;
}

function configOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new PoniFileError("its Detector_config is not a JSON object");
}

function orientationOf(config: Record<string, unknown>, options: PoniReadOptions): Orientation {
  const given = config["orientation"] ?? ORIENTATION;
  if (given === ORIENTATION || given === 0) return ORIENTATION;
  if (options.anyOrientation === true && (given === 1 || given === 2 || given === 4)) return given;
  throw new PoniFileError(
    `its orientation is ${given}; frames are stored as QXRD wrote them, which is pyFAI's orientation 3: ` +
      "calibrate a frame as it is, with orientation 3",
  );
}

/** What bends the detector's plane cannot be said by a placement. */
function refuseWhatIsNotPlane(values: ReadonlyMap<string, string>, config: Record<string, unknown>): void {
  if (values.get("parallax")?.toLowerCase() === "true") throw new PoniFileError("it corrects for parallax");
  const spline = config["splineFile"] ?? values.get("splinefile") ?? "None";
  if (spline !== "None" && spline !== "") throw new PoniFileError("it has a spline file of distortion");
}

function refuseWhatCannotBe(poni: Poni, wavelength_m: number | null): void {
  const checks = [
    ["Distance", poni.dist * 1e3, RANGES.distance_mm],
    ["pixel1", poni.pixel1 * 1e6, RANGES.pixelSize_um],
    ["pixel2", poni.pixel2 * 1e6, RANGES.pixelSize_um],
    ...(wavelength_m === null ? [] : [["Wavelength", wavelength_m * 1e10, RANGES.wavelength_angstrom] as const]),
  ] as const;
  for (const [name, value, range] of checks) {
    const fault = faultOf(value, range);
    if (fault !== null) throw new PoniFileError(`its ${name} is ${value} ${range.unit}: ${fault}`);
  }
  try {
    placementOfPoni(poni);
  } catch (error) {
    if (error instanceof RangeError) throw new PoniFileError(`with its rotations ${error.message}`);
    throw error;
  }
}

function shapeOf(value: unknown): Calibration["shape"] {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [height, width] = value as unknown[];
  return Number.isSafeInteger(height) && Number.isSafeInteger(width)
    ? { height: height as number, width: width as number }
    : null;
}
