/** What is reported about the frames and the state: counted from events, without a clock or a file of its own. */
import type { Backlog, Condition, FrameEvent, UnclaimedCounts } from "../frames/events.ts";
import { unclaimedText } from "../frames/prepare/unclaimed.ts";
import type { ConsumerStatus } from "../plugins/host/frame_feed.ts";
import type { PluginStatus } from "../plugins/host/plugin_status.ts";
import { counted } from "../log/counted.ts";
import { holdsUpFrames, kindOfCondition } from "./condition_kinds.ts";
import type { Space } from "./space_watch.ts";

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
  /** Whether frames wait longer than they should though nothing holds them up; then the first line says so. */
  readonly behind: boolean;
}

/** A condition that holds now. */
export interface StandingCondition {
  readonly key: string;
  /** One of CONDITION_KINDS. */
  readonly kind: string;
  readonly message: string;
  /** What a person can do about it. */
  readonly todo: string;
  readonly since: Date;
}

/** Frames that wait, by the folder that they wait in. */
export type Waiting = Readonly<Record<"raw" | "temp" | "proc", number>>;

export interface DaemonStatus extends StateReading {
  readonly running: boolean;
  /** Threads that plugins work in, and the main thread. */
  readonly threads: number;
  /** Bytes free, as last looked at; null where the system does not report it. */
  readonly space: Space;
  /** The counter of the next tick. */
  readonly tick: number;
  /** TICKTACK / MULTIPLIER. */
  readonly period_s: number;
  /** Ticks skipped since the start, because the main thread was held up. */
  readonly missedTicks: number;
  readonly frames: FrameCounts;
  readonly waiting: Waiting;
  readonly conditions: readonly string[];
  /** The same with what to do about them, and since when they hold. */
  readonly standing: readonly StandingCondition[];
  /** Failed attempts since the start, by the kind of the condition. */
  readonly retries: Readonly<Record<string, number>>;
  readonly plugins: readonly PluginStatus[];
  /** Who reads the ledger, and how far each has come. */
  readonly consumers: readonly ConsumerStatus[];
}

/** The conditions for which frames wait; without the others they are delivered. */
export function holdingUp({ standing, plugins }: Pick<DaemonStatus, "standing" | "plugins">): StandingCondition[] {
  const stageFails = plugins.some((plugin) => plugin.essential && doesNotRun(plugin));
  return standing.filter(({ kind }) => holdsUpFrames(kind) || (kind === "plugin" && stageFails));
}

export function doesNotRun({ state }: Pick<PluginStatus, "state">): boolean {
  return state === "aside" || state === "refused";
}

const RATE_WINDOW_S = 10;
const LATENCIES_MAX = 100;
/** Growth is judged over so long: longer than a burst of some frames, shorter than a RAM disk takes to fill. */
const GROWTH_WINDOW_S = 20;
/** Fewer waiting frames than this are one firing's worth and no reason for an alarm. */
const GROWTH_FRAMES_MIN = 10;
/** Frames that wait so long without any being delivered are stuck; longer than the default wait for a sidecar. */
export const STUCK_S = 60;

/** A median latency above this is an alarm while frames wait; by default a frame takes about half a second. */
const LATE_S = 10;

/** After the last step of a frame, and after the start: stages look for so long what comes. */
const QUIET_MS = 6000;

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
  readonly #conditions = new Map<string, StandingCondition>();
  readonly #retries = new Map<string, number>();
  /** The first look at it counts as one. */
  #lastEvent_ms: number | null = null;

  /** Counts one step of a frame; `now_ms` is of a clock that never goes back, as everywhere here. */
  frame(event: FrameEvent, now_ms: number): void {
    this.#lastEvent_ms = now_ms;
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

  condition({ key, message }: Condition): void {
    if (message === null) {
      this.#conditions.delete(key);
    } else {
      const since = this.#conditions.get(key)?.since ?? new Date();
      const { kind, todo } = kindOfCondition(key);
      this.#conditions.set(key, { key, kind, message, todo, since });
      this.#retries.set(kind, (this.#retries.get(kind) ?? 0) + 1);
      this.#lastError = message;
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

  /** Whether nothing waits, and nothing has happened to a frame for QUIET_MS. */
  isQuiet(now_ms: number): boolean {
    this.#lastEvent_ms ??= now_ms;
    const waits = Object.values(this.#backlog).some((count) => count > 0);
    return !waits && this.#conditions.size === 0 && now_ms - this.#lastEvent_ms > QUIET_MS;
  }

  get conditions(): readonly string[] {
    return this.standing.map(({ message }) => message);
  }

  get standing(): readonly StandingCondition[] {
    return [...this.#conditions.values()];
  }

  /** Failed attempts by the kind of the condition: stages report theirs at each firing. */
  get retries(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#retries);
  }

  get waiting(): Waiting {
    const { raw, temp, proc } = this.#backlog;
    return { raw, temp, proc };
  }

  /**
   * FAULT while a condition holds frames up, ALARM while frames are late, or something fails that they do without: a
   * plugin, a series file, one frame.
   */
  state(running: boolean, now_ms: number, plugins: readonly PluginStatus[] = []): StateReading {
    const reading = this.#stateOfFrames(running, now_ms, plugins);
    const stays = unclaimedText(this.#unclaimed);
    return stays === "" ? reading : { ...reading, text: `${reading.text}\nThese stay in the raw folder: ${stays}` };
  }

  #stateOfFrames(running: boolean, now_ms: number, plugins: readonly PluginStatus[]): StateReading {
    if (!running) return { state: "ON", text: "Stopped; frames wait until the command Start", behind: false };
    const { standing } = this, holding = new Set(holdingUp({ standing, plugins }));
    const others = standing.filter((condition) => !holding.has(condition)).map(({ message }) => message);
    if (holding.size > 0) {
      const text = [...[...holding].map(({ message }) => message), ...others].join("\n");
      return { state: "FAULT", text, behind: false };
    }
    const late = this.#lateText(now_ms);
    if (late !== null || others.length > 0) {
      return { state: "ALARM", text: [...late === null ? [] : [late], ...others].join("\n"), behind: late !== null };
    }
    const waiting = this.#waiting();
    const text = waiting === 0 ? "Waiting for frames" : `${counted(waiting, "frame")} in progress`;
    return { state: "RUNNING", text, behind: false };
  }

  /** That frames wait longer than they should, or null. */
  #lateText(now_ms: number): string | null {
    const waiting = this.#waiting(), wait = counted(waiting, "frame waits", "frames wait");
    if (this.#grows(now_ms)) return `${wait}, and their number grows`;
    const latency_s = this.#latencyNow_s(now_ms);
    if (waiting >= GROWTH_FRAMES_MIN && latency_s !== null && latency_s > LATE_S) {
      const took = `${Math.round(latency_s)} s from the detector to the output`;
      return `Late: ${wait}, and those of the last ${RATE_WINDOW_S} s took ${took}`;
    }
    const isStuck = this.#stuckSince_ms !== null && now_ms - this.#stuckSince_ms > STUCK_S * 1000;
    return isStuck ? `${wait}; the last delivery was more than ${STUCK_S} s ago` : null;
  }

  /** Median of what was delivered within the window of the rate; null where nothing was. */
  #latencyNow_s(now_ms: number): number | null {
    const since_ms = now_ms - RATE_WINDOW_S * 1000;
    const recent = this.#deliveries_ms.length - this.#deliveries_ms.findLastIndex((at_ms) => at_ms <= since_ms) - 1;
    return recent === 0 ? null : percentile(this.#latencies.slice(-recent), 0.5);
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
