/** The parts before the sample: source, monochromator, beam. */
import type { Geometry, Sourced } from "../../geometry/geometry.ts";
import type { FrameFacts } from "./facts.ts";
import { assumed, configured, mapped, numberField, positive, sourceOf, textField } from "./sources.ts";
import { field, type FieldOptions, groupAt, groupAtIfAny, type NexusField, type NexusGroup } from "../tree/tree.ts";

const ANGSTROM_PER_M = 1e10;

export interface BeamFacts {
  readonly energy_kev: Sourced<number> | null;
  readonly wavelength_angstrom: Sourced<number> | null;
}

export function beamFacts({ energy_kev, wavelength_m }: Geometry): BeamFacts {
  const inAngstrom = (metres: number) => Number((metres * ANGSTROM_PER_M).toPrecision(15));
  return { energy_kev, wavelength_angstrom: mapped(wavelength_m, inAngstrom) };
}

export function monochromatorGroup(beam: BeamFacts): NexusGroup | null {
  return groupAtIfAny("instrument/monochromator", [
    numberField("energy", beam.energy_kev, "keV"),
    numberField("wavelength", beam.wavelength_angstrom, "angstrom"),
  ]);
}

export function beamGroup(facts: FrameFacts, beam: BeamFacts): NexusGroup | null {
  return groupAtIfAny("instrument/beam", [
    numberField("incident_energy", beam.energy_kev, "keV"),
    numberField("incident_wavelength", beam.wavelength_angstrom, "angstrom"),
    // Not `flux`, which is a number per area.
    numberField("total_flux", positive(configured(facts, "beamline", "flux_per_s")), "Hz"),
    ...polarization(facts),
  ]);
}

const RADIAN_PER_DEGREE = Math.PI / 180;

/**
 * Of the incoming beam, with the axes of NeXus: x is horizontal, y points up. The vector lies along the electric field
 * and is as long as the degree of linear polarisation; Stokes' parameters are I = 1, Q, U, V = 0.
 */
function polarization(facts: FrameFacts): (NexusField | null)[] {
  const degree = configured(facts, "beamline", "polarization");
  if (degree === null) return [];
  const angle = (configured(facts, "beamline", "polarization_angle_deg")?.value ?? 0) * RADIAN_PER_DEGREE;
  const along = (turned: number) => [degree.value * Math.cos(turned), degree.value * Math.sin(turned)] as const;
  const of = (values: readonly number[]): [Float64Array, FieldOptions] => [
    Float64Array.from(values),
    { ...sourceOf(degree), shape: [1, values.length] },
  ];
  return [
    field("incident_polarization", ...of(along(angle))),
    field("incident_polarization_stokes", ...of([1, ...along(2 * angle), 0])),
  ];
}

export function sourceGroup(facts: FrameFacts): NexusGroup {
  const name = configured(facts, "source", "name");
  const shortName = configured(facts, "source", "short_name");
  const attributes = shortName === null ? {} : { short_name: shortName.value };
  const probe = configured(facts, "source", "probe");
  return groupAt("source", {
    children: [
      name === null ? null : field("name", name.value, { ...sourceOf(name), attributes }),
      textField("type", configured(facts, "source", "type")),
      // A flat panel of this kind sees nothing else.
      textField("probe", probe ?? assumed("x-ray", "kind of detector")),
      numberField("energy", positive(configured(facts, "source", "energy_gev")), "GeV"),
      numberField("current", configured(facts, "source", "current_ma"), "mA"),
    ],
  });
}
