/** Makes the patterns of frames by one set of settings: tables are kept while geometry and settings stay the same. */
import type { Settings } from "../config/settings.ts";
import { messageOf } from "../files/errors.ts";
import { referenceFor } from "../frames/reference_dark.ts";
import type { Calibration, Orientation } from "../geometry/calibration.ts";
import { CalibrationFile, readCalibration } from "../geometry/calibration_file.ts";
import { PoniFileError } from "../geometry/poni_file.ts";
import { geometryOf } from "../geometry/geometry_of.ts";
import { type Geometry, missingFor, type Placement, placementOf } from "../geometry/geometry.ts";
import { type Bins, NoPixelsError, type Range } from "../integration/bins.ts";
import { type Cake, CakeIntegrator } from "../integration/cake.ts";
import { type Detector, detectorOf } from "../integration/detector.ts";
import { Integrator, type Pattern } from "../integration/integrator.ts";
import { normsOf } from "../integration/norm.ts";
import { tableOf } from "../integration/table.ts";
import { UNITS } from "../integration/units.ts";
import type { FrameImage, PixelArray } from "../plugins/contract.ts";
import { ImageError, readImage } from "../plugins/read_image.ts";
import { isSubtracted } from "../qxrd/saturation.ts";
import type { SidecarView } from "../qxrd/view.ts";
import { NoPatternError } from "./error.ts";
import { checkCombination, type PatternOptions, PatternOptionsError } from "./options.ts";
import { readReferenceFiles, type ReferenceFiles, type ReferenceImage } from "./reference_files.ts";

const DEG = Math.PI / 180;

export interface FrameToIntegrate {
  readonly image: FrameImage;
  /** Null without a sidecar. */
  readonly view: SidecarView | null;
  /** A number of the frame's parameters; null where it has no such parameter. */
  readonly parameter: (name: string) => number | null;
}

/** What holds for all frames until the geometry, the settings or the dark change. */
export interface PatternSetup {
  /** The same for the same numbers, over restarts too. */
  readonly key: string;
  readonly placement: Placement;
  readonly wavelength_m: number | null;
  readonly width: number;
  readonly height: number;
  /** pyFAI's; 3 is the image as it is stored. */
  readonly orientation: Orientation;
  readonly bins: Bins;
  /** Bin centres in the unit of the settings: [npt]. */
  readonly x: Float64Array;
  readonly options: PatternOptions;
  /** The names of the files that were used; null for none. */
  readonly files: Readonly<Record<"mask" | "flat", string | null>>;
}

export interface MadePattern {
  readonly setup: PatternSetup;
  readonly pattern: Pattern;
  /** What intensities were divided by: an exposure time, a monitor; 1 for nothing. */
  readonly factor: number;
  /** The name of the dark that was taken off; null for none. */
  readonly dark: string | null;
  /** What a person should know: why there is no dark, that the PONI file is away. */
  readonly notes: readonly string[];
}

export interface MadeCake {
  readonly cake: Cake;
  /** In the unit of the settings. */
  readonly radial: Float64Array;
  readonly azimuth_deg: Float64Array;
}

interface Prepared {
  readonly setup: PatternSetup;
  readonly detector: Detector;
  readonly norms: Float32Array;
  readonly integrator: Integrator;
  cake: CakeIntegrator | null;
}

export class PatternMaker {
  readonly #options: PatternOptions;
  readonly #settings: Settings;
  readonly #files: ReferenceFiles;
  readonly #calibration: CalibrationFile;
  /** That the PONI file is away, or cannot be used any more. */
  #calibrationNote: string | null = null;
  #prepared: Prepared | null = null;
  /** Why the numbers of the last frame make no table. */
  #refusal: { readonly key: string; readonly message: string } | null = null;
  #pixels = new Float32Array(0);
  /** The last dark of `dark = "last"`, in the counts of a frame. */
  #last: { readonly key: string; readonly image: ReferenceImage } | null = null;

  /**
   * Reads the files that the settings name.
   * @throws PatternOptionsError naming the key
   */
  constructor(options: PatternOptions, settings: Settings) {
    checkCombination(options, settings);
    this.#options = options;
    // The plugin's own PONI file stands for that of [detector].
    this.#settings = options.poni === undefined
      ? settings
      : { ...settings, detector: { ...settings.detector, poni: options.poni } };
    // Of [detector] poni other files depend, which know the orientation 3 alone.
    this.#calibration = new CalibrationFile({ anyOrientation: options.poni !== undefined });
    this.#files = readReferenceFiles(options);
    this.#checkPoni();
  }

