/** The readings of parameters over time, bounded in every direction. */
import { bytesOfValue } from "./check.ts";
import { FILE_TIME_LAG_MS, forgetFrames, type Kept, ofFrame, placeOf, RECENT } from "./frame_reading.ts";
import { readingToJson } from "./json.ts";
import type { ParameterReading } from "./parameter.ts";

const HISTORY_LIMITS = {
  /** Names; each is a dataset in every frame's file, at some 50 microseconds. */
  parameters: 1000,
  /** Of the last readings together, which every frame carries, over the RAM disk too. */
  lastBytes: 16 * 1024 * 1024,
  /** Of one parameter: 55 minutes at the three readings a second of the fastest plugin at default ticks. */
  readings: 10_000,
  /** A frame that waits in raw longer than this, because the output is away, may miss what was measured with it. */
  age_ms: 3_600_000,
  /** Of all readings in memory. */
  bytes: 64 * 1024 * 1024,
  /** Of the file, besides the last reading of each parameter: it is written whole whenever something has changed. */
  fileBytes: 2 * 1024 * 1024,
};

export type HistoryLimits = Readonly<typeof HISTORY_LIMITS>;

/** What the objects of one reading take in memory besides its value, about. */
const READING_BYTES = 250;
/** So many readings more than allowed are let come together before the oldest go: looking for them takes its time. */
const SLACK = 1.125;

/**
 * A frame that was exposed just before a parameter was read for the first time, as right after a start, gets that first
 * reading: it bears its own time in the file.
 */
export const READ_AFTER_MS_MAX = 10_000;

/** Of a parameter that has ended: enough for the frames that still wait. */
const ENDED_READINGS_MAX = 100;

/** The span of time that goes into the file is tried in steps: a second, and half as much again each time. */
const WINDOW_FIRST_MS = 1000;
const WINDOW_GROWTH = 1.5;

export class ParameterHistory {
  /** In the order in which the names were first set; of each the readings in the order of their times, never none. */
  readonly #kept = new Map<string, Kept[]>();
  /** What ended because its plugin is gone: frames of before still get it. */
  readonly #ended = new Map<string, { readonly list: readonly Kept[]; readonly end_ms: number }>();
  readonly #limits: HistoryLimits;
  /** Lists from which nothing was forgotten: their first reading is the first that there was. */
  readonly #whole = new WeakSet<readonly Kept[]>();
  #bytes = 0;

  constructor(limits: Partial<HistoryLimits> = {}) {
    this.#limits = { ...HISTORY_LIMITS, ...limits };
  }

