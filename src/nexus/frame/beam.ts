/** The parts before the sample: source, monochromator, beam. */
import type { FrameFacts } from "./facts.ts";
import {
  configured,
  firstOf,
  fromCenterfinder,
  mapped,
  numberField,
  positive,
  type Sourced,
  textField,
} from "./sources.ts";
import { field, group, groupIfAny, type NexusGroup } from "../tree/tree.ts";

/** h c / e in keV angstrom, exact since the SI of 2019. */
export const KEV_ANGSTROM = 12.398419843320026;
const EV_PER_KEV = 1000;

export interface BeamFacts {
  readonly energy_kev: Sourced<number> | null;
  readonly wavelength_angstrom: Sourced<number> | null;
}

/** The configuration first, then `[centerfinder] energy`; where one of the two is known the other follows from it. */
export function beamFacts(facts: FrameFacts): BeamFacts {
  const energy = positive(configured(facts, "beamline", "energy_kev"));
  const wavelength = positive(configured(facts, "beamline", "wavelength_angstrom"));
  const fitted = positive(
    mapped(fromCenterfinder(facts, "energy_ev", "energy"), (energy_ev) => energy_ev / EV_PER_KEV),
  );
  const known = firstOf(energy, wavelength === null ? fitted : null);
  return { energy_kev: known ?? converted(wavelength), wavelength_angstrom: wavelength ?? converted(known) };
}

/** Energy in keV from wavelength in angstrom, and the other way round: it is the same division. */
function converted(from: Sourced<number> | null): Sourced<number> | null {
  return from === null ? null : { value: KEV_ANGSTROM / from.value, origin: `${from.origin}, converted` };
}

export function monochromatorGroup(beam: BeamFacts): NexusGroup | null {
  return groupIfAny("monochromator", "NXmonochromator", [
    numberField("energy", beam.energy_kev, "keV"),
    numberField("wavelength", beam.wavelength_angstrom, "angstrom"),
  ]);
}

export function beamGroup(facts: FrameFacts, beam: BeamFacts): NexusGroup | null {
  return groupIfAny("beam", "NXbeam", [
    numberField("incident_energy", beam.energy_kev, "keV"),
    numberField("incident_wavelength", beam.wavelength_angstrom, "angstrom"),
    // Not `flux`, which is a number per area.
    numberField("total_flux", positive(configured(facts, "beamline", "flux_per_s")), "Hz"),
  ]);
}

export function sourceGroup(facts: FrameFacts): NexusGroup {
  const name = configured(facts, "source", "name");
  const shortName = configured(facts, "source", "short_name");
  const attributes = shortName === null ? {} : { short_name: shortName.value };
  const probe = configured(facts, "source", "probe");
  return group("source", "NXsource", {
    children: [
      name === null ? null : field("name", name.value, { origin: name.origin, attributes }),
      textField("type", configured(facts, "source", "type")),
      // A flat panel of this kind sees nothing else.
      textField("probe", probe ?? { value: "x-ray", origin: "kind of detector" }),
      numberField("energy", positive(configured(facts, "source", "energy_gev")), "GeV"),
      numberField("current", configured(facts, "source", "current_ma"), "mA"),
    ],
  });
}
