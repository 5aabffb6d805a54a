/**
 * Every group and field that pewatch writes into a NeXus file, below /entry: the one list of them. The builders of the
 * trees, the master of a series, the rules for parameters and the profile NXmx derive from it; a field that is built and
 * not listed here fails tests/nexus/layout_test.ts, and so does one that is listed and never built.
 */

/** Who may write there. */
type Owner =
  /** pewatch alone: no parameter may stand there or below. */
  | "pewatch"
  /** A parameter may take the place of what the configuration says or pewatch assumes. */
  | "open";

/** What the master of a series has of it. */
type InMaster =
  /** The first frame's, by a link: it is the same in all frames. */
  | "shared"
  /** Nothing: it differs from frame to frame, and each frame's own file has it. */
  | "differs"
  /** What is made anew of all frames. */
  | "made"
  /** As shared, where the detector stands at one place in all frames; else nothing. */
  | "geometry"
  /** As shared, where all frames have one wavelength; else nothing. */
  | "wavelength"
  /** As shared, in the master's instrument. */
  | "in instrument";

export type Profile = "base" | "nxmx";

interface Row {
  readonly owner: Owner;
  readonly master: InMaster;
  /** The only profile that has it; both where absent. */
  readonly profile?: Profile;
  /** Only the master has it. */
  readonly only?: "master";
}

interface GroupRow extends Row {
  readonly nxClass: `NX${string}`;
  /** Of a group of pewatch's own, its fields; "any" where a frame's sidecar or its parameters decide. */
  readonly fields?: readonly string[] | "any";
}

const OPEN = { owner: "open", master: "shared" } as const;
const DIFFERS = { owner: "pewatch", master: "differs" } as const;
const GEOMETRY = { owner: "open", master: "geometry" } as const;
const MADE = { owner: "pewatch", master: "made" } as const;
const NOTE_FIELDS = ["type", "description", "data"] as const;

/** By path below /entry, which itself is "". */
export const GROUPS = {
  "": { nxClass: "NXentry", owner: "open", master: "made" },
  "instrument": { nxClass: "NXinstrument", owner: "open", master: "made" },
  // To the base classes the source belongs to the instrument, NXmx wants it in the entry.
  "instrument/source": { nxClass: "NXsource", ...OPEN, profile: "base" },
  "source": { nxClass: "NXsource", owner: "open", master: "in instrument", profile: "nxmx" },
  "instrument/monochromator": { nxClass: "NXmonochromator", owner: "open", master: "wavelength" },
  "instrument/beam": { nxClass: "NXbeam", owner: "open", master: "wavelength" },
  "instrument/parameters": { nxClass: "NXcollection", owner: "open", master: "made", fields: "any" },
  "instrument/detector": { nxClass: "NXdetector", owner: "open", master: "made" },
  "instrument/detector/transformations": {
    nxClass: "NXtransformations",
    owner: "pewatch",
    master: "geometry",
    fields: ["translation", "roll", "tilt"],
  },
  "instrument/detector/module": {
    nxClass: "NXdetector_module",
    owner: "pewatch",
    master: "geometry",
    fields: ["data_origin", "data_size", "module_offset", "fast_pixel_direction", "slow_pixel_direction"],
  },
  "instrument/detector/data_file": {
    nxClass: "NXnote",
    ...DIFFERS,
    fields: ["file_name", "type", "checksum", "algorithm"],
  },
  "instrument/detector/qxrd": { nxClass: "NXcollection", ...DIFFERS, fields: "any" },
  "instrument/detector/reference_dark": {
    nxClass: "NXcollection",
    ...DIFFERS,
    fields: [
      "file_name",
      "source",
      "end_time",
      "age",
      "exposure_time",
      "summed_exposures",
      "count_time",
      "frame_to_dark_ratio",
      "gain_setting",
      "readout_mode",
      "h_binning",
      "v_binning",
      "image",
    ],
  },
  "sample": { nxClass: "NXsample", ...OPEN },
  "user": { nxClass: "NXuser", ...OPEN },
  "frames": { nxClass: "NXcollection", ...MADE, only: "master", fields: ["file_name", "start_time", "time"] },
  "process": { nxClass: "NXprocess", ...MADE, fields: ["program", "version", "date"] },
  "process/sidecar": { nxClass: "NXnote", ...DIFFERS, fields: [...NOTE_FIELDS, "file_name"] },
  "process/sidecar_problem": { nxClass: "NXnote", ...DIFFERS, fields: NOTE_FIELDS },
  "process/notes": { nxClass: "NXnote", ...MADE, fields: NOTE_FIELDS },
  // A collection, in which validators take attributes that NeXus does not define.
  "process/parameters": { nxClass: "NXcollection", ...DIFFERS, fields: [] },
  // No other member may begin with "data": fabio and Dioptas would take it for a frame.
  "data": { nxClass: "NXdata", ...MADE, fields: ["title", "frame_number", "y", "x", "data", "present"] },
} as const satisfies Record<string, GroupRow>;

