/** What is reported about the frames and the state: counted from events, without a clock or a file of its own. */
import type { Backlog, Condition, FrameEvent, UnclaimedCounts } from "../frames/events.ts";
import { unclaimedText } from "../frames/prepare/unclaimed.ts";
import { counted } from "../log/counted.ts";

export type DaemonState = "ON" | "RUNNING" | "FAULT" | "ALARM";

export interface FrameCounts {
  readonly delivered: number;
  readonly failed: number;
  readonly darksRemoved: number;
  readonly bytesDelivered: number;
  /** Frames that wait in raw, temp and proc together, as the stages last reported. */
  readonly backlog: number;
  /** Delivered frames per second over the last RATE_WINDOW_S. */
  readonly rate_per_s: number;
  /** 95th percentile of the last LATENCIES_MAX delivered frames; null before the first. */
  readonly latency_s: number | null;
  /** What stays in the raw folder since it is no frame, by its kind. */
  readonly unclaimed: UnclaimedCounts;
  readonly lastFrame: string | null;
  readonly lastError: string | null;
}

export interface StateReading {
  readonly state: DaemonState;
  /** One sentence a line: why it is so. */
  readonly text: string;
}

const RATE_WINDOW_S = 10;
const LATENCIES_MAX = 100;
/** Growth is judged over so long: longer than a burst of some frames, shorter than a RAM disk takes to fill. */
const GROWTH_WINDOW_S = 20;
/** Fewer waiting frames than this are one firing's worth and no reason for an alarm. */
const GROWTH_FRAMES_MIN = 10;
/** Frames that wait so long without any being delivered are stuck; longer than the default wait for a sidecar. */
export const STUCK_S = 60;

/** Deliveries remembered for the rate; 400 frames/s, far above any detector's. */
const DELIVERIES_MAX = 4000;

export class FrameStatistics {
  #delivered = 0;
  #failed = 0;
  #darksRemoved = 0;
  #bytesDelivered = 0;
  #lastFrame: string | null = null;
  #lastError: string | null = null;
  #latencies: number[] = [];
  #deliveries_ms: number[] = [];
  readonly #backlog = { raw: 0, temp: 0, proc: 0 };
  #unclaimed: UnclaimedCounts = {};
  #samples: { at_ms: number; frames: number }[] = [];
  /** Since when frames wait without one being delivered. */
  #stuckSince_ms: number | null = null;
  readonly #conditions = new Map<string, string>();

  /** Counts one step of a frame; `now_ms` is of a clock that never goes back, as everywhere here. */
  frame(event: FrameEvent, now_ms: number): void {
    switch (event.type) {
      case "delivered":
        this.#delivered++;
        this.#bytesDelivered += event.bytes;
        this.#lastFrame = event.frame;
        this.#latencies = [...this.#latencies.slice(1 - LATENCIES_MAX), event.latency_s];
        this.#deliveries_ms.push(now_ms);
        if (this.#deliveries_ms.length > DELIVERIES_MAX) this.#deliveries_ms.shift();
        this.#stuckSince_ms = this.#waiting() > 0 ? now_ms : null;
        return;
      case "quarantined":
        this.#failed++;
        this.#lastError = `${event.frame}: ${event.reason}`;
        return;
      case "dark_removed":
        this.#darksRemoved++;
        return;
    }
  }

  condition(condition: Condition): void {
    if (condition.message === null) {
      this.#conditions.delete(condition.key);
    } else {
      this.#conditions.set(condition.key, condition.message);
      this.#lastError = condition.message;
    }
  }

  /** Another start: whoever reported a condition reports it anew. */
  forgetConditions(): void {
    this.#conditions.clear();
  }

  error(message: string): void {
    this.#lastError = message;
  }

  backlog(backlog: Backlog, now_ms: number): void {
    const { unclaimed, ...waiting } = backlog;
    Object.assign(this.#backlog, waiting);
    this.#unclaimed = unclaimed ?? this.#unclaimed;
    const frames = this.#waiting();
    this.#samples.push({ at_ms: now_ms, frames });
    this.#samples = this.#samples.filter((sample) => sample.at_ms > now_ms - GROWTH_WINDOW_S * 1000);
    if (frames === 0) this.#stuckSince_ms = null;
    else this.#stuckSince_ms ??= now_ms;
  }

  counts(now_ms: number): FrameCounts {
    const first_ms = now_ms - RATE_WINDOW_S * 1000;
    this.#deliveries_ms = this.#deliveries_ms.filter((at_ms) => at_ms > first_ms);
    return {
      delivered: this.#delivered,
      failed: this.#failed,
      darksRemoved: this.#darksRemoved,
      bytesDelivered: this.#bytesDelivered,
      backlog: this.#waiting(),
      rate_per_s: this.#deliveries_ms.length / RATE_WINDOW_S,
      latency_s: percentile(this.#latencies, 0.95),
      unclaimed: this.#unclaimed,
      lastFrame: this.#lastFrame,
      lastError: this.#lastError,
    };
  }

  get conditions(): readonly string[] {
    return [...this.#conditions.values()];
  }

  /** A condition goes before an alarm: it is the reason that frames wait. */
  state(running: boolean, now_ms: number): StateReading {
    const { state, text } = this.#stateOfFrames(running, now_ms);
    const stays = unclaimedText(this.#unclaimed);
    return { state, text: stays === "" ? text : `${text}\nThese stay in the raw folder: ${stays}` };
  }

  #stateOfFrames(running: boolean, now_ms: number): StateReading {
    if (!running) return { state: "ON", text: "Stopped; frames wait until the command Start" };
    if (this.#conditions.size > 0) return { state: "FAULT", text: this.conditions.join("\n") };
    const waiting = this.#waiting();
    if (this.#grows(now_ms)) {
      return { state: "ALARM", text: `${counted(waiting, "frame waits", "frames wait")}, and their number grows` };
    }
    if (this.#stuckSince_ms !== null && now_ms - this.#stuckSince_ms > STUCK_S * 1000) {
      return {
        state: "ALARM",
        text: `${counted(waiting, "frame waits", "frames wait")}; the last delivery was more than ${STUCK_S} s ago`,
      };
    }
    return {
      state: "RUNNING",
      text: waiting === 0 ? "Waiting for frames" : `${counted(waiting, "frame")} in progress`,
    };
  }

  #waiting(): number {
    return this.#backlog.raw + this.#backlog.temp + this.#backlog.proc;
  }

  /** Whether the least backlog of the window's newer half is above the greatest of its older half. */
  #grows(now_ms: number): boolean {
    const middle_ms = now_ms - (GROWTH_WINDOW_S * 1000) / 2;
    const start_ms = now_ms - GROWTH_WINDOW_S * 1000;
    const older = this.#samples.filter((sample) => sample.at_ms > start_ms && sample.at_ms <= middle_ms);
    const newer = this.#samples.filter((sample) => sample.at_ms > middle_ms);
    if (older.length === 0 || newer.length === 0) return false;
    const least = Math.min(...newer.map((sample) => sample.frames));
    return least >= GROWTH_FRAMES_MIN && least > Math.max(...older.map((sample) => sample.frames));
  }
}

/** The value that a fraction of the values does not exceed (nearest rank); null of none. */
export function percentile(values: readonly number[], fraction: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? null;
}
