/** The energy and the wavelength of a frame's beam: where one of the two is known, the other follows from it. */
import { HC_KEV_ANGSTROM } from "../config/ranges.ts";
import type { BeamlineSettings } from "../config/settings.ts";
import type { Calibration } from "./calibration.ts";
import type { Geometry, Sourced } from "./geometry.ts";

export const ANGSTROM_PER_M = 1e10;
/** Rounding is no contradiction. */
const WAVELENGTH_TOLERANCE = 0.01;

/** `[beamline]` first, then the PONI file, then what QXRD's `[centerfinder]` has. */
export function beamOf(
  of: { readonly beamline: BeamlineSettings; readonly calibration: Calibration | null },
  sidecar: {
    /** In keV; asked for only where it counts, since it may leave a note. */
    readonly fitted: () => Sourced<number> | null;
    readonly notes: string[];
  },
): Pick<Geometry, "wavelength_m" | "energy_kev"> {
  const { energy, wavelength } = configured(of.beamline);
  const calibrated = wavelengthIn(of.calibration);
  noteContradiction(wavelengthOf(of.beamline), calibrated, sidecar.notes);
  const inAngstrom = wavelength ?? (energy === null ? calibrated : null);
  const inKev = energy ?? (inAngstrom === null ? sidecar.fitted() : null);
  return {
    wavelength_m: inMetres(inAngstrom ?? converted(inKev)),
    energy_kev: inKev ?? converted(inAngstrom),
  };
}

/** The configured wavelength in angstrom, also where it is given as an energy; null where neither is. */
export function wavelengthOf(beamline: BeamlineSettings): Sourced<number> | null {
  const { energy, wavelength } = configured(beamline);
  return wavelength ?? converted(energy);
}

/** Whether two wavelengths contradict each other. */
export function differ(one: number, other: number): boolean {
  return Math.abs(one / other - 1) > WAVELENGTH_TOLERANCE;
}

function configured({ energy_kev, wavelength_angstrom }: BeamlineSettings) {
  const given = (key: keyof BeamlineSettings, value: number | undefined) =>
    value === undefined ? null : { value, origin: `configuration [beamline] ${key}`, replaceable: true as const };
  return {
    energy: given("energy_kev", energy_kev),
    wavelength: given("wavelength_angstrom", wavelength_angstrom),
  };
}

function wavelengthIn(calibration: Calibration | null): Sourced<number> | null {
  if (calibration === null || calibration.wavelength_m === null) return null;
  return { value: calibration.wavelength_m * ANGSTROM_PER_M, origin: calibration.origin, replaceable: true };
}

function noteContradiction(one: Sourced<number> | null, other: Sourced<number> | null, notes: string[]): void {
  if (one === null || other === null || !differ(one.value, other.value)) return;
  notes.push(`${other.origin} is for ${other.value} angstrom, ${one.origin} says ${one.value}, which is used`);
}

/** Without the last digit, which is rounding: a wavelength that came in metres goes out as it came. */
function inMetres(angstrom: Sourced<number> | null): Sourced<number> | null {
  if (angstrom === null) return null;
  return { ...angstrom, value: Number((angstrom.value / ANGSTROM_PER_M).toPrecision(15)) };
}

/** Energy in keV from wavelength in angstrom, and the other way round: it is the same division. */
function converted(from: Sourced<number> | null): Sourced<number> | null {
  return from === null ? null : { ...from, value: HC_KEV_ANGSTROM / from.value, origin: `${from.origin}, converted` };
}
