/**
 * What the host provides to each of its plugins. Types only. A file of its own: plugin_host.ts and plugin.ts would
 * else import each other.
 */
import type { Backlog, Condition, FrameEvent } from "../../frames/events.ts";
import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import type { ContextData } from "../messages.ts";
import type { OpenWorker } from "./open_worker.ts";
import type { WorkerLimits } from "./plugin_worker.ts";
import type { PluginServices } from "./services.ts";

export interface PluginDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  readonly openWorker: OpenWorker;
  readonly services: PluginServices;
  limits(): WorkerLimits & { readonly failures_max: number };
  /** The context of a call of the plugin, asked for anew each time. */
  context(tick: number, name: string): ContextData;
  /** Reserves the name for the plugin of this file, instead of the one it had; or returns who has it. */
  claimName(name: string, fileName: string): string | null;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
}