/** Those of open groups, by path below /entry. */
export const FIELDS = {
  "definition": { ...DIFFERS, profile: "nxmx" },
  "title": { owner: "open", master: "made" },
  "experiment_identifier": OPEN,
  "experiment_description": OPEN,
  "collection_identifier": MADE,
  "program_name": { owner: "pewatch", master: "shared" },
  "start_time": MADE,
  "end_time": { ...MADE, profile: "base" },
  "end_time_estimated": { ...DIFFERS, profile: "nxmx" },
  "collection_time": DIFFERS,
  "instrument/name": OPEN,
  "instrument/time_zone": { ...DIFFERS, profile: "nxmx" },
  "instrument/source/name": OPEN,
  "instrument/source/type": OPEN,
  "instrument/source/probe": OPEN,
  "instrument/source/energy": OPEN,
  "instrument/source/current": OPEN,
  "source/name": OPEN,
  "source/type": OPEN,
  "source/probe": OPEN,
  "source/energy": OPEN,
  "source/current": OPEN,
  "instrument/monochromator/energy": OPEN,
  "instrument/monochromator/wavelength": OPEN,
  "instrument/beam/incident_energy": OPEN,
  "instrument/beam/incident_wavelength": OPEN,
  "instrument/beam/total_flux": OPEN,
  "instrument/beam/incident_polarization": OPEN,
  "instrument/beam/incident_polarization_stokes": OPEN,
  "instrument/detector/description": OPEN,
  "instrument/detector/local_name": OPEN,
  "instrument/detector/type": OPEN,
  "instrument/detector/serial_number": OPEN,
  "instrument/detector/sensor_material": OPEN,
  "instrument/detector/sensor_thickness": OPEN,
  "instrument/detector/layout": { owner: "pewatch", master: "shared" },
  "instrument/detector/count_time": MADE,
  "instrument/detector/number_of_cycles": DIFFERS,
  "instrument/detector/sequence_number": DIFFERS,
  "instrument/detector/frame_start_number": DIFFERS,
  "instrument/detector/gain_setting": OPEN,
  "instrument/detector/bit_depth_readout": OPEN,
  "instrument/detector/saturation_value": { owner: "open", master: "differs" },
  "instrument/detector/image_key": MADE,
  "instrument/detector/pixel_mask": DIFFERS,
  "instrument/detector/x_pixel_size": GEOMETRY,
  "instrument/detector/y_pixel_size": GEOMETRY,
  "instrument/detector/distance": GEOMETRY,
  "instrument/detector/beam_center_x": GEOMETRY,
  "instrument/detector/beam_center_y": GEOMETRY,
  "instrument/detector/depends_on": { owner: "pewatch", master: "geometry" },
  "instrument/detector/data": MADE,
  "sample/name": OPEN,
  "sample/depends_on": { owner: "pewatch", master: "shared", profile: "nxmx" },
  "sample/description": OPEN,
  "sample/chemical_formula": OPEN,
  "sample/temperature": OPEN,
  "sample/pressure": OPEN,
  "user/name": OPEN,
  "user/role": OPEN,
  "user/affiliation": OPEN,
  "user/address": OPEN,
  "user/telephone_number": OPEN,
  "user/email": OPEN,
  "user/facility_user_id": OPEN,
  "user/ORCID": OPEN,
} as const satisfies Record<string, Row>;

export type GroupPath = keyof typeof GROUPS;
/** Of a field too, also of one in a group of pewatch's own. */
export type LayoutPath = GroupPath | keyof typeof FIELDS | FieldOf<GroupPath>;
type FieldOf<P extends GroupPath> = P extends GroupPath
  ? (typeof GROUPS)[P] extends { readonly fields: readonly (infer N extends string)[] } ? `${P}/${N}` : never
  : never;

const ROWS: ReadonlyMap<string, Row> = new Map<string, Row>([...Object.entries(GROUPS), ...Object.entries(FIELDS)]);

/** Seen from the file's root: "/entry/sample". */
export function absolute<P extends LayoutPath>(path: P): `/entry/${P}` {
  return `/entry/${path}`;
}

/** The names of a group's members, fields and groups, of which a master has this. */
export function membersOfLayout(group: GroupPath, inMaster: readonly InMaster[]): readonly string[] {
  const start = group === "" ? "" : `${group}/`;
  return [...ROWS].flatMap(([path, { master }]) => {
    const name = path.slice(start.length);
    const isMember = path !== "" && path.startsWith(start) && name !== "" && !name.includes("/");
    return isMember && inMaster.includes(master) ? [name] : [];
  });
}

/** Whether files of a profile have it. */
export function isIn(profile: Profile, path: GroupPath | keyof typeof FIELDS): boolean {
  const only = ROWS.get(path)?.profile;
  return only === undefined || only === profile;
}

/** Whose it is, below /entry; undefined for what pewatch does not write. */
export function ownerOf(path: string): Owner | undefined {
  return ROWS.get(path)?.owner;
}

/** The class of a group of pewatch's, below /entry; undefined for anything else. */
export function classOf(path: string): string | undefined {
  return (GROUPS as Readonly<Record<string, GroupRow>>)[path]?.nxClass;
}
