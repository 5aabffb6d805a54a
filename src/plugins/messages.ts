/** The messages between the main thread and a plugin's worker. Types only: importing it costs nothing at run time. */
import type { Settings } from "../config/settings.ts";
import type { Backlog, Condition, FrameEvent, FrameRoles, LogLevel } from "../frames/events.ts";
import type { ParameterReading } from "../parameters/parameter.ts";
import type { PluginFolders } from "./contract.ts";

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
export interface ContextData {
  readonly tick: number;
  readonly folders: PluginFolders;
  readonly maxProc: number;
  readonly settings: Settings;
  readonly config: Readonly<Record<string, unknown>>;
}

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
  /** The frames up to this number were handed to the plugin's loop. */
  | { readonly type: "frames_taken"; readonly upTo: number }
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  /** The worker is out of memory and has to be ended: it may never answer. */
  | { readonly type: "exhausted"; readonly reason: string }
  /** An error while no request was pending, as from a timer. */
  | { readonly type: "stray_error"; readonly error: string };

/** What a worker asks the main thread, each with the type of its reply. */
export interface Questions {
  /** The frames that were not handed to this plugin yet. */
  readonly frames: { readonly question: Record<never, never>; readonly reply: FrameBatch };
  readonly parameter: { readonly question: { readonly name: string }; readonly reply: ParameterReading | undefined };
  readonly parameter_names: { readonly question: Record<never, never>; readonly reply: readonly string[] };
  /** Of each parameter the last reading that is not newer than the time, milliseconds since 1970 UTC. */
  readonly parameters_at: {
    readonly question: { readonly time_ms: number };
    readonly reply: readonly ParameterReading[];
  };
}

export type Question = { [What in keyof Questions]: { readonly what: What } & Questions[What]["question"] }[
  keyof Questions
];
export type ReplyTo<What extends keyof Questions> = Questions[What]["reply"];

export interface FrameBatch {
  /** Oldest first. */
  readonly frames: readonly DeliveredFrameData[];
  /** Whether there are more behind them already. */
  readonly more: boolean;
}

/** A delivered frame as it is posted. */
export interface DeliveredFrameData {
  readonly number: number;
  readonly name: string;
  readonly files: readonly string[];
  readonly roles: FrameRoles;
  readonly bytes: number;
  readonly latency_s: number;
  readonly delivered_ms: number;
  readonly dark: boolean;
  readonly again: boolean;
}

export type FromWorker = Answer | WorkerMessage;
