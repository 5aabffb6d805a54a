/** The schema of a configuration: every key, its type, its range and the range's reason. Loaded by the main thread only. */
import * as v from "valibot";
import { isTimeZone } from "../time/zone.ts";
import { closest } from "./closest.ts";
import { faultOfOrcid } from "./orcid.ts";
import { faultOf, MAX_PROC, type NumberRange, RANGES } from "./ranges.ts";
import type { Settings } from "./settings.ts";
import { FolderNameError, splitRelativeFolder } from "./names/relative_folder.ts";
import { faultOfAddress, faultOfDevice, faultOfServerPart } from "./names/tango_names.ts";

/** Longest waiting time that a person may mean; more is a slip of units (ms for s). */
const DAY_S = 86_400;

function wholeNumber(low: number, high: number, reason: string) {
  const message = `a whole number from ${low} to ${high} is needed, ${reason}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(low, message), v.maxValue(high, message));
}

function numberWithin(low: number, high: number, reason: string) {
  const message = `a number from ${low} to ${high} is needed, ${reason}`;
  return v.pipe(v.number(message), v.finite(message), v.minValue(low, message), v.maxValue(high, message));
}

function positive(what: string) {
  const message = `a number above 0 is needed, ${what}`;
  return v.exactOptional(v.pipe(v.number(message), v.finite(message), v.gtValue(0, message)));
}

function atLeastZero(what: string) {
  const message = `a number of 0 or more is needed, ${what}`;
  return v.exactOptional(v.pipe(v.number(message), v.finite(message), v.minValue(0, message)));
}

/** A number of a geometry, within what can be; the message says which unit was probably meant. */
function within(range: NumberRange) {
  return v.exactOptional(v.pipe(
    v.number(`a number is needed, in ${range.unit}`),
    v.rawCheck(({ dataset, addIssue }) => {
      const fault = dataset.typed ? faultOf(dataset.value, range) : null;
      if (fault !== null) addIssue({ message: fault });
    }),
  ));
}

function someOf<const T extends readonly [string, ...string[]]>(...choices: T) {
  const message = `a list of ${choices.map((choice) => `"${choice}"`).join(" and ")} is needed, [] for none`;
  return v.pipe(
    v.array(v.picklist(choices, message), message),
    v.check((list) => new Set(list).size === list.length, "each may be listed once only"),
    v.readonly(),
  );
}

function yesOrNo() {
  return v.boolean("true or false is needed, without quotes");
}

function oneOf<const T extends readonly [string, ...string[]]>(...choices: T) {
  return v.picklist(choices, `one of ${choices.map((choice) => `"${choice}"`).join(", ")} is needed`);
}

/** A fact in words. Empty ones would end up as empty datasets in every NeXus file. */
function words() {
  const message = "a text in quotes is needed; remove the key if there is nothing to say";
  return v.exactOptional(v.pipe(v.string(message), v.nonEmpty(message)));
}

/** Windows calls its zones by other names, and an offset knows nothing of summer time. */
function timeZone() {
  const message = 'the IANA name of a time zone is needed, such as "Europe/Berlin" or "America/Chicago"';
  return v.exactOptional(v.pipe(
    v.string(message),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || isTimeZone(dataset.value)) return;
      const meant = closest(dataset.value, Intl.supportedValuesOf("timeZone"));
      addIssue({ message: meant === null ? message : `there is no such time zone; did you mean "${meant}"?` });
    }),
  ));
}

function pathOf(what: string) {
  const message = `the path of ${what} is needed, in single quotes: 'R:\\raw'`;
  return v.pipe(
    v.string(message),
    v.nonEmpty(message),
    // In double quotes TOML reads \r of "R:\raw" and \t of "R:\temp" as control characters, without any error.
    v.check(
      (text) => !hasControlCharacter(text),
      "it holds a control character: a backslash in double quotes is an escape; write single quotes ('R:\\raw') or forward slashes",
    ),
  );
}

function hasControlCharacter(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\u0000-\u001f]/.test(text);
}

function checkedText(faultOf: (name: string) => string | null) {
  return v.pipe(
    v.string("a text in quotes is needed"),
    v.rawCheck(({ dataset, addIssue }) => {
      const fault = dataset.typed ? faultOf(dataset.value) : null;
      if (fault !== null) addIssue({ message: fault });
    }),
  );
}

function addressOrNone(options: { readonly anyPort: boolean }) {
  return checkedText((text) => text === "" ? null : faultOfAddress(text, options));
}

function belowOutput() {
  return v.pipe(
    v.string("the name of a folder below the output root is needed, in quotes"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      try {
        splitRelativeFolder(dataset.value);
      } catch (error) {
        if (!(error instanceof FolderNameError)) throw error;
        addIssue({ message: error.message });
      }
    }),
  );
}

/** A configuration after the defaults were filled in and `[plugins.NAME]` tables were put into `plugins.tables`. */
export const settingsSchema = v.object({
  daemon: v.object({
    ticktack: numberWithin(0.01, 3600, "seconds"),
    multiplier: wholeNumber(1, 1000, "since a tick takes ticktack / multiplier seconds"),
    max_proc: wholeNumber(MAX_PROC.low, MAX_PROC.high, "since more would not be faster: all frames share one disk"),
    state_dir: pathOf("a folder"),
  }),
  folders: v.object({
    raw: pathOf("a folder"),
    temp: pathOf("a folder"),
    proc: pathOf("a folder"),
    output_root: pathOf("a folder"),
    output_dir: belowOutput(),
    allowed: v.array(pathOf("a folder"), "a list of folders is needed: ['R:/', 'D:/data']"),
  }),
  frames: v.object({
    settle_s: numberWithin(0, 60, "seconds; longer would hold every frame up for more than a minute"),
    sidecar_wait_s: numberWithin(0, DAY_S, "seconds"),
    verify: oneOf("compare", "size"),
    checksum: oneOf("sha256", "none"),
    fsync: yesOrNo(),
  }),
  dark: v.object({
    policy: oneOf("delete", "archive", "keep"),
    archive_dir: belowOutput(),
    reference: yesOrNo(),
  }),
  tiff: v.object({ tags: yesOrNo(), image_description: yesOrNo() }),
  nexus: v.object({
    image: oneOf("embed", "external", "none"),
    profile: oneOf("base", "nxmx"),
    series: yesOrNo(),
  }),
  beamline: v.object({
    name: words(),
    short_name: words(),
    energy_kev: within(RANGES.energy_kev),
    wavelength_angstrom: within(RANGES.wavelength_angstrom),
    flux_per_s: atLeastZero("photons per second"),
    polarization: v.exactOptional(numberWithin(0, 1, "the degree of linear polarisation")),
    polarization_angle_deg: v.exactOptional(numberWithin(-180, 180, "degrees from the horizontal")),
    proposal: words(),
    proposal_title: words(),
    experiment_identifier: words(),
    title: words(),
  }),
  source: v.object({
    name: words(),
    short_name: words(),
    type: words(),
    probe: words(),
    energy_gev: positive("GeV"),
    current_ma: atLeastZero("mA"),
  }),
  detector: v.object({
    description: words(),
    local_name: words(),
    type: words(),
    x_pixel_size_um: within(RANGES.pixelSize_um),
    y_pixel_size_um: within(RANGES.pixelSize_um),
    distance_mm: within(RANGES.distance_mm),
    beam_center_x_px: within(RANGES.beamCenter_px),
    beam_center_y_px: within(RANGES.beamCenter_px),
    tilt_deg: within(RANGES.tilt_deg),
    tilt_plane_rotation_deg: within(RANGES.tiltPlaneRotation_deg),
    poni: v.exactOptional(pathOf("a PONI file")),
    sensor_material: words(),
    sensor_thickness_um: positive("micrometres"),
    bit_depth_readout: v.exactOptional(wholeNumber(1, 64, "bits of one pixel")),
    gain_setting: words(),
    saturation_value: positive("counts"),
    serial_number: words(),
    time_zone: timeZone(),
  }),
  geometry: v.object({ files: someOf("poni", "imctrl"), beside: oneOf("frame", "folder") }),
  sample: v.object({
    name: words(),
    description: words(),
    temperature_k: atLeastZero("kelvin"),
    pressure_gpa: atLeastZero("GPa"),
    chemical_formula: words(),
  }),
  user: v.object({
    name: words(),
    role: words(),
    affiliation: words(),
    address: words(),
    telephone_number: words(),
    email: v.exactOptional(
      checkedText((text) => /^[^\s@]+@[^\s@]+$/.test(text) ? null : "an e-mail address is needed"),
    ),
    facility_user_id: words(),
    orcid: v.exactOptional(checkedText(faultOfOrcid)),
  }),
  plugins: v.object({
    dir: pathOf("a folder"),
    time_limit_s: numberWithin(1, DAY_S, "seconds"),
    memory_limit_mib: wholeNumber(64, 65_536, "MiB; an empty plugin needs some 10"),
    failures_max: wholeNumber(1, 1000, "since 0 would suspend a plugin before its first failure"),
    tables: v.record(v.string(), v.record(v.string(), v.unknown())),
  }),
  tango: v.object({
    enabled: yesOrNo(),
    server: checkedText(faultOfServerPart),
    instance: checkedText(faultOfServerPart),
    device: checkedText(faultOfDevice),
    database: addressOrNone({ anyPort: false }),
    endpoint: addressOrNone({ anyPort: true }),
  }),
  log: v.object({
    level: oneOf("debug", "info", "warn", "error"),
    file: v.union([v.literal(""), pathOf("a file")], "the path of a file is needed, in single quotes; '' for none"),
    size_mib_max: numberWithin(0.1, 4096, "MiB"),
    files_max: wholeNumber(1, 1000, "the file being written included"),
  }),
});

/** The keys of each table, in the order of the documented default; `plugins.tables` is no key of a file. */
export function keysOfTables(): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, readonly string[]>();
  for (const [table, schema] of Object.entries(settingsSchema.entries)) {
    tables.set(table, Object.keys(schema.entries).filter((key) => !(table === "plugins" && key === "tables")));
  }
  return tables;
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
type Flat<T> = T extends object ? { [K in keyof T]: Flat<T[K]> } : T;

/** Does not compile where the schema and the type Settings say different things. */
const _SCHEMA_IS_SETTINGS: Equal<
  Flat<DeepReadonly<v.InferOutput<typeof settingsSchema>>>,
  Flat<Settings>
> = true;
