/** The NeXus trees of patterns: NXazint1d for a series, NXazint2d for a cake (definitions 2026.01). */
import type { Settings } from "../config/settings.ts";
import { HC_KEV_ANGSTROM } from "../config/ranges.ts";
import { UNITS } from "../integration/units.ts";
import { PROGRAM, PROGRAM_VERSION } from "../config/program.ts";
import { rootGroup } from "../nexus/common_groups.ts";
import { clean } from "../nexus/frame/sources.ts";
import { formatInZone } from "../time/iso_time.ts";
import { field, group, type NexusGroup, type NexusNode } from "../nexus/tree/tree.ts";
import { settingsText } from "./header.ts";
import type { MadeCake, PatternSetup } from "./maker.ts";

const UNKNOWN = "not known";
const ARBITRARY = "arbitrary units";
const NORM_NAME = "effective number of pixels contributing to the corresponding bin";
const REFERENCE = "G. Ashiotis et al., J. Appl. Cryst. 48 (2015) 510, https://doi.org/10.1107/S1600576715004306";
/** Of reduction/input: says in short which settings the patterns of a file were made with. */
export const KEY_FIELD = "settings_key";

/** What all files of patterns say. */
export interface AzintFacts {
  readonly setup: PatternSetup;
  readonly dark: string | null;
  readonly settings: Settings;
  readonly title: string;
  readonly fileName: string;
  readonly key: string;
  readonly now: Date;
  readonly hdf5Version: string;
  /** When the first frame was exposed. */
  readonly start: Date;
}

/** Of each frame, in the order of the rows. */
export interface SeriesRow {
  readonly image: string;
  readonly sha256: string;
  readonly time: Date;
  readonly factor: number;
  readonly total: number;
  readonly intensity: Float32Array;
  readonly sigma: Float32Array | null;
  /** [npt] */
  readonly pixels: Float64Array;
}

/** At least one row; all with sigma or none. */
export function seriesTree(facts: AzintFacts, rows: readonly SeriesRow[]): NexusGroup {
  const { setup } = facts, { npt } = setup.bins, first = rows[0]!, shape = [rows.length, npt];
  const stacked = (of: (row: SeriesRow) => Float32Array) => {
    const all = new Float32Array(rows.length * npt);
    for (const [index, row] of rows.entries()) all.set(of(row), index * npt);
    return all;
  };
  // GSAS-II makes comments of these for each pattern; a text of one dimension would end its importer.
  const perFrame = group("frames", "NXcollection", {
    children: [
      field("name", rows.map(({ image }) => clean(image)), { shape: [rows.length, 1] }),
      field("sha256", rows.map(({ sha256 }) => sha256), { shape: [rows.length, 1] }),
      field("time", Float64Array.from(rows, ({ time }) => (time.getTime() - first.time.getTime()) / 1000), {
        units: "s",
        attributes: { start: formatInZone(first.time, facts.settings.detector.time_zone) },
      }),
      field("total_counts", Float64Array.from(rows, ({ total }) => total)),
    ],
  });
  const monitor = setup.options.normalize_by === undefined ? null : group("monitor", "NXmonitor", {
    children: [
      field("data", Float64Array.from(rows, ({ factor }) => factor), {
        units: setup.options.normalize_by === "exposure" ? "s" : ARBITRARY,
      }),
    ],
  });
  return rootOf("NXazint1d", facts, [
    group("data", "NXdata", {
      attributes: {
        signal: "I",
        axes: [".", "radial_axis"],
        radial_axis_indices: { integer: 1 },
        interpretation: "spectrum",
      },
      children: [
        ...intensityFields(shape, {
          intensity: stacked(({ intensity }) => intensity),
          sigma: first.sigma === null ? null : stacked(({ sigma }) => sigma!),
        }),
        ...radialFields(setup, setup.x),
        field("norm", Float64Array.from(first.pixels), { units: ARBITRARY, attributes: { long_name: NORM_NAME } }),
      ],
    }),
    monitor,
    perFrame,
  ]);
}

