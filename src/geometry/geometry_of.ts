/** A frame's geometry from the configuration (values, or a PONI file), else from the sidecar's `[centerfinder]`. */
import { faultOf, type NumberRange, RANGES } from "../config/ranges.ts";
import type { BeamlineSettings, DetectorSettings } from "../config/settings.ts";
import type { CenterFinderView, SidecarView } from "../qxrd/view.ts";
import { beamOf } from "./beam.ts";
import { type Calibration, placementForImage } from "./calibration.ts";
import { type Geometry, type Placement, PLACEMENT_KEYS, type PlacementKey, type Sourced } from "./geometry.ts";

const MM_PER_M = 1e3;
const UM_PER_M = 1e6;
const EV_PER_KEV = 1e3;
const DEG_PER_RAD = 180 / Math.PI;

export interface GeometrySources {
  readonly detector: DetectorSettings;
  readonly beamline: BeamlineSettings;
  /** Null where no sidecar describes the image. */
  readonly view: Pick<SidecarView, "centerfinder" | "hBinning" | "vBinning"> | null;
  /** What `[detector] poni` names; null where it names none. */
  readonly calibration: Calibration | null;
  /** Null where the image could not be read. */
  readonly image: { readonly width: number; readonly height: number } | null;
}

/** Never throws: what cannot be used is left out, and a note says why. */
export function geometryOf(sources: GeometrySources): Geometry {
  const notes: string[] = [];
  const sidecar = new SidecarNumbers(sources.view?.centerfinder, notes);
  const { detector, calibration } = sources;
  const placement = calibration !== null
    ? fromCalibration(calibration, sources, notes)
    // The sidecar's is not to be trusted where a file is configured; that the file is away, a note says.
    : detector.poni !== undefined
    ? NOTHING
    : fromValues(detector, sidecar, notes);
  const beam = beamOf(sources, {
    fitted: () => divided(sidecar.number("energy_ev", ENERGY_EV), EV_PER_KEV),
    notes,
  });
  sidecar.noteStartValues();
  return { ...placement, ...beam, notes };
}

type PlacementPart = Omit<Geometry, "wavelength_m" | "energy_kev" | "notes">;
type FinderNumber = Exclude<keyof CenterFinderView, "implementTilt">;
type DetectorNumber = keyof DetectorSettings & `${string}_${"mm" | "um" | "px" | "deg"}`;

/** `[centerfinder]` as it may be believed: no start values, nothing out of range. */
class SidecarNumbers {
  readonly #view: CenterFinderView | undefined;
  readonly #notes: string[];
  readonly #started: string[] = [];

  constructor(view: CenterFinderView | undefined, notes: string[]) {
    this.#view = view;
    this.#notes = notes;
  }

  get tilts(): boolean {
    return this.#view?.implementTilt === true;
  }

