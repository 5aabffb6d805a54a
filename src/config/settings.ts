/** What a configuration holds: types with the keys' own spelling, and the defaults. Imports no schema, so workers can. */
import * as path from "node:path";

export type LogLevelSetting = "debug" | "info" | "warn" | "error";

export interface DaemonSettings {
  /** Seconds that, divided by `multiplier`, make one tick. The name is the first implementation's. */
  readonly ticktack: number;
  /** Ticks in each `ticktack`, 1 or more. */
  readonly multiplier: number;
  /** How many frames a stage works on at once, 1 to 9. */
  readonly max_proc: number;
  /** Where what a client changes is kept across restarts. */
  readonly state_dir: string;
}

export interface FolderSettings {
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly output_root: string;
  /** Below `output_root`, with the separators of this system; "" is the root itself. */
  readonly output_dir: string;
  /**
   * Folders below which clients may choose the others, absolute. Empty: the folders of the configuration, and what lies
   * beside them.
   */
  readonly allowed: readonly string[];
}

export interface FrameSettings {
  /** How long a file has to be left alone before it counts as written. */
  readonly settle_s: number;
  /** How long a missing sidecar is waited for; then the image goes without. */
  readonly sidecar_wait_s: number;
  /** "compare": what was written is read back and compared byte for byte; "size": only its size is looked at. */
  readonly verify: "compare" | "size";
  readonly checksum: "sha256" | "none";
  /** Whether a file is flushed to the disk before it gets its name. */
  readonly fsync: boolean;
}

export interface DarkSettings {
  readonly policy: "delete" | "archive" | "keep";
  /** Where the policy "archive" puts darks: below `folders.output_root`, with the separators of this system. */
  readonly archive_dir: string;
  /** Whether the last matching dark is put into the NeXus files. */
  readonly reference: boolean;
}

export interface TiffSettings {
  /** Whether metadata are written into the TIFF's tags. */
  readonly tags: boolean;
  /** Whether ImageDescription is written too: fabio shows it, GSAS-II is misled by it. */
  readonly image_description: boolean;
}

export interface NexusSettings {
  readonly image: "embed" | "external" | "none";
  readonly profile: "base" | "nxmx";
  readonly series: boolean;
}

export interface BeamlineSettings {
  readonly name?: string;
  readonly short_name?: string;
  readonly energy_kev?: number;
  readonly wavelength_angstrom?: number;
  readonly flux_per_s?: number;
  /** Degree of linear polarisation of the beam, 0 to 1. */
  readonly polarization?: number;
  /** Of the electric field, from the horizontal. */
  readonly polarization_angle_deg?: number;
  readonly proposal?: string;
  readonly proposal_title?: string;
  readonly experiment_identifier?: string;
  readonly title?: string;
}

export interface SourceSettings {
  readonly name?: string;
  readonly short_name?: string;
  readonly type?: string;
  readonly probe?: string;
  readonly energy_gev?: number;
  readonly current_ma?: number;
}

export interface DetectorSettings {
  readonly description?: string;
  readonly local_name?: string;
  readonly type?: string;
  readonly x_pixel_size_um?: number;
  readonly y_pixel_size_um?: number;
  readonly distance_mm?: number;
  readonly beam_center_x_px?: number;
  readonly beam_center_y_px?: number;
  readonly tilt_deg?: number;
  readonly tilt_plane_rotation_deg?: number;
  /** A calibration that pyFAI saved: the whole geometry, in place of the seven keys above. An absolute path. */
  readonly poni?: string;
  readonly sensor_material?: string;
  readonly sensor_thickness_um?: number;
  readonly bit_depth_readout?: number;
  readonly gain_setting?: string;
  readonly saturation_value?: number;
  readonly serial_number?: string;
  /** IANA name of the zone that the clock of QXRD's computer shows; this computer's where absent. */
  readonly time_zone?: string;
}

export interface GeometrySettings {
  /** Which files with the geometry are delivered with the frames. */
  readonly files: readonly ("poni" | "imctrl")[];
  /** One for each frame, `NAME.poni`; or one for each folder and geometry, `geometry.poni`. */
  readonly beside: "frame" | "folder";
}