  #checkPoni(): void {
    const { poni } = this.#options, { shape } = this.#files;
    if (poni === undefined) return;
    let calibration: Calibration;
    try {
      calibration = readCalibration(poni, { anyOrientation: true });
    } catch (error) {
      if (error instanceof PoniFileError) throw new PatternOptionsError("poni", error.message);
      throw error;
    }
    const { width, height } = calibration.shape ?? shape ?? { width: 0, height: 0 };
    if (shape !== null && (width !== shape.width || height !== shape.height)) {
      const size = `it is for ${width} x ${height} pixels, mask, dark or flat for ${shape.width} x ${shape.height}`;
      throw new PatternOptionsError("poni", size);
    }
  }

  /**
   * @throws NoPatternError where the frame's geometry is not known, or does not fit the settings
   */
  make(frame: FrameToIntegrate): MadePattern {
    const prepared = this.#prepare(frame), { integrator, setup } = prepared;
    const factor = this.#factorOf(frame), { dark, note } = this.#darkOf(frame);
    integrator.setDark(dark?.data ?? null);
    const pattern = integrator.integrate(this.#floats(frame.image.data), { factor });
    const notes = [this.#calibrationNote, note].filter((one) => one !== null);
    return { setup, pattern, factor, dark: dark?.name ?? null, notes };
  }

  /** Of the frame that `make` was called with last. @throws NoPatternError */
  cake(frame: FrameToIntegrate): MadeCake {
    const prepared = this.#prepare(frame), { setup, detector, norms } = prepared;
    const { split, error_model, dummy, delta_dummy, azimuth_range, cake_npt_azimuth } = this.#options;
    const { quantity, scale } = UNITS[this.#options.unit];
    prepared.cake ??= new CakeIntegrator({
      detector,
      wavelength_m: setup.wavelength_m,
      split,
      mask: this.#files.mask?.data ?? null,
      radial: { quantity, npt: setup.bins.npt, range: this.#radialRange() },
      azimuth: { npt: cake_npt_azimuth, range: scaled(azimuth_range, DEG) },
      norms,
      errorModel: error_model,
      dummy: dummy ?? null,
      deltaDummy: delta_dummy,
    });
    const { dark } = this.#darkOf(frame), factor = this.#factorOf(frame);
    const cake = prepared.cake.integrate(this.#floats(frame.image.data), { dark: dark?.data ?? null, factor });
    return {
      cake,
      radial: prepared.cake.radial.centres.map((centre) => centre * scale),
      azimuth_deg: prepared.cake.azimuth.centres.map((centre) => centre / DEG),
    };
  }

  #radialRange(): Range | null {
    const { radial_range, unit } = this.#options;
    return scaled(radial_range, 1 / UNITS[unit].scale);
  }

  #prepare({ image, view }: FrameToIntegrate): Prepared {
    const { geometry, orientation } = this.#geometryOf(image, view), placement = placementOf(geometry);
    if (placement === null) throw new NoPatternError(unknownGeometry(geometry));
    const { width, height } = image, { shape } = this.#files;
    if (shape !== null && (shape.width !== width || shape.height !== height)) {
      const sizes = `${width} x ${height} pixels, but mask, dark or flat have ${shape.width} x ${shape.height}`;
      throw new NoPatternError(`it has ${sizes}`);
    }
    const wavelength_m = geometry.wavelength_m?.value ?? null;
    const key = JSON.stringify([placement, wavelength_m, width, height, orientation]);
    if (this.#prepared?.setup.key === key) return this.#prepared;
    if (this.#refusal?.key === key) throw new NoPatternError(this.#refusal.message);
    // What is kept of the geometry before would double the memory.
    this.#prepared = null;
    try {
      return this.#prepared = this.#tables(key, { placement, wavelength_m, width, height, orientation });
    } catch (error) {
      if (!(error instanceof NoPixelsError) && !(error instanceof RangeError)) throw error;
      this.#refusal = { key, message: messageOf(error) };
      throw new NoPatternError(this.#refusal.message);
    }
  }

  #tables(
    key: string,
    of: Pick<PatternSetup, "placement" | "wavelength_m" | "width" | "height" | "orientation">,
  ): Prepared {
    const options = this.#options, { quantity, scale } = UNITS[options.unit], { mask, flat, dark } = this.#files;
    const detector = detectorOf(of.placement, of);
    const table = tableOf({
      detector,
      quantity,
      wavelength_m: of.wavelength_m,
      npt: options.npt ?? nptOf(of),
      split: options.split,
      range: this.#radialRange(),
      azimuth: scaled(options.azimuth_range, DEG),
      mask: mask?.data ?? null,
    });
    const norms = normsOf(detector, {
      solidAngle: options.solid_angle,
      polarization: options.polarization_factor ?? null,
      flat: flat?.data ?? null,
    });
    const integrator = new Integrator(table, {
      norms,
      errorModel: options.error_model,
      dummy: options.dummy ?? null,
      deltaDummy: options.delta_dummy,
      dark: dark?.data ?? null,
    });
    const setup: PatternSetup = {
      key,
      ...of,
      bins: table.bins,
      x: table.bins.centres.map((centre) => centre * scale),
      options,
      files: { mask: mask?.name ?? null, flat: flat?.name ?? null },
    };
    return { setup, detector, norms, integrator, cake: null };
  }

  #geometryOf(image: FrameImage, view: SidecarView | null): { geometry: Geometry; orientation: Orientation } {
    const { detector, beamline } = this.#settings;
    const { calibration, note } = this.#calibration.current(detector.poni);
    this.#calibrationNote = note;
    const geometry = geometryOf({ detector, beamline, view, calibration, image });
    return { geometry, orientation: calibration?.orientation ?? 3 };
  }

  #factorOf({ view, parameter }: FrameToIntegrate): number {
    const { normalize_by } = this.#options;
    if (normalize_by === undefined) return 1;
    const value = normalize_by === "exposure"
      ? (view?.exposureTime_s ?? NaN) * (view?.summedExposures ?? 1)
      : parameter(normalize_by) ?? NaN;
    if (value > 0 && Number.isFinite(value)) return value;
    throw new NoPatternError(`it has no ${normalize_by} to divide by (normalize_by)`);
  }

  /** A dark in the counts of this frame. */
  #darkOf({ image, view }: FrameToIntegrate): { dark: ReferenceImage | null; note: string | null } {
    const { dark } = this.#options;
    if (dark === "none") return { dark: null, note: null };
    if (view !== null && isSubtracted(view)) return { dark: null, note: "QXRD has taken the dark off already" };
    if (dark !== "last") return { dark: this.#files.dark, note: null };
    const reference = referenceFor(this.#settings.daemon.state_dir, view);
    if (reference === null) return { dark: null, note: "no dark of its exposure is there" };
    const scale = (view?.summedExposures ?? 1) / (reference.view?.summedExposures ?? 1);
    const key = `${reference.path} ${scale}`;
    if (this.#last?.key !== key) {
      try {
        const { data } = readImage(reference.path);
        const scaledDark = Float32Array.from(data, (count) => count * scale);
        this.#last = { key, image: { name: reference.frame, data: scaledDark } };
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        return { dark: null, note: error.message };
      }
    }
    const fits = this.#last.image.data.length === image.data.length;
    return fits ? { dark: this.#last.image, note: null } : { dark: null, note: "the last dark has another size" };
  }

  /** pyFAI integrates 32 bits too. */
  #floats(data: PixelArray): Float32Array {
    if (data instanceof Float32Array) return data;
    if (this.#pixels.length !== data.length) this.#pixels = new Float32Array(data.length);
    this.#pixels.set(data as unknown as ArrayLike<number>);
    return this.#pixels;
  }
}

function scaled(range: Range | undefined, factor: number): Range | null {
  return range === undefined ? null : [range[0] * factor, range[1] * factor];
}

function unknownGeometry(geometry: Geometry): string {
  const notes = geometry.notes.length === 0 ? "" : `; ${geometry.notes.join("; ")}`;
  return `its geometry is not known: ${missingFor(geometry).join(", ")} missing${notes}`;
}

/** As many bins as there are pixels from the beam to the farthest corner: none is finer than the detector. */
function nptOf({ placement, width, height }: { placement: Placement; width: number; height: number }): number {
  const { beamCenterX_px: x, beamCenterY_px: y } = placement;
  const farthest = Math.hypot(Math.max(Math.abs(x), Math.abs(width - x)), Math.max(Math.abs(y), Math.abs(height - y)));
  return Math.max(1, Math.min(NPT_DEFAULT_MAX, Math.ceil(farthest)));
}

/** A beam far beside the detector would ask for bins that nothing falls into. */
const NPT_DEFAULT_MAX = 10_000;
