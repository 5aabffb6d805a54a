/** What every stage is given for one firing. */
import type { Settings } from "../config/settings.ts";
import type { FrameLedger } from "../ledger/line.ts";
import type { ParameterReading } from "../parameters/parameter.ts";
import type { Reporter } from "./events.ts";

/** Folders that the configuration, the settings or a recorded past of them have named, absolute. */
export interface KnownRoots {
  readonly raw: readonly string[];
  readonly output: readonly string[];
  /** Output roots that were seen with pewatch's marker: without it they are not the folders that they were. */
  readonly marked?: readonly string[];
}

export type FolderKind = "raw" | "temp" | "proc";

export interface DrainingFolder {
  /** Distinguishes two times that one folder was left. */
  readonly id: number;
  readonly kind: FolderKind;
  readonly path: string;
  /** Of raw: frames written after this are not taken any more. Milliseconds since 1970 UTC; null for the others. */
  readonly until_ms: number | null;
  /** Whether nothing new is put there any more. Only then a stage's report of it counts. */
  readonly closed: boolean;
}

/** What somebody has asked for; each order is carried out once. */
export interface RetryOrder {
  readonly id: number;
  /** The folder of the quarantine, absolute. */
  readonly path: string;
}

/** A consumer has these images whole; each order is carried out once. */
export interface ConfirmOrder {
  readonly id: number;
  readonly consumer: string;
  /** SHA-256 in hex. */
  readonly sums: readonly string[];
}

/** Lines of the ledger that a plugin has processed: those behind `after` up to `upTo`, but for `except`. */
export interface DoneLines {
  readonly after: number;
  readonly upTo: number;
  readonly except: readonly number[];
}

/** A plugin that `[deliver] confirm` names, with what each of its streams is done with. */
export interface PluginProgress {
  readonly consumer: string;
  readonly streams: readonly DoneLines[];
}

/** The folders of frames in progress and of the output, absolute. */
export interface FrameFolders {
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly outputRoot: string;
  /** Below the root, forward slashes, "" for the root itself. */
  readonly outputDir: string;
  /** Draining folders: frames in progress there are finished, new claims go to the others. None where it is not given. */
  readonly left?: readonly DrainingFolder[];
  /** Roots of earlier times, of which claims may still speak; none where they are not given. */
  readonly roots?: KnownRoots;
  /** Somebody wants the quarantine to be retried. */
  readonly retry?: RetryOrder;
  /** A consumer has confirmed delivered sets. */
  readonly confirm?: ConfirmOrder;
  /** Plugins confirm delivered sets by what they are done with. */
  readonly progress?: readonly PluginProgress[];
}

/** Who knows the parameters; in the daemon that is the main thread. */
export interface ParameterSource {
  /** What a frame has whose exposure ended at the time and began at `from_ms`, milliseconds since 1970 UTC. */
  at(time_ms: number, from_ms?: number): Promise<readonly ParameterReading[]>;
}

export interface StageOptions {
  readonly folders: FrameFolders;
  readonly settings: Settings;
  readonly maxProc: number;
  readonly reporter: Reporter;
  /** Aborted when the daemon stops: finish the frame in progress and return. */
  readonly signal: AbortSignal;
  /** When the next tick comes, on the monotonic clock; not given where there are no ticks. */
  readonly nextTick_ms?: number | undefined;
  /** Without one, frames have no parameters. */
  readonly parameters?: ParameterSource | undefined;
  /** Where it is written down what became of each frame; without one nothing is. */
  readonly ledger?: FrameLedger | undefined;
}