export interface SampleSettings {
  readonly name?: string;
  readonly description?: string;
  readonly temperature_k?: number;
  readonly pressure_gpa?: number;
  readonly chemical_formula?: string;
}

/** Who measures. */
export interface UserSettings {
  readonly name?: string;
  readonly role?: string;
  readonly affiliation?: string;
  readonly address?: string;
  readonly telephone_number?: string;
  readonly email?: string;
  readonly facility_user_id?: string;
  /** "0000-0002-1825-0097", with or without "https://orcid.org/" before it. */
  readonly orcid?: string;
}

export interface PluginSettings {
  readonly dir: string;
  /** A firing that takes longer is ended with its worker. */
  readonly time_limit_s: number;
  /** A plugin's worker that needs more is ended; for the shipped stages it is 2048 at least. */
  readonly memory_limit_mib: number;
  /** After so many failures in a row a plugin is suspended. */
  readonly failures_max: number;
  /** Each `[plugins.NAME]` as it stands in the file. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface TangoSettings {
  readonly enabled: boolean;
  /** Name of the device server's program, as it is in a Tango database: "PEWatchDaemon". */
  readonly server: string;
  readonly instance: string;
  /** "domain/family/member". */
  readonly device: string;
  /** "host:port" of the Tango database; "" serves without one. */
  readonly database: string;
  /** "host:port" to listen on. "": with a database any address and port, without one any port of this computer alone. */
  readonly endpoint: string;
}

export interface LogSettings {
  readonly level: LogLevelSetting;
  /** "" for none. */
  readonly file: string;
  /** A file that has grown so large is renamed and a new one begun. */
  readonly size_mib_max: number;
  /** How many files are kept, the one being written included. */
  readonly files_max: number;
}

/** A whole configuration. Every path is absolute, but `output_dir` and `archive_dir`, which are below the output root. */
export interface Settings {
  readonly daemon: DaemonSettings;
  readonly folders: FolderSettings;
  readonly frames: FrameSettings;
  readonly dark: DarkSettings;
  readonly tiff: TiffSettings;
  readonly nexus: NexusSettings;
  readonly beamline: BeamlineSettings;
  readonly source: SourceSettings;
  readonly detector: DetectorSettings;
  readonly geometry: GeometrySettings;
  readonly sample: SampleSettings;
  readonly user: UserSettings;
  readonly plugins: PluginSettings;
  readonly tango: TangoSettings;
  readonly log: LogSettings;
}

/**
 * What holds where no configuration says otherwise, with every folder below `base`, an absolute path. A compiled
 * program's loader puts state, plugins and log beside the executable instead (load.ts).
 */
export function defaultSettings(base: string, join: (...parts: string[]) => string = path.join): Settings {
  return {
    daemon: { ticktack: 1, multiplier: 3, max_proc: 5, state_dir: join(base, "state") },
    folders: {
      raw: join(base, "raw"),
      temp: join(base, "temp"),
      proc: join(base, "proc"),
      output_root: join(base, "output"),
      output_dir: "",
      allowed: [],
    },
    frames: { settle_s: 0.2, sidecar_wait_s: 30, verify: "compare", checksum: "sha256", fsync: true },
    dark: { policy: "delete", archive_dir: "dark", reference: false },
    tiff: { tags: true, image_description: false },
    nexus: { image: "embed", profile: "base", series: false },
    beamline: {},
    source: {},
    detector: {},
    geometry: { files: [], beside: "frame" },
    sample: {},
    user: {},
    plugins: { dir: join(base, "plugins"), time_limit_s: 300, memory_limit_mib: 512, failures_max: 5, tables: {} },
    tango: {
      enabled: false,
      server: "PEWatchDaemon",
      instance: "1",
      device: "pewatch/daemon/1",
      database: "",
      endpoint: "",
    },
    log: { level: "info", file: join(base, "logs", "pewatch.log"), size_mib_max: 10, files_max: 5 },
  };
}