  /**
   * Of two readings of one time the later set one counts.
   * @param options.former it is of a former run, before which there may have been others
   * @returns why it is not kept, or null
   */
  add(reading: ParameterReading, now_ms: number, { former = false }: { former?: boolean } = {}): string | null {
    let list = this.#kept.get(reading.name);
    const kept = toKept(sharing(inOrder(reading, list?.at(-1)), list?.at(-1)?.reading));
    const refusal = this.#whyNot(kept, list);
    if (refusal !== null) return refusal;
    if (list === undefined) {
      this.#kept.set(reading.name, list = []);
      if (!former) this.#whole.add(list);
    }
    const at = placeOf(list, kept.time_ms);
    const replaced = list[at - 1]?.time_ms === kept.time_ms ? 1 : 0;
    for (const old of list.splice(at - replaced, replaced, kept)) this.#bytes -= old.bytes;
    this.#bytes += kept.bytes;
    if (reading.value !== null) this.#endAbsence(list, kept);
    if (list.length > RECENT) forgetFrames(list.at(-1 - RECENT)!);
    this.#forgetOld(list, now_ms);
    if (this.#bytes > this.#limits.bytes * SLACK) this.#forgetLargest();
    return null;
  }

  last(name: string): ParameterReading | undefined {
    return this.#kept.get(name)?.at(-1)?.reading;
  }

  names(): string[] {
    return [...this.#kept.keys()];
  }

  /** Whether there was one. */
  remove(name: string): boolean {
    for (const { bytes } of this.#kept.get(name) ?? []) this.#bytes -= bytes;
    return this.#kept.delete(name);
  }

  /** What a frame has whose exposure was from `from_ms` to `time_ms`. */
  at(time_ms: number, from_ms = time_ms): ParameterReading[] {
    const readings: ParameterReading[] = [];
    const newest_ms = time_ms + FILE_TIME_LAG_MS;
    const seen = new Set<string>();
    for (const [name, list] of this.#kept) {
      const one = this.#counting(list, newest_ms);
      if (one === undefined) continue;
      readings.push(ofFrame(one, list, { time_ms, from_ms }));
      seen.add(name);
    }
    for (const [name, { list, end_ms }] of this.#ended) {
      const one = newest_ms > end_ms || seen.has(name) ? undefined : this.#counting(list, newest_ms);
      if (one !== undefined) readings.push(ofFrame(one, list, { time_ms, from_ms }));
    }
    return readings;
  }

  /** The last reading that is not newer; else the first that there was, where it came soon enough after. */
  #counting(list: readonly Kept[], newest_ms: number): Kept | undefined {
    const last = list[placeOf(list, newest_ms) - 1];
    if (last !== undefined || !this.#whole.has(list)) return last;
    const first = list[0];
    return first !== undefined && first.time_ms - newest_ms <= READ_AFTER_MS_MAX ? first : undefined;
  }

  /** From `end_ms` on it counts no more and its name and place are free; frames of before still get it. */
  end(name: string, end_ms: number): void {
    const list = this.#kept.get(name);
    if (list === undefined) return;
    this.remove(name);
    for (const [old, ended] of this.#ended) {
      if (end_ms - ended.end_ms > this.#limits.age_ms) this.#ended.delete(old);
    }
    this.#ended.delete(name);
    const last = list.slice(-ENDED_READINGS_MAX);
    if (this.#whole.has(list) && last.length === list.length) this.#whole.add(last);
    this.#ended.set(name, { list: last, end_ms });
    if (this.#ended.size > this.#limits.parameters) this.#ended.delete(this.#ended.keys().next().value!);
  }

  /** For the file, oldest first of each name: the last reading of each, and of the others as many as fit, newest first. */
  *lines(): Generator<string> {
    const since_ms = this.#sinceForFile();
    for (const list of this.#kept.values()) {
      // The one before `since_ms` counts from then on.
      const from = Math.max(0, Math.min(placeOf(list, since_ms), list.length) - 1);
      for (const kept of list.slice(from)) yield jsonOf(kept);
      // It is not written any more.
      for (let old = from - 1; old >= 0 && list[old]!.json !== null; old--) list[old]!.json = null;
    }
  }

  /** A time from which on all readings fit into the file, found without a look at those that do not. */
  #sinceForFile(): number {
    const lists = [...this.#kept.values()].map((list) => ({ list, seen: list.length - 1 }));
    const newest_ms = lists.reduce((max, { list }) => Math.max(max, list.at(-1)!.time_ms), 0);
    let since_ms = newest_ms;
    let bytesLeft = this.#limits.fileBytes;
    for (let window_ms = WINDOW_FIRST_MS; lists.some(({ seen }) => seen > 0); window_ms *= WINDOW_GROWTH) {
      for (const one of lists) {
        while (one.seen > 0 && one.list[one.seen - 1]!.time_ms > newest_ms - window_ms) {
          bytesLeft -= jsonOf(one.list[--one.seen]!).length;
          if (bytesLeft < 0) return since_ms;
        }
      }
      since_ms = newest_ms - window_ms;
    }
    return -Infinity;
  }

  #whyNot(kept: Kept, list: readonly Kept[] | undefined): string | null {
    const { parameters, lastBytes } = this.#limits;
    if (list === undefined && this.#kept.size >= parameters) return `there are ${parameters} others; remove one`;
    if (kept.bytes <= READING_BYTES * 2) return null;
    let bytes = kept.bytes - (list?.at(-1)?.bytes ?? 0);
    for (const others of this.#kept.values()) bytes += others.at(-1)!.bytes;
    return bytes <= lastBytes ? null : `all parameters together have more than ${lastBytes} bytes; remove large ones`;
  }

  /**
   * A device that is back may report what it had before it was away, with that time: what says that there was no value is
   * newer, and would count for all frames to come.
   */
  #endAbsence(list: Kept[], kept: Kept): void {
    while (list.at(-1)!.reading.value === null && list.at(-1)!.time_ms > kept.time_ms) {
      this.#bytes -= list.pop()!.bytes;
    }
  }

  /** The last one before the window is what counts at its beginning, so it stays. */
  #forgetOld(list: Kept[], now_ms: number): void {
    const before = placeOf(list, now_ms - this.#limits.age_ms) - 1;
    const tooMany = list.length > this.#limits.readings * SLACK ? list.length - this.#limits.readings : 0;
    const old = list.splice(0, Math.max(0, before, tooMany));
    if (old.length > 0) this.#whole.delete(list);
    for (const { bytes } of old) this.#bytes -= bytes;
  }

  /** Halves the longest histories, counted in bytes, until there is room. */
  #forgetLargest(): void {
    const sizes = new Map(
      [...this.#kept.values()].map((list) => [list, list.reduce((sum, one) => sum + one.bytes, 0)]),
    );
    while (this.#bytes > this.#limits.bytes) {
      const [list] = [...sizes].filter(([list]) => list.length > 1).sort((a, b) => b[1] - a[1])[0] ?? [];
      if (list === undefined) return;
      const gone = list.splice(0, Math.ceil((list.length - 1) / 2)).reduce((sum, one) => sum + one.bytes, 0);
      this.#whole.delete(list);
      this.#bytes -= gone;
      sizes.set(list, sizes.get(list)! - gone);
    }
  }
}

/** A clock that is ahead by no more counts as right: its values are newer than what is known now. */
const CLOCK_AHEAD_MS_MAX = 2000;

/** That there is no value counts from now on, also where the last value's own time is ahead. */
function inOrder(reading: ParameterReading, last: Kept | undefined): ParameterReading {
  const ahead_ms = last === undefined ? 0 : last.time_ms - reading.time.getTime();
  if (reading.value !== null || ahead_ms < 0 || ahead_ms > CLOCK_AHEAD_MS_MAX) return reading;
  return last === undefined ? reading : { ...reading, time: new Date(last.time_ms + 1) };
}

/** The reading with the texts of the one before it where they are equal: those that were posted are copies. */
function sharing(reading: ParameterReading, before: ParameterReading | undefined): ParameterReading {
  if (before === undefined) return reading;
  const { attributes, unit, path, origin, plugin } = before;
  const isSame = JSON.stringify(attributes) === JSON.stringify(reading.attributes);
  return {
    ...reading,
    name: before.name,
    ...unit !== undefined && unit === reading.unit ? { unit } : {},
    ...path !== undefined && path === reading.path ? { path } : {},
    ...origin !== undefined && origin === reading.origin ? { origin } : {},
    ...plugin !== undefined && plugin === reading.plugin ? { plugin } : {},
    ...attributes !== undefined && isSame ? { attributes } : {},
  };
}

function toKept(reading: ParameterReading): Kept {
  const { name, path = "", origin = "", plugin = "", note = "", attributes } = reading;
  const words = attributes === undefined ? 0 : JSON.stringify(attributes).length;
  const texts = 2 * (name.length + path.length + origin.length + plugin.length + note.length + words);
  const bytes = READING_BYTES + texts + bytesOfValue(reading.value);
  return { reading, time_ms: reading.time.getTime(), bytes, json: null, before: null, within: null };
}

function jsonOf(kept: Kept): string {
  return kept.json ??= readingToJson(kept.reading);
}
