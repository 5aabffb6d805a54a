/** What the main thread and a plugin's worker say to each other. Types only: both sides import it for nothing. */
import type { Settings } from "../config/settings.ts";
import type { Backlog, Condition, FrameEvent, LogLevel } from "../frames/events.ts";
import type { ParameterReading } from "../nexus/parameter.ts";
import type { PluginFolders } from "./contract.ts";

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
  /** To what the worker asked under this number. */
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

/** What a plugin tells at any time. */
export type Telling =
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
  /** How many frames of the stream were handed to the plugin's loop so far in this worker. */
  | { readonly type: "frames_taken"; readonly upTo: number }
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  /** An error that came while no request was under way, as from a timer. */
  | { readonly type: "stray_error"; readonly error: string };

/** What a worker asks the main thread, each with the type of its reply. */
export interface Questions {
  /** The frames delivered after number `after`, oldest first, a batch at most. */
  readonly frames: { readonly question: { readonly after: number }; readonly reply: readonly DeliveredFrameData[] };
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

/** A delivered frame as it is posted. */
export interface DeliveredFrameData {
  readonly number: number;
  readonly name: string;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly latency_s: number;
  readonly delivered_ms: number;
}

export type FromWorker = Answer | Telling;
