/** When a plugin fires: the first implementation's arithmetic, without a clock. */

export const COUNTER_FIRST = 1;
/** Instead of this value the counter goes back to COUNTER_AGAIN. */
const COUNTER_END = 10_000;
/** Not 1, so that plugins of an even TICKTACK keep their rhythm. */
const COUNTER_AGAIN = 2;

/** A plugin's rhythm in ticks, both integers, `ticktack` at least 1. */
export interface Rhythm {
  readonly ticktack: number;
  readonly offset: number;
}

/** A module that cannot be imported has no rhythm of its own: it is retried each second by default. */
export const RHYTHM_UNKNOWN: Rhythm = { ticktack: 3, offset: 0 };
/** A suspended stage is retried all the same, at this rhythm: 10 s by default, which does not flood the log. */
export const RHYTHM_SUSPENDED: Rhythm = { ticktack: 30, offset: 0 };

export interface RhythmReading extends Rhythm {
  /** Where another number is taken than the plugin exports, and why. */
  readonly messages: readonly string[];
}

/** Makes a rhythm of whatever a module exports as TICKTACK and TICKTACK_OFFSET. Never throws. */
export function readRhythm(ticktack: unknown, offset: unknown): RhythmReading {
  const messages: string[] = [];
  let beat = integerOf(ticktack);
  if (ticktack === undefined) {
    messages.push("exports no TICKTACK; taken as 1");
    beat = 1;
  } else if (beat === null) {
    messages.push(`TICKTACK is ${String(ticktack)}, not a number: taken as 1`);
    beat = 1;
  } else if (beat !== ticktack && beat >= 1) {
    messages.push(`TICKTACK is ${String(ticktack)}, not an integer: taken as ${beat}`);
  } else if (beat < 1) {
    messages.push(`TICKTACK is ${String(ticktack)}, below 1: taken as 1`);
    beat = 1;
  }
  let shift = offset === undefined ? 0 : integerOf(offset);
  if (shift === null) {
    messages.push(`TICKTACK_OFFSET is ${String(offset)}, not a number: taken as 0`);
    shift = 0;
  } else if (offset !== undefined && shift !== offset) {
    messages.push(`TICKTACK_OFFSET is ${String(offset)}, not an integer: taken as ${shift}`);
  }
  if (shift + beat >= COUNTER_END) {
    messages.push(`TICKTACK and TICKTACK_OFFSET add up to ${shift + beat}: it never fires`);
  }
  return { ticktack: beat, offset: shift, messages };
}

/** Whether a plugin fires at this value of the counter. */
export function isDue(counter: number, rhythm: Rhythm): boolean {
  const since = counter - rhythm.offset;
  return since > 0 && since % rhythm.ticktack === 0;
}

export function nextCounter(counter: number): number {
  return counter + 1 >= COUNTER_END ? COUNTER_AGAIN : counter + 1;
}

/** Python's int(): cuts towards zero. */
function integerOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? Math.trunc(value) + 0 : null;
}
