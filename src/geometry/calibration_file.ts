/** The PONI file that `[detector] poni` names: checked at the start, and read again when it has changed. */
import { basename } from "node:path";
import { RANGES } from "../config/ranges.ts";
import type { Settings } from "../config/settings.ts";
import { isMissing, messageOf } from "../files/errors.ts";
import type { Calibration } from "./calibration.ts";
import { ANGSTROM_PER_M, differ, wavelengthOf } from "./beam.ts";
import { PoniFileError, type PoniReadOptions, readPoniText } from "./poni_file.ts";

/** A PONI file has a kilobyte, with many appended calibrations a hundred. */
const BYTES_MAX = 1024 * 1024;

/**
 * @throws PoniFileError naming the file, what is wrong and where it is
 */
export function readCalibration(path: string, options: PoniReadOptions = {}): Calibration {
  return naming(path, () => {
    const { isFile, size } = statOf(path);
    if (!isFile) throw new PoniFileError("it is not a file");
    if (size > BYTES_MAX) throw new PoniFileError(`it has ${size} bytes, which is too many`);
    const origin = `configuration [detector] poni (${basename(path)})`;
    return { origin, ...readPoniText(Deno.readTextFileSync(path), options) };
  });
}

function naming<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new PoniFileError(`Cannot use the PONI file ${path}: ${messageOf(error)}`);
  }
}

/** A link to the calibration that holds is followed. */
function statOf(path: string): Deno.FileInfo {
  try {
    return Deno.statSync(path);
  } catch (error) {
    throw isMissing(error) ? new PoniFileError("there is no such file") : error;
  }
}

/** For loadSettings: whether the file of the settings can be used, and contradicts nothing. */
export function checkCalibration({ detector, beamline }: Settings): { key: string; message: string } | null {
  if (detector.poni === undefined) return null;
  const key = "detector.poni";
  try {
    const { wavelength_m } = readCalibration(detector.poni);
    const configured = wavelengthOf(beamline);
    if (wavelength_m === null || configured === null || !differ(configured.value, wavelength_m * ANGSTROM_PER_M)) {
      return null;
    }
    const inFile = Number((wavelength_m * ANGSTROM_PER_M).toPrecision(6));
    const unit = RANGES.wavelength_angstrom.unit;
    return {
      key,
      message: `its wavelength is ${inFile} ${unit}, but [beamline] says ${Number(configured.value.toPrecision(6))}; ` +
        "take the one out of [beamline], or calibrate anew",
    };
  } catch (error) {
    if (error instanceof PoniFileError) return { key, message: error.message };
    throw error;
  }
}

export interface CurrentCalibration {
  readonly calibration: Calibration | null;
  /** What a person should know of it; null for nothing. */
  readonly note: string | null;
  /** Whether the file has another content than at the last look. */
  readonly changed: boolean;
}

/** Keeps what a file held, so that a frame costs one look at its time and size. */
export class CalibrationFile {
  #path: string | null = null;
  #seen = "";
  #calibration: Calibration | null = null;
  readonly #options: PoniReadOptions;

  constructor(options: PoniReadOptions = {}) {
    this.#options = options;
  }

  /**
   * The calibration that holds now. While the file is away or damaged its last content holds: a share that is away must
   * not change the geometry of a series.
   */
  current(path: string | undefined): CurrentCalibration {
    if (path === undefined) return { calibration: null, note: null, changed: false };
    if (path !== this.#path) {
      this.#path = path;
      this.#seen = "";
      this.#calibration = null;
    }
    try {
      const { size, mtime, ino } = naming(path, () => statOf(path));
      const seen = [size, mtime?.getTime(), ino].join();
      if (seen === this.#seen) return { calibration: this.#calibration, note: null, changed: false };
      const before = this.#calibration;
      this.#calibration = readCalibration(path, this.#options);
      this.#seen = seen;
      const changed = before !== null && JSON.stringify(before) !== JSON.stringify(this.#calibration);
      return { calibration: this.#calibration, note: null, changed };
    } catch (error) {
      const last = this.#calibration === null ? "frames have no geometry" : "the last readable geometry is used";
      return { calibration: this.#calibration, note: `${messageOf(error)}; ${last}`, changed: false };
    }
  }
}