export function cakeTree(facts: AzintFacts, { cake, radial, azimuth_deg }: MadeCake): NexusGroup {
  const shape = [1, azimuth_deg.length, radial.length];
  return rootOf("NXazint2d", facts, [
    group("data", "NXdata", {
      attributes: {
        signal: "I",
        axes: [".", "azimuthal_axis", "radial_axis"],
        azimuthal_axis_indices: { integer: 1 },
        radial_axis_indices: { integer: 2 },
        interpretation: "image",
      },
      children: [
        ...intensityFields(shape, cake),
        ...radialFields(facts.setup, radial),
        field("azimuthal_axis", azimuth_deg, { units: "degrees", attributes: { long_name: "azimuthal bin center" } }),
        field("norm", cake.pixels, { shape: shape.slice(1), units: ARBITRARY, attributes: { long_name: NORM_NAME } }),
      ],
    }),
  ]);
}

function intensityFields(
  shape: readonly number[],
  { intensity, sigma }: Pick<SeriesRow, "intensity" | "sigma">,
): (NexusNode | null)[] {
  const of = (name: string, values: Float32Array, long_name: string) =>
    field(name, values, { shape, units: ARBITRARY, attributes: { long_name } });
  return [
    of("I", intensity, "intensity"),
    sigma === null ? null : of("I_errors", sigma, "estimated intensity error"),
  ];
}

function radialFields({ options }: PatternSetup, x: Float64Array): NexusNode[] {
  const unit = UNITS[options.unit], name = unit.quantity === "q" ? "q" : "2theta";
  const half = x.length > 1 ? (x.at(-1)! - x[0]!) / (x.length - 1) / 2 : 0;
  const edges = Float64Array.from({ length: x.length + 1 }, (_, i) => i < x.length ? x[i]! - half : x.at(-1)! + half);
  return [
    field("radial_axis", x, { units: unit.nexus, attributes: { long_name: name } }),
    field("radial_axis_edges", edges, { units: unit.nexus, attributes: { long_name: `${name} bin edges` } }),
  ];
}

function rootOf(definition: string, facts: AzintFacts, children: readonly (NexusNode | null)[]): NexusGroup {
  const { setup, dark, now, settings, key } = facts, zone = settings.detector.time_zone;
  const { options, wavelength_m } = setup, flag = (is: boolean) => Int8Array.of(is ? 1 : 0);
  const applied = (name: string, is: boolean) => field(name, flag(is), { shape: [] });
  const making = { now, timeZone: zone, hdf5Version: facts.hdf5Version };
  const entry = group("entry", "NXentry", {
    attributes: { default: "data" },
    children: [
      // The definition asks for the wavelength.
      wavelength_m === null ? null : field("definition", definition),
      field("title", clean(facts.title)),
      field("start_time", formatInZone(facts.start, zone)),
      applied("solid_angle_applied", options.solid_angle),
      applied("polarization_applied", options.polarization_factor !== undefined),
      applied("normalization_applied", true),
      applied("monitor_applied", options.normalize_by !== undefined),
      group("instrument", "NXinstrument", {
        children: [
          field("name", settings.beamline.name ?? UNKNOWN),
          wavelength_m === null ? null : group("monochromator", "NXmonochromator", {
            children: [
              field("wavelength", wavelength_m * 1e10, { units: "angstrom" }),
              field("energy", HC_KEV_ANGSTROM / (wavelength_m * 1e10), { units: "keV" }),
            ],
          }),
          group("source", "NXsource", {
            children: [
              field("name", settings.source.name ?? UNKNOWN),
              field("type", settings.source.type ?? UNKNOWN),
              field("probe", settings.source.probe ?? "x-ray"),
            ],
          }),
        ],
      }),
      group("reduction", "NXprocess", {
        children: [
          field("program", PROGRAM),
          field("version", PROGRAM_VERSION),
          field("date", formatInZone(now, zone)),
          field("reference", REFERENCE),
          field("note", "the definitions are those of pyFAI; docs/patterns.md has them"),
          group("input", "NXparameters", {
            children: [
              field(KEY_FIELD, key),
              field("unit", options.unit),
              ...[...settingsText(setup, dark)].map(([name, value]) => field(name, clean(value))),
            ],
          }),
        ],
      }),
      settings.sample.name === undefined ? null : group("sample", "NXsample", {
        children: [field("name", clean(settings.sample.name))],
      }),
      ...children,
    ],
  });
  return rootGroup(facts.fileName, entry, making);
}
