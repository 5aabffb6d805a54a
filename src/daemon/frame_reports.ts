/** What the stages report: counted, logged, and passed on to listeners. */
import type { Backlog, Condition, FrameEvent } from "../frames/events.ts";
import type { Logger } from "../log/logger.ts";
import type { Clock } from "../time/clock.ts";
import { ConditionLog, logFrame } from "./frame_log.ts";
import { Confirmations } from "./confirmations.ts";
import { FrameRetries } from "./frame_retry.ts";
import { Listeners } from "./listeners.ts";
import type { LiveSettings } from "./settings/live_settings.ts";
import type { SerialQueue } from "../time/serial_queue.ts";
import { FrameStatistics } from "./status.ts";

export interface FrameReportsOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly live: LiveSettings;
  readonly queue: SerialQueue;
}

export class FrameReports {
  readonly #options: FrameReportsOptions;
  readonly #conditions: ConditionLog;
  readonly statistics = new FrameStatistics();
  readonly listeners: Listeners<FrameEvent>;
  readonly retries: FrameRetries;
  readonly confirmations: Confirmations;

  constructor(options: FrameReportsOptions) {
    const { log } = options;
    this.#options = options;
    this.#conditions = new ConditionLog(log);
    this.listeners = new Listeners({ of: "frames", log });
    this.retries = new FrameRetries(log);
    this.confirmations = new Confirmations(() => options.live.settings.deliver.confirm);
  }

  /** Another start: whoever reported a condition reports it anew. */
  forgetConditions(): void {
    this.statistics.forgetConditions();
    this.#conditions.forget();
  }

  frame(event: FrameEvent): void {
    const { log, clock, live } = this.#options;
    this.statistics.frame(event, clock.now_ms());
    if (event.type === "delivered") void live.markOutput();
    logFrame(log, event);
    this.listeners.report(event);
  }

  condition(condition: Condition): void {
    this.statistics.condition(condition);
    this.#conditions.condition(condition);
  }

  backlog(backlog: Backlog): void {
    const { clock, live, queue } = this.#options;
    const { left, retried, confirmed, ...frames } = backlog;
    if (confirmed !== undefined) this.confirmations.progress(confirmed);
    if (retried !== undefined) this.retries.progress(retried);
    this.statistics.backlog(frames, clock.now_ms());
    const empty = left === undefined ? [] : live.folders.emptied(left);
    if (empty.length > 0) void queue.take(() => live.folders.releaseDraining(empty));
  }
}
