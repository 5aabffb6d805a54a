/** The places that a parameter may be given: which paths are paths, and which belong to pewatch. */
import { classOf, ownerOf } from "../config/names/nexus_layout.ts";

export interface PlaceGroup {
  readonly name: string;
  /** As given behind the colon; null where it is not. */
  readonly nxClass: string | null;
}

/** A path below /entry, taken apart. */
export interface ParameterPlace {
  readonly groups: readonly PlaceGroup[];
  readonly field: string;
}

/** Deeper than any application definition. */
const DEPTH_MAX = 12;
/** Longer than any path of the definitions many times. */
const PATH_LENGTH_MAX = 1024;
/** NeXus's validItemName. */
const VALID_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.]*[A-Za-z0-9_])?$/;

/** The base classes of the definitions 2026.01 that a group of values at a beamline can have. */
const CLASSES: ReadonlySet<string> = new Set(
  ("actuator aperture attenuator beam beam_stop beam_transfer_matrix_table bending_magnet calibration capillary " +
    "chemical_composition circuit cite collection collimator component coordinate_system crystal cylindrical_geometry " +
    "deflector detector detector_channel detector_group detector_module disk_chopper distortion " +
    "electromagnetic_lens electron_detector electronanalyzer energydispersion environment event_data fabrication " +
    "fermi_chopper filter fit fit_function flipper fresnel_zone_plate geometry grating guide history insertion_device " +
    "instrument log manipulator mirror moderator monitor monochromator note off_geometry optical_lens optical_window " +
    "orientation parameters pdb peak phase pid_controller pinhole polarizer positioner process program pump " +
    "reflections registration resolution roi_process rotations sample sample_component scan_controller sensor shape " +
    "slit source spectrum spindispersion transformations translation unit_cell user velocity_selector waveplate " +
    "xraylens").split(" ").map((name) => `NX${name}`),
);

/**
 * @returns the place, or, as a text, what is wrong with the path and what would be right
 */
export function parsePlace(path: string): ParameterPlace | string {
  if (path.length > PATH_LENGTH_MAX) return `it has ${path.length} characters; at most ${PATH_LENGTH_MAX} are taken`;
  if (!path.startsWith("/entry/")) return 'it does not begin with "/entry/"; give it as "/entry/sample/temperature"';
  const parts = path.slice("/entry/".length).split("/");
  if (parts.length > DEPTH_MAX) return `it is ${parts.length} names deep; at most ${DEPTH_MAX} are taken`;
  const groups: PlaceGroup[] = [];
  for (const [index, part] of parts.entries()) {
    const colon = part.indexOf(":");
    const name = colon < 0 ? part : part.slice(0, colon);
    if (!VALID_NAME.test(name)) {
      return `"${name}" in it is not a NeXus name; use letters, digits, "_" and, inside, "."`;
    }
    if (colon < 0) {
      groups.push({ name, nxClass: null });
      continue;
    }
    const nxClass = part.slice(colon + 1);
    if (index === parts.length - 1) return `its last name is the value's, which has no class; leave ":${nxClass}" out`;
    if (!CLASSES.has(nxClass)) {
      return `"${nxClass}" in it is not a class for a group of values; give it as ":NXcollection"`;
    }
    groups.push({ name, nxClass });
  }
  const field = groups.pop()!.name;
  return whyReserved(groups, field) ?? { groups, field };
}

function whyReserved(groups: readonly PlaceGroup[], field: string): string | null {
  let path = "";
  for (const { name, nxClass } of groups) {
    path += path === "" ? name : `/${name}`;
    const known = classOf(path);
    if (ownerOf(path) === "pewatch") {
      return known === undefined
        ? `/entry/${path} is a value of the frame, not a group; choose another place`
        : `/entry/${path} is written by pewatch alone; choose a place outside of it`;
    }
    if (known !== undefined && nxClass !== null && nxClass !== known) {
      return `/entry/${path} is of class ${known}, not ${nxClass}; leave ":${nxClass}" out`;
    }
  }
  path += path === "" ? field : `/${field}`;
  if (ownerOf(path) === "pewatch") return `/entry/${path} is written by pewatch itself; choose another place`;
  return classOf(path) === undefined ? null : `/entry/${path} is a group; name a value in it: "/entry/${path}/NAME"`;
}

/** Names that say what a group is, each with the classes of the parents whose definition has such a group. */
const KNOWN_GROUPS: Readonly<Record<string, readonly [nxClass: string, ...parents: string[]]>> = {
  sample: ["NXsample", "NXentry"],
  instrument: ["NXinstrument", "NXentry"],
  user: ["NXuser", "NXentry"],
  monitor: ["NXmonitor", "NXentry"],
  source: ["NXsource", "NXinstrument"],
  monochromator: ["NXmonochromator", "NXinstrument"],
  beam: ["NXbeam", "NXinstrument", "NXsample"],
  detector: ["NXdetector", "NXinstrument"],
  attenuator: ["NXattenuator", "NXinstrument"],
  sensor: ["NXsensor", "NXinstrument", "NXenvironment"],
  aperture: ["NXaperture", "NXinstrument", "NXsource"],
  slit: ["NXslit", "NXmonochromator"],
  beam_stop: ["NXbeam_stop", "NXinstrument"],
  beamstop: ["NXbeam_stop", "NXinstrument"],
  collimator: ["NXcollimator", "NXinstrument"],
  filter: ["NXfilter", "NXinstrument"],
  mirror: ["NXmirror", "NXinstrument", "NXmonochromator"],
  crystal: ["NXcrystal", "NXinstrument", "NXmonochromator"],
  capillary: ["NXcapillary", "NXinstrument"],
  insertion_device: ["NXinsertion_device", "NXinstrument"],
  undulator: ["NXinsertion_device", "NXinstrument"],
  wiggler: ["NXinsertion_device", "NXinstrument"],
  bending_magnet: ["NXbending_magnet", "NXinstrument"],
  xraylens: ["NXxraylens", "NXinstrument"],
  actuator: ["NXactuator", "NXinstrument", "NXenvironment"],
  positioner: ["NXpositioner", "NXinstrument", "NXsample", "NXaperture"],
  environment: ["NXenvironment", "NXinstrument", "NXsample", "NXsource", "NXdetector", "NXmonochromator"],
  temperature_env: ["NXenvironment", "NXsample"],
  magnetic_field_env: ["NXenvironment", "NXsample"],
  geometry: ["NXgeometry", "NXsample", "NXsource", "NXmonochromator", "NXsensor"],
  history: ["NXhistory", "NXsample"],
};

/** The class of a group that is made for a parameter: "attenuator2" in an instrument is an NXattenuator. */
export function classFor(name: string, parentClass: string): string {
  if (name.endsWith("_log")) return "NXlog";
  const known = KNOWN_GROUPS[name] ?? KNOWN_GROUPS[name.replace(/_?\d+$/, "")];
  // An NXcollection takes all groups; any class takes an NXcollection.
  return known !== undefined && (parentClass === "NXcollection" || known.includes(parentClass, 1))
    ? known[0]
    : "NXcollection";
}
