/**
 * The schema of a configuration: every key, what it means, its type, its range and the range's reason. The types in
 * settings.ts derive from it. Loaded by the main thread only.
 */
import * as v from "valibot";
import {
  addressOrNone,
  atLeastZero,
  belowOutput,
  checkedText,
  DAY_S,
  numberWithin,
  oneOf,
  pathOf,
  positive,
  someOf,
  timeZone,
  wholeNumber,
  within,
  words,
  yesOrNo,
} from "./fields.ts";
import { nexusMap } from "./map_fields.ts";
import { MAX_PROC, RANGES } from "./ranges.ts";
import { faultOfHostName, faultOfIpAddress, faultOfOrcid, faultOfToken } from "./names/checked_texts.ts";
import { faultOfDevice, faultOfServerPart } from "./names/tango_names.ts";

/** A configuration after the defaults were filled in and `[plugins.NAME]` tables were put into `plugins.tables`. */
export const settingsSchema = v.object({
  daemon: v.object({
    /** Seconds that, divided by `multiplier`, make one tick. The name is the first implementation's. */
    ticktack: numberWithin(0.01, 3600, "seconds"),
    /** Ticks in each `ticktack`, 1 or more. */
    multiplier: wholeNumber(1, 1000, "since a tick takes ticktack / multiplier seconds"),
    /** How many frames a stage works on at once, 1 to 9. */
    max_proc: wholeNumber(MAX_PROC.low, MAX_PROC.high, "since more would not be faster: all frames share one disk"),
    /** Where what a client changes is kept across restarts. */
    state_dir: pathOf("a folder"),
  }),
  folders: v.object({
    raw: pathOf("a folder"),
    temp: pathOf("a folder"),
    proc: pathOf("a folder"),
    output_root: pathOf("a folder"),
    /** Below `output_root`, with the separators of this system; "" is the root itself. */
    output_dir: belowOutput(),
    /**
     * Folders below which clients may choose the others, absolute. Empty: the folders of the configuration, and what lies
     * beside them.
     */
    allowed: v.array(pathOf("a folder"), "a list of folders is needed: ['R:/', 'D:/data']"),
  }),
  frames: v.object({
    /** How long a file has to be left alone before it counts as written. */
    settle_s: numberWithin(0, 60, "seconds; longer would hold every frame up for more than a minute"),
    /** How long a missing sidecar is waited for; then the image goes without. */
    sidecar_wait_s: numberWithin(0, DAY_S, "seconds"),
    /** "compare": what was written is read back and compared byte for byte; "size": only its size is looked at. */
    verify: oneOf("compare", "size"),
    /** SHA-256 of the TIFF, the sidecar and companions, in the NeXus file and the ledger; "all": of the NeXus file too. */
    checksum: oneOf("sha256", "all", "none"),
    /** Whether a file is flushed to the disk before it gets its name. */
    fsync: yesOrNo(),
  }),
  deliver: v.object({
    /** Consumers that have to confirm a delivered set before it is removed from proc; none where empty. */
    confirm: v.array(
      v.pipe(
        v.string("the name of a consumer in quotes is needed"),
        v.regex(/^[\w.@-]{1,64}$/, "a name of letters, digits and _ . @ - is needed"),
      ),
      'a list of consumers is needed: ["backup"]',
    ),
    /** Sets that wait take this much of proc at most, in MiB; beyond it the oldest are removed. */
    confirm_mib_max: numberWithin(1, 16 * 1024 * 1024, "MiB"),
  }),
  ledger: v.object({
    /** Segments whose last line is older are removed, in days; 0 keeps all. */
    keep_days: numberWithin(0, 36_500, "days; 0 keeps all"),
  }),
  dark: v.object({
    policy: oneOf("delete", "archive", "keep"),
    /** Where the policy "archive" puts darks: below `folders.output_root`, with the separators of this system. */
    archive_dir: belowOutput(),
    /** Whether the last matching dark is put into the NeXus files. */
    reference: yesOrNo(),
  }),
  tiff: v.object({
    /** Whether metadata are written into the TIFF's tags. */
    tags: yesOrNo(),
    /** Whether ImageDescription is written too: fabio shows it, GSAS-II is misled by it. */
    image_description: yesOrNo(),
  }),
  nexus: v.object({
    image: oneOf("embed", "external", "none"),
    /** How the pixels are stored with `image = "embed"`. */
    compression: oneOf("none", "gzip", "bitshuffle-lz4"),
    profile: oneOf("base", "nxmx"),
    series: yesOrNo(),
    /** Values of the .metadata file that get a place of their own in each NeXus file. */
    map: nexusMap(),
  }),
  beamline: v.object({
    name: words(),
    short_name: words(),
    energy_kev: within(RANGES.energy_kev),
    wavelength_angstrom: within(RANGES.wavelength_angstrom),
    flux_per_s: atLeastZero("photons per second"),
    /** Degree of linear polarisation of the beam, 0 to 1. */
    polarization: v.exactOptional(numberWithin(0, 1, "the degree of linear polarisation")),
    /** Of the electric field, from the horizontal. */
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
    /** A calibration that pyFAI saved: the whole geometry, in place of the seven keys above. An absolute path. */
    poni: v.exactOptional(pathOf("a PONI file")),
    sensor_material: words(),
    sensor_thickness_um: positive("micrometres"),
    bit_depth_readout: v.exactOptional(wholeNumber(1, 64, "bits of one pixel")),
    gain_setting: words(),
    saturation_value: positive("counts"),
    serial_number: words(),
    /** IANA name of the zone that the clock of QXRD's computer shows; this computer's where absent. */
    time_zone: timeZone(),
  }),
  geometry: v.object({
    /** Which files with the geometry are delivered with the frames. */
    files: someOf("poni", "imctrl"),
    /** One for each frame, `NAME.poni`; or one for each folder and geometry, `geometry.poni`. */
    beside: oneOf("frame", "folder"),
  }),
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
    /** "0000-0002-1825-0097", with or without "https://orcid.org/" before it. */
    orcid: v.exactOptional(checkedText(faultOfOrcid)),
  }),
  plugins: v.object({
    dir: pathOf("a folder"),
    /** A firing that takes longer is ended with its worker. */
    time_limit_s: numberWithin(1, DAY_S, "seconds"),
    /** A plugin's worker that needs more is ended; for the shipped stages it is 2048 at least. */
    memory_limit_mib: wholeNumber(64, 65_536, "MiB; an empty plugin needs some 10"),
    /** After so many failures in a row a plugin is suspended. */
    failures_max: wholeNumber(1, 1000, "since 0 would suspend a plugin before its first failure"),
    /** Each `[plugins.NAME]` as it stands in the file. */
    tables: v.record(v.string(), v.record(v.string(), v.unknown())),
  }),
  tango: v.object({
    enabled: yesOrNo(),
    /** Name of the device server's program, as it is in a Tango database: "PEWatchDaemon". */
    server: checkedText(faultOfServerPart),
    instance: checkedText(faultOfServerPart),
    /** "domain/family/member". */
    device: checkedText(faultOfDevice),
    /** "host:port" of the Tango database; "" serves without one. */
    database: addressOrNone({ anyPort: false }),
    /** "host:port" to listen on. "": with a database any address and port, without one any port of this computer alone. */
    endpoint: addressOrNone({ anyPort: true }),
  }),
  http: v.object({
    enabled: yesOrNo(),
    /** The address to listen on: this computer alone by default. */
    address: checkedText(faultOfIpAddress),
    /** 0 is any free one. */
    port: wholeNumber(0, 65_535, "where 0 is any free one"),
    /** With which clients may change something; "": they may only watch. */
    token: checkedText(faultOfToken),
    /** Names, besides this computer's own, by which browsers call it: those of a proxy. */
    hosts: v.array(checkedText(faultOfHostName), 'a list of names is needed: ["detector.example.org"]'),
  }),
  log: v.object({
    level: oneOf("debug", "info", "warn", "error"),
    /** "" for none. */
    file: v.union([v.literal(""), pathOf("a file")], "the path of a file is needed, in single quotes; '' for none"),
    /** A file that has grown so large is renamed and a new one begun. */
    size_mib_max: numberWithin(0.1, 4096, "MiB"),
    /** How many files are kept, the one being written included. */
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