  /** In QXRD's unit; null where it is not there or not to be used. */
  number(property: FinderNumber, range: NumberRange): Sourced<number> | null {
    const value = this.#view?.[property];
    if (this.#view === undefined || value === undefined) return null;
    // QXRD's own key has no unit.
    const key = property.replace(/_[a-z]+$/, "");
    if (isStartValue(this.#view, property, value)) {
      this.#started.push(`${key}=${value}`);
      return null;
    }
    const fault = faultOf(value, range);
    if (fault !== null) {
      this.#notes.push(`sidecar [centerfinder] ${key}=${value} is not used: ${fault}`);
      return null;
    }
    return { value, origin: `sidecar [centerfinder] ${key}` };
  }

  noteStartValues(): void {
    if (this.#started.length === 0) return;
    this.#notes.push(
      `sidecar [centerfinder] ${
        this.#started.join(", ")
      }: QXRD starts with these values, and nobody has set them, so ` +
        "they are not used; where one is right, set it in [detector] or [beamline] of the configuration",
    );
  }
}

function fromValues(detector: DetectorSettings, sidecar: SidecarNumbers, notes: string[]): PlacementPart {
  const configured = (key: DetectorNumber) => {
    const value = detector[key];
    return value === undefined
      ? null
      : { value, origin: `configuration [detector] ${key}`, replaceable: true as const };
  };
  const either = (key: DetectorNumber, property: FinderNumber, range: NumberRange) =>
    configured(key) ?? sidecar.number(property, range);
  return {
    distance_m: divided(either("distance_mm", "detectorDistance_mm", RANGES.distance_mm), MM_PER_M),
    xPixelSize_m: divided(either("x_pixel_size_um", "detectorXPixelSize_um", RANGES.pixelSize_um), UM_PER_M),
    yPixelSize_m: divided(either("y_pixel_size_um", "detectorYPixelSize_um", RANGES.pixelSize_um), UM_PER_M),
    beamCenterX_px: either("beam_center_x_px", "centerX_px", RANGES.beamCenter_px),
    beamCenterY_px: either("beam_center_y_px", "centerY_px", RANGES.beamCenter_px),
    ...tiltOf({ tilt: configured("tilt_deg"), rotation: configured("tilt_plane_rotation_deg") }, sidecar, notes),
    roll_rad: 0,
  };
}

type Tilt = Pick<Geometry, "tilt_rad" | "tiltPlaneRotation_rad">;

/** Both angles from one place; QXRD's count only where QXRD itself corrects for them. */
function tiltOf(
  configured: { tilt: Sourced<number> | null; rotation: Sourced<number> | null },
  sidecar: SidecarNumbers,
  notes: string[],
): Tilt {
  const upright = (origin: string): Tilt => ({
    tilt_rad: { value: 0, origin },
    tiltPlaneRotation_rad: { value: 0, origin },
  });
  const inSidecar = configured.tilt === null;
  if (inSidecar && !sidecar.tilts) return upright("no tilt is known");
  const tilt = configured.tilt ?? sidecar.number("detectorTilt_deg", RANGES.tilt_deg);
  if (tilt?.value === 0) return upright(tilt.origin);
  const rotation = inSidecar
    ? sidecar.number("tiltPlaneRotation_deg", RANGES.tiltPlaneRotation_deg)
    : configured.rotation;
  if (tilt === null || rotation === null) {
    notes.push("the detector's tilt is not known: tilt and tilt plane rotation are both needed");
  }
  return { tilt_rad: divided(tilt, DEG_PER_RAD), tiltPlaneRotation_rad: divided(rotation, DEG_PER_RAD) };
}

function partOf(valueOf: (key: PlacementKey) => Sourced<number> | null, { roll_rad }: Pick<Placement, "roll_rad">) {
  const values = PLACEMENT_KEYS.map((key) => [key, valueOf(key)] as const);
  return { ...Object.fromEntries(values) as Record<PlacementKey, Sourced<number> | null>, roll_rad };
}

const NOTHING: PlacementPart = partOf(() => null, { roll_rad: 0 });

function fromCalibration(calibration: Calibration, sources: GeometrySources, notes: string[]): PlacementPart {
  const placement = placementForImage(calibration, sources);
  if (typeof placement === "string") {
    notes.push(`${calibration.origin} is not used: ${placement}`);
    return NOTHING;
  }
  const { origin } = calibration;
  return partOf((key) => ({ value: placement[key], origin, replaceable: true }), placement);
}

const ENERGY_EV: NumberRange = {
  low: RANGES.energy_kev.low * EV_PER_KEV,
  high: RANGES.energy_kev.high * EV_PER_KEV,
  unit: "eV",
  belowIs: "keV",
};

function divided(sourced: Sourced<number> | null, by: number): Sourced<number> | null {
  return sourced === null ? null : { ...sourced, value: sourced.value / by };
}

/** The values that QXRD's centre finder has before anybody sets it, the same in all its versions since 0.5. */
const UNSET = { centerX_px: 0, centerY_px: 0, detectorDistance_mm: 1000, energy_ev: 20_000 } as const;
/** Also what the detectors that QXRD was written for have. */
const PIXEL_UM = 200;

/** Whether nothing of a centre finder has been set. */
function isUntouched(view: CenterFinderView): boolean {
  const isUnset = (key: keyof typeof UNSET) => view[key] === undefined || view[key] === UNSET[key];
  return (Object.keys(UNSET) as (keyof typeof UNSET)[]).every(isUnset) && view.implementTilt !== true &&
    (view.detectorXPixelSize_um ?? PIXEL_UM) === PIXEL_UM && (view.detectorYPixelSize_um ?? PIXEL_UM) === PIXEL_UM;
}

/**
 * Whether a number is QXRD's own and no measurement. A distance of 1000 mm may be a real one, and cannot be distinguished from an
 * unset one: a wrong distance in a file does more harm than one that has to be configured. The size of pixels counts as
 * soon as anything of the centre finder has been set.
 */
function isStartValue(view: CenterFinderView, key: FinderNumber, value: number): boolean {
  if (key === "detectorXPixelSize_um" || key === "detectorYPixelSize_um") {
    return value === PIXEL_UM && isUntouched(view);
  }
  return key in UNSET && value === UNSET[key as keyof typeof UNSET];
}
