/**
 * What a plugin receives and what it exports: types only. docs/plugins.md is this contract on one page.
 *
 * The contract has a version, API_VERSION. Within one version things are only added, and always so that a plugin that
 * does not know them works as before. Whatever is removed, renamed, or changes its meaning or its unit raises the
 * version by one, and the notes of that release say how to change a plugin.
 */
import type { Settings } from "../config/settings.ts";
import type { Reporter } from "../frames/events.ts";
import type { ConfirmOrder, DrainingFolder, KnownRoots, PluginProgress, RetryOrder } from "../frames/stage.ts";
import type { FrameLedger } from "../ledger/line.ts";
import type { ParameterAttributes, ParameterReading, ParameterValue } from "../parameters/parameter.ts";
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
  /** For stages: draining folders, which clients have replaced. Frames in progress there are finished. */
  readonly left: readonly DrainingFolder[];
  /** For stages: earlier raw folders and output roots, which claims may still name. */
  readonly roots?: KnownRoots;
  /** For the first stage: a request to try the quarantine again. */
  readonly retry?: RetryOrder;
  /** For the last stage: a consumer has confirmed delivered sets. */
  readonly confirm?: ConfirmOrder;
  /** For the last stage: how far plugins are that `[deliver] confirm` names; what they are done with they confirm. */
  readonly progress?: readonly PluginProgress[];
}

/** `Config` is what the plugin's own schema returns for its table of the configuration. */
export interface PluginContext<Config = Readonly<Record<string, unknown>>> {
  /** The version of the contract that holds for this plugin: its CONTRACT, 1 without one. */
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
  /** The plugin's own table `[plugins.NAME]`, as its CONFIG schema returns it. */
  readonly config: Config;
  readonly log: Reporter["log"];
  /** Aborted when the daemon stops or the plugin is replaced: finish the work in progress and return. */
  readonly signal: AbortSignal;
  /** Named counters, shown in the status: 100 names at most. `by` is 1 by default, and may be negative. */
  readonly counters: { add(name: string, by?: number): void };
  /**
   * The delivered frames, oldest first: `for await (const frame of context.frames)`. The loop ends when there are no more
   * for now, when the firing has used up half of its time limit, and when the daemon stops; a frame that was not handed
   * out comes at the next firing. Only sets that stand in the output come: no frames in quarantine and no darks that
   * were removed.
   *
   * Contract 1: the frames delivered since the plugin was first started by this daemon, each handed out once.
   * Contract 2: each frame at least once, over restarts. It is done when the loop asks for the next one, or when the
   * firing in which the loop was left has succeeded; where the firing throws, the same frame comes again, three times at
   * most, then it is skipped, counted and named. `frame.sequence` shows a repetition. A plugin that `[deliver] confirm`
   * names confirms each frame by being done with it; a frame that was skipped, or was delivered before the plugin's
   * cursor began, it does not confirm.
   */
  readonly frames: FrameSource;
  readonly parameters: Parameters;
  /** For plugins that replace a stage: reports frames, conditions and waiting work to the daemon. */
  readonly report: Reporter;
  /** For plugins that replace a stage: where it is written down what became of a frame, before its claim is removed. */
  readonly ledger: FrameLedger;
}

export interface FrameSource extends AsyncIterable<DeliveredFrame> {
  /**
   * Several frames at once, `max` at most: they are done together. After a failure they come one by one, until the one at
   * fault is found. Contract 2.
   */
  batches(max: number): AsyncIterable<readonly DeliveredFrame[]>;
  /**
   * A stream with a cursor of its own, for a plugin that serves several receivers at their own speed. It may be looped
   * over between firings too: there a frame is done when the loop asks for the next one, and comes again where the loop
   * is left in between firings only with `later()`. A new one begins with the next frame, or with the oldest that the
   * ledger has. Contract 2.
   */
  of(name: string, options?: { readonly from?: "newest" | "oldest" }): FrameSource;
}

/** One frame that stands in the output. Its files are read when they are asked for: they may be gone by then. */
export interface DeliveredFrame {
  /** Of its line in the ledger (docs/ledger.md): rises from frame to frame, and is the same where a frame comes again. */
  readonly sequence: number;
  /** Contract 1: counts the frames that this daemon has delivered since its start, from 1. Contract 2: over restarts. */
  readonly number: number;
  /** Path of the image relative to the raw folder, forward slashes. In the output it may have another name. */
  readonly name: string;
  /** Absolute paths in the output. */
  readonly files: {
    readonly image: string;
    readonly sidecar: string | null;
    readonly nexus: string | null;
    readonly all: readonly string[];
  };
  /** SHA-256 of `files.all`, in their order; null where the configuration asks for none. */
  readonly sums: readonly (string | null)[];
  /** Whether it is a dark: darks come too where the configuration has them delivered. */
  readonly dark: boolean;
  /** Whether the set stood there already, with the same content: after a crash, or where the same frame came twice. */
  readonly again: boolean;
  /** Written by the delivery. */
  readonly bytes: number;
  /** From the moment QXRD had written the frame to its delivery. */
  readonly latency_s: number;
  readonly deliveredAt: Date;
  /**
   * What QXRD says of the frame; null without a sidecar, or with an unreadable one.
   * @throws {FrameFileError} where the file is gone or cannot be read
   */
  sidecar(): FrameSidecar | null;
  /**
   * This frame, and those behind it, come again at the next firing or the next loop, however often: for what is not at
   * fault, as a receiver that does not answer. The loop ends. Contract 2.
   */
  later(): void;
  /**
   * The tags that pewatch wrote into the TIFF, by key; empty where it wrote none.
   * @throws {FrameFileError} where the file is gone or cannot be read
   */
  tags(): ReadonlyMap<string, string>;
}

