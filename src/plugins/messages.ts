/** The messages between the main thread and a plugin's worker. Types only: importing it costs nothing at run time. */
import type { Backlog, Condition, FrameEvent, FrameRoles } from "../frames/events.ts";
import type { LogLevel } from "../log/logger.ts";
import type { LedgerEntry, Receipt } from "../ledger/line.ts";
import type { ParameterReading } from "../parameters/parameter.ts";
import type { DeliveredFrame, PluginContext } from "./contract.ts";

/** What a worker is started with, as its `workerData`. */
export interface WorkerStart {
  /** The only channel between the two: a plugin can reach the worker's own port. */
  readonly port: MessagePort;
  readonly memory_limit_mib: number;
  /** Shipped: its messages are not limited. */
  readonly trusted: boolean;
  /** A stage, or a plugin that replaces one: it may start workers of its own. */
  readonly stage: boolean;
  /** Eight bytes: when the worker last showed that its thread takes messages, milliseconds since 1970 UTC. */
  readonly alive: SharedArrayBuffer;
}

/** The part of a PluginContext that can be posted. */
export type ContextData = Pick<PluginContext, "tick" | "folders" | "maxProc" | "settings" | "config">;

/**
 * Requests are answered one by one; a second is never posted before the first one's answer. `stop` and `reply` have
 * none.
 */
export type ToWorker =
  | { readonly type: "load"; readonly url: string; readonly name: string }
  | { readonly type: "setup"; readonly context: ContextData }
  | { readonly type: "fire"; readonly context: ContextData }
  | { readonly type: "teardown"; readonly context: ContextData }
  | { readonly type: "stop" }
  /** To the question with this number. */
  | { readonly type: "reply"; readonly id: number; readonly value: unknown };

/** The answer to a request. `error` null: it went well. */
export type Answer =
  | {
    readonly type: "loaded";
    readonly error: string | null;
    readonly name: string;
    /** As exported, for the scheduler to judge; a value that cannot be posted comes as text. */
    readonly ticktack: unknown;
    readonly offset: unknown;
    /** The version of the contract that it is written for. */
    readonly contract: number;
  }
  | { readonly type: "set_up"; readonly error: string | null }
  | { readonly type: "fired"; readonly error: string | null; readonly time_ms: number }
  | { readonly type: "torn_down"; readonly error: string | null };

/** What a worker posts at any time. */
export type WorkerMessage =
  | {
    readonly type: "log";
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>> | null;
  }
  | { readonly type: "event"; readonly event: FrameEvent }
  | { readonly type: "condition"; readonly condition: Condition }
  | { readonly type: "backlog"; readonly backlog: Backlog }
  | { readonly type: "count"; readonly name: string; readonly by: number }
  /** Readings to keep; the last one of each name counts. */
  | { readonly type: "parameters"; readonly readings: readonly ParameterReading[] }
  | { readonly type: "parameter_removed"; readonly name: string }
  /** A stream has processed all up to this line. `stream` null: the plugin's own. */
  | {
    readonly type: "frames_taken";
    readonly stream: string | null;
    readonly contract: number;
    readonly upTo: number;
  }
  /** Contract 2: a frame was handed to the plugin's loop. */
  | {
    readonly type: "frame_begun";
    readonly stream: string | null;
    readonly frame: { readonly sequence: number; readonly number: number; readonly frame: string };
  }
  /** Contract 2: the firing has failed with it. */
  | { readonly type: "frame_failed"; readonly stream: string | null }
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  /** The worker is out of memory and has to be ended: it may never answer. */
  | { readonly type: "exhausted"; readonly reason: string }
  /** An error while no request was pending, as from a timer. */
  | { readonly type: "stray_error"; readonly error: string };

/** What a worker asks the main thread, each with the type of its reply. */
export interface Questions {
  /** The frames that come next. */
  readonly frames: { readonly question: FramesQuestion; readonly reply: FrameBatch };
  /** Of stages: a line of the ledger; null asks whether one could be written. */
  readonly ledger: { readonly question: { readonly entry: LedgerEntry | null }; readonly reply: LedgerReply };
  readonly parameter: { readonly question: { readonly name: string }; readonly reply: ParameterReading | undefined };
  readonly parameter_names: { readonly question: Record<never, never>; readonly reply: readonly string[] };
  /** What a frame has whose exposure ended at the time and began at `from_ms`, milliseconds since 1970 UTC. */
  readonly parameters_at: {
    readonly question: { readonly time_ms: number; readonly from_ms: number | null };
    /** As parameters/lines.ts writes them: a text is posted some ten times as quickly as its readings. */
    readonly reply: string;
  };
}

export type Question = { [What in keyof Questions]: { readonly what: What } & Questions[What]["question"] }[
  keyof Questions
];
export type ReplyTo<What extends keyof Questions> = Questions[What]["reply"];

/** `receipt` null: no ledger is kept, or no line was asked for. */
export type LedgerReply = { readonly receipt: Receipt | null } | { readonly refused: string };

export interface FramesQuestion {
  /** Null: the plugin's own. */
  readonly stream: string | null;
  readonly contract: number;
  /** Those behind this line; null: behind the cursor. */
  readonly after: number | null;
  /** Where a stream begins that is new. */
  readonly from: "newest" | "oldest";
}

export interface FrameBatch {
  /** Oldest first. */
  readonly frames: readonly DeliveredFrameData[];
  /** Whether there are more lines behind them already. */
  readonly more: boolean;
  /** Up to this line everything was looked at. */
  readonly position: number;
  /** How often the first of them has failed. */
  readonly tries: number;
}

/** A delivered frame as it is posted. */
export interface DeliveredFrameData
  extends Pick<DeliveredFrame, "sequence" | "number" | "name" | "sums" | "bytes" | "latency_s" | "dark" | "again"> {
  readonly files: readonly string[];
  readonly roles: FrameRoles;
  readonly delivered_ms: number;
}

export type FromWorker = Answer | WorkerMessage;
