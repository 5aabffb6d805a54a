/** What the browser gets, as JSON; docs/http.md documents it. Times are ISO 8601 in UTC, sizes in bytes. */
import type { Placement } from "../geometry/geometry.ts";
import type { UnitName } from "../integration/units.ts";
import type { PluginState } from "../plugins/host/plugin_status.ts";
import type { DaemonState } from "../daemon/status.ts";

/** How well it goes, for the colour: idle is well without frames, off is stopped. */
export type Level = "good" | "idle" | "attention" | "bad" | "off";
/** Which of the four numbers the sentence is about. */
export type Marks = { readonly [Number in "rate" | "newest" | "waiting" | "ramDisk"]?: "attention" | "bad" };

export interface ConditionPayload {
  readonly key: string;
  /** What it is about, one of few words: "output". */
  readonly kind: string;
  readonly level: "attention" | "bad";
  readonly message: string;
  /** What a person can do about it. */
  readonly todo: string;
  readonly since: string;
}

export interface VolumePayload {
  readonly path: string;
  /** Null where the system does not report it. */
  readonly free: number | null;
  readonly total: number | null;
}

export interface StatePayload {
  readonly time: string;
  readonly level: Level;
  readonly state: DaemonState;
  /** One sentence, to be shown as it is. */
  readonly sentence: string;
  readonly detail: string | null;
  readonly marks: Marks;
  readonly running: boolean;
  /** The first of them. */
  readonly conditions: readonly ConditionPayload[];
  /** How many more there are. */
  readonly conditionsLeftOut: number;
  readonly rate_per_s: number;
  /** The age counts from the moment at which the frame was saved. */
  readonly newest: { readonly id: number; readonly time: string; readonly age_s: number } | null;
  /** Median over the frames of the last ten seconds; null without any. */
  readonly latency_s: number | null;
  readonly waiting: { readonly total: number; readonly raw: number; readonly temp: number; readonly proc: number };
  /** fullIn_s: null where it does not fill up. */
  readonly ramDisk: VolumePayload & { readonly fullIn_s: number | null };
  readonly output: VolumePayload;
  readonly counts: {
    readonly since: string;
    readonly delivered: number;
    readonly bytes: number;
    readonly quarantined: number;
    readonly darks: number;
  };
}

export interface FramePayload {
  readonly id: number;
  readonly name: string;
  /** Below the raw folder, forward slashes; "" for the raw folder itself. */
  readonly folder: string;
  readonly kind: "frame" | "dark" | "quarantined";
  /** When it was saved. */
  readonly time: string;
  readonly latency_s: number | null;
  /** Whether what was written was read back and compared. */
  readonly verified: boolean;
  readonly notes: readonly string[];
  /** Only of frames whose pixels somebody has looked at. */
  readonly figures: FrameFigures | null;
}

export interface FrameFigures {
  /** Both null where no pixel has a number. */
  readonly mean: number | null;
  readonly max: number | null;
  /** Pixels; null where no count stands for saturation. */
  readonly saturated: number | null;
}

/** One value a second, oldest first; what is not known is null. */
export interface TrendsPayload {
  readonly end: string;
  readonly step_s: 1;
  readonly rate_per_s: readonly (number | null)[];
  readonly latency_s: readonly (number | null)[];
  readonly waiting: readonly (number | null)[];
  readonly ramFree: readonly (number | null)[];
}

export interface QuarantinePayload {
  readonly name: string;
  readonly folder: string;
  readonly reason: string;
  readonly since: string;
  readonly path: string;
  /** How often it was retried since the start and stayed. */
  readonly tries: number;
}

export interface PluginPayload {
  readonly name: string;
  readonly state: PluginState;
  readonly ticktack: number;
  readonly essential: boolean;
  readonly firings: number;
  readonly failures: number;
  readonly last_ms: number | null;
  readonly problem: string | null;
  readonly file: string | null;
}

export interface ParameterPayload {
  readonly name: string;
  /** Lists are texts, cut where they are long. */
  readonly value: number | string | boolean;
  readonly unit: string | null;
  readonly from: string | null;
  readonly time: string;
}

/** Of the newest frame whose geometry is known. Places count from the outer edge of the first pixel. */
export interface GeometryPayload {
  readonly x_px: number;
  readonly y_px: number;
  readonly distance_mm: number;
  /** Of a column. */
  readonly pixel_mm: number;
  readonly wavelength_A: number | null;
  /** All of it, tilts too, in SI units: `planeOf` of src/geometry/pixels.ts takes it. */
  readonly placement: Placement;
}

/** A frame's pattern, as the plugin integrate wrote it beside the frame. Bins without pixels are left out. */
export interface PatternPayload {
  readonly unit: UnitName;
  readonly x: readonly number[];
  readonly intensity: readonly number[];
}

/** The folders that POST /api/folders/KEY changes. */
export type FoldersPayload = Readonly<Record<"raw" | "temp" | "proc" | "output_root" | "output_dir", string>>;

export interface HelloPayload {
  readonly version: string;
  /** The beamline's name, "" where it is not configured. */
  readonly instrument: string;
  readonly host: string;
  /** Name of the Tango device; null where none is served. */
  readonly device: string | null;
  /** Whether a token is configured; without one nothing can be changed. */
  readonly control: boolean;
  /** Whether frames get a pattern: the configuration has the plugin integrate. */
  readonly integrates: boolean;
  readonly geometry: GeometryPayload | null;
  /** Counts of one exposure; null where it is not configured. Each preview has its own frame's. */
  readonly saturation: number | null;
  readonly folders: FoldersPayload;
  readonly state: StatePayload;
  readonly trends: TrendsPayload;
  readonly frames: readonly FramePayload[];
  readonly quarantine: readonly QuarantinePayload[];
  readonly plugins: readonly PluginPayload[];
  readonly parameters: readonly ParameterPayload[];
}

/** The events of GET /api/events, by name. */
export interface EventPayloads {
  readonly hello: HelloPayload;
  readonly state: StatePayload;
  /** New ones, and those whose figures became known, by id. */
  readonly frames: readonly FramePayload[];
  readonly quarantine: readonly QuarantinePayload[];
  readonly plugins: readonly PluginPayload[];
  readonly parameters: readonly ParameterPayload[];
  readonly geometry: GeometryPayload | null;
  readonly folders: FoldersPayload;
}