export interface FrameSidecar {
  /** The facts that every sidecar may have, with units in their names. */
  readonly view: SidecarView;
  /** Any key: value("metadata", "exposureTime"). Text without its quotes; lists and Qt's own types as they stand. */
  value(section: string, key: string): string | undefined;
  /** The whole file. */
  readonly text: string;
}

/** Pixels of an image, row after row, the first row first: `data[y * width + x]`. */
export interface FrameImage {
  readonly width: number;
  readonly height: number;
  readonly shape: readonly [height: number, width: number];
  readonly data: PixelArray;
}

/**
 * Numbers of the file's own kind: a Float32Array, Uint16Array or the like, by what all of them have in common.
 * `data instanceof Float32Array` says which.
 */
export interface PixelArray extends Iterable<number> {
  [index: number]: number;
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
  at(index: number): number | undefined;
  fill(value: number, start?: number, end?: number): PixelArray;
  forEach(callback: (value: number, index: number) => void): void;
  reduce<Result>(combine: (result: Result, value: number, index: number) => Result, initial: Result): Result;
  /** A copy. */
  slice(start?: number, end?: number): PixelArray;
  /** The same memory. */
  subarray(start?: number, end?: number): PixelArray;
}

export interface ParameterOptions {
  readonly unit?: string;
  /** When it was read; now by default. */
  readonly time?: Date;
  /** Where it goes in the NeXus file; /entry/instrument/parameters/NAME by default. */
  readonly path?: string;
  /** Where it came from, as a person would look it up; the plugin's name by default. */
  readonly origin?: string;
  /** One sentence that a reader of the file should know; why there is none, where the value is null. */
  readonly note?: string;
  /** Further attributes of its field in the NeXus file: `{ label: "Position", quality: "ALARM" }`. */
  readonly attributes?: ParameterAttributes;
  /**
   * For a number or a truth: each frame gets all that was read during its exposure, as an NXlog with average, minimum and
   * maximum, or else the last one before it, marked. Without it a frame gets the last reading alone.
   */
  readonly over?: "exposure";
  /** A frame that was exposed later goes without the value, with a note: it should have been read again by then. */
  readonly until?: Date;
}

/**
 * Values from outside that go into the file of each frame that is written after they were read. What is set in a
 * firing counts for every frame that is merged after that firing, and not later than a moment after the call. Of what
 * is set for one name without a pause only the last reading counts.
 */
export interface Parameters {
  /**
   * @param value null where its source has none now: frames get the note instead
   * @throws {ParameterError} that names the parameter where name, value, unit, time or path cannot be used
   */
  set(name: string, value: ParameterValue | null, options?: ParameterOptions): void;
  /** The last reading, whoever set it; undefined also where its value is null. */
  get(name: string): Promise<ParameterReading | undefined>;
  /** The names of all that are set. */
  names(): Promise<readonly string[]>;
  /** From now on frames go without it. */
  remove(name: string): void;
  /**
   * What goes into a frame whose exposure ended at this time, for stages: of each parameter the last reading that is not
   * newer, else the first one if it came within 10 s after; of one over the exposure a series of what was read since
   * `from`.
   */
  at(time: Date, options?: { readonly from?: Date }): Promise<readonly ParameterReading[]>;
}

/** What a plugin's module exports. */
export interface PluginModule {
  readonly TICKTACK: number;
  readonly TICKTACK_OFFSET?: number;
  readonly NAME?: string;
  /** The version of the contract that the plugin is written for; 1 without it. */
  readonly CONTRACT?: number;
  /** Checks the plugin's table and returns `context.config`: any Standard Schema (valibot, zod). */
  readonly CONFIG?: ConfigSchema;
  setup?(context: PluginContext): void | Promise<void>;
  work(context: PluginContext): void | Promise<void>;
  /** Called once before the worker ends; for closing what setup opened. */
  teardown?(context: PluginContext): void | Promise<void>;
}

/** The part of Standard Schema 1.0 (standardschema.dev) that is used. `Output` is what it makes of a table. */
export interface ConfigSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    validate(value: unknown): ConfigResult<Output> | Promise<ConfigResult<Output>>;
  };
}

export type ConfigResult<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly ConfigIssue[] };

export interface ConfigIssue {
  readonly message: string;
  /** Keys from the table down to what is wrong. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type of `context.config` for a plugin with this schema: `PluginContext<InferConfig<typeof CONFIG>>`. */
export type InferConfig<Schema extends ConfigSchema> = Schema extends ConfigSchema<infer Output> ? Output : never;
