/**
 * What a plugin gets and what it gives: types only. docs/plugins.md is this contract on one page.
 *
 * The contract carries a version. Within one version things are only added; what is taken away or changes its meaning
 * raises API_VERSION.
 */
import type { Settings } from "../config/settings.ts";
import type { Reporter } from "../frames/events.ts";
import type { ParameterReading, ParameterValue } from "../nexus/parameter.ts";
import type { SidecarView } from "../qxrd/view.ts";

/** The folders of one firing, absolute. */
export interface PluginFolders {
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly outputRoot: string;
  /** Below the root, forward slashes, "" for the root itself. */
  readonly outputDir: string;
  /** Root and directory joined. */
  readonly output: string;
}

/** `Config` is what the plugin's own schema makes of its table of the configuration. */
export interface PluginContext<Config = Readonly<Record<string, unknown>>> {
  readonly apiVersion: number;
  /** The plugin's name: its NAME, else its file's name without the ending. */
  readonly name: string;
  /** The daemon's counter at this firing; 0 in setup and where there are no ticks (`pewatch process`). */
  readonly tick: number;
  readonly folders: PluginFolders;
  /** How many frames a stage may work on at once, 1 to 9. */
  readonly maxProc: number;
  /** The whole configuration, read only. */
  readonly settings: Settings;
  /** The plugin's own table `[plugins.NAME]`, as its CONFIG schema gives it back. */
  readonly config: Config;
  readonly log: Reporter["log"];
  /** Aborted when the daemon stops or the plugin is replaced: finish what is under way and return. */
  readonly signal: AbortSignal;
  /** Named counters, shown in the status. */
  readonly counters: { add(name: string, by?: number): void };
  /**
   * The frames delivered since the plugin was first started, each handed out once, oldest first; the loop ends when
   * there are no more for now. A frame that was not handed out comes at the next firing.
   */
  readonly frames: AsyncIterable<DeliveredFrame>;
  readonly parameters: Parameters;
  /** For plugins that replace a stage: tells the daemon about frames, conditions and waiting work. */
  readonly report: Reporter;
}

/** One frame that stands in the output. Its files are read when they are asked for: they may be gone by then. */
export interface DeliveredFrame {
  /** Counts all frames that this daemon has delivered since its start, from 1. */
  readonly number: number;
  /** Path of the image relative to the raw folder, forward slashes. */
  readonly name: string;
  /** Absolute paths in the output. */
  readonly files: {
    readonly image: string;
    readonly sidecar: string | null;
    readonly nexus: string | null;
    readonly all: readonly string[];
  };
  readonly bytes: number;
  readonly latency_s: number;
  readonly deliveredAt: Date;
  /** What QXRD says of the frame; null without a sidecar, or with one that cannot be read. */
  sidecar(): FrameSidecar | null;
  /** The tags that pewatch wrote into the TIFF, by key; empty where it wrote none. */
  tags(): ReadonlyMap<string, string>;
}

export interface FrameSidecar {
  /** The facts that every sidecar may have, with units in their names. */
  readonly view: SidecarView;
  /** Any key as it stands: value("metadata", "exposureTime"). */
  value(section: string, key: string): string | undefined;
  readonly text: string;
}

/** Pixels of an image, row after row, the first row first. */
export interface FrameImage {
  readonly width: number;
  readonly height: number;
  /** [height, width]. */
  readonly shape: readonly [number, number];
  readonly data:
    | Float32Array
    | Float64Array
    | Uint8Array
    | Uint16Array
    | Uint32Array
    | Int8Array
    | Int16Array
    | Int32Array;
}

export interface ParameterOptions {
  readonly unit?: string;
  /** When it was read; now by default. */
  readonly time?: Date;
  readonly path?: string;
  readonly origin?: string;
}

/** Values from outside that go into the file of each frame that is written after they were read. */
export interface Parameters {
  /** @throws {ParameterError} that names the parameter where name, value, unit, time or path cannot be used */
  set(name: string, value: ParameterValue, options?: ParameterOptions): void;
  /** The last reading, whoever set it. */
  get(name: string): Promise<ParameterReading | undefined>;
  /** The names of all that are set. */
  names(): Promise<readonly string[]>;
  /** From now on frames go without it. */
  remove(name: string): void;
}

/** What a plugin's module exports. */
export interface PluginModule {
  readonly TICKTACK: number;
  readonly TICKTACK_OFFSET?: number;
  readonly NAME?: string;
  /** Checks the plugin's table and gives what `context.config` is: any schema of the Standard Schema kind (valibot, zod). */
  readonly CONFIG?: ConfigSchema;
  setup?(context: PluginContext): void | Promise<void>;
  work(context: PluginContext): void | Promise<void>;
  /** Called once before the worker ends; for closing what setup opened. */
  teardown?(context: PluginContext): void | Promise<void>;
}

/** The part of Standard Schema 1.0 (standardschema.dev) that is used. */
export interface ConfigSchema {
  readonly "~standard": {
    readonly version: 1;
    validate(value: unknown): ConfigResult | Promise<ConfigResult>;
  };
}

export type ConfigResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly ConfigIssue[] };

export interface ConfigIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
