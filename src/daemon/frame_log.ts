/** The lines that the log gets about frames and conditions: one sentence for each thing that happens. */
import { readableBytes } from "../log/counted.ts";
import type { Condition, FrameEvent } from "../frames/events.ts";
import type { Logger } from "../log/logger.ts";

/** Logs one step of a frame. What belongs to the usual way is `debug`, but for its end. */
export function logFrame(log: Logger, event: FrameEvent): void {
  const fields = { ...event };
  switch (event.type) {
    case "claimed":
      return log.debug(`${event.frame}: taken`, fields);
    case "merged":
      return log.debug(`${event.frame}: merged${event.tagged ? "" : ", without tags"}`, fields);
    case "delivered": {
      const size = readableBytes(event.bytes);
      return log.info(
        `${event.frame}: delivered, ${size}, ${event.latency_s.toFixed(2)} s after it was written`,
        fields,
      );
    }
    case "quarantined":
      return log.error(`${event.frame}: ${quarantined(event)}`, fields);
    case "dark_removed":
      return log.info(`${event.frame}: dark, removed`, fields);
  }
}

function quarantined({ folder, reason, cause }: FrameEvent & { type: "quarantined" }): string {
  if (cause === "undeliverable") return `could not be delivered: ${reason}; moved to ${folder}`;
  return `is not a readable TIFF (${reason}); moved to ${folder}`;
}

/** Logs conditions when they come, change and go; stages report them at each firing. */
export class ConditionLog {
  readonly #log: Logger;
  readonly #standing = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Another start: what stands is logged anew. */
  forget(): void {
    this.#standing.clear();
  }

  condition({ key, message }: Condition): void {
    const before = this.#standing.get(key);
    if (message === null) {
      if (before === undefined) return;
      this.#standing.delete(key);
      this.#log.info(`solved: ${before}`);
    } else if (message !== before) {
      this.#standing.set(key, message);
      this.#log.error(message, { key });
    }
  }
}
