/** What the main thread and a plugin's worker say to each other. Types only: both sides import it for nothing. */
import type { Backlog, Condition, FrameEvent, LogLevel } from "../frames/events.ts";
import type { PluginFolders, Settings } from "./plugin_api.ts";

/** The part of a PluginContext that can be posted. */
export interface ContextData {
  readonly tick: number;
  readonly folders: PluginFolders;
  readonly maxProc: number;
  readonly settings: Settings;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Requests are answered one by one; a second is never posted before the first one's answer. `stop` has none. */
export type ToWorker =
  | { readonly type: "load"; readonly url: string; readonly name: string }
  | { readonly type: "setup"; readonly context: ContextData }
  | { readonly type: "fire"; readonly context: ContextData }
  | { readonly type: "teardown"; readonly context: ContextData }
  | { readonly type: "stop" };

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
  /** An error that came while no request was under way, as from a timer. */
  | { readonly type: "stray_error"; readonly error: string };

export type FromWorker = Answer | Telling;
