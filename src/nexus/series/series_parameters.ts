/** The parameters of all frames of a series, each an array over the frames. */
import { DEFAULT_PATH, freeName, validName } from "../frame/parameter_tree.ts";
import { type Attributes, field, type NexusField } from "../tree/tree.ts";
import type { FrameParameter } from "./frame_parameters.ts";
import { type PackedParameters, type ParameterTable, unpacked } from "./packed_parameters.ts";

export interface SeriesParameter {
  readonly field: NexusField;
  /** Where it stands in the frames' files, if that is not the group of all parameters. */
  readonly path: string | null;
  /** Whether all frames have it with one value. */
  readonly same: boolean;
}

export interface SeriesParameters {
  readonly parameters: readonly SeriesParameter[];
  /** What is missing in the arrays though a frame has it, and why. */
  readonly notes: readonly string[];
  /** That of them which says what was too much for one master; null where nothing was. */
  readonly skipped: string | null;
}

/** One slot of the series: what its frame has; null where there is no frame. */
export type SlotParameters = PackedParameters | null;

/**
 * Of one master, in numbers: 1,000 parameters of 4,000 frames, 200 of 20,000. Beyond, a master would take seconds to
 * write and its frames more memory than the rest of the daemon.
 */
export const VALUES_MAX = 4_000_000;
/** A text costs HDF5 as much time as so many numbers. */
const NUMBERS_PER_TEXT = 10;
const NAMES_SHOWN_MAX = 5;

/**
 * Numbers are float64, NaN where a frame lacks the parameter or is absent; lists of numbers of one length are rows; a
 * parameter that is a text in any frame is a text in all, "" where it is lacking. Truths are 1 and 0.
 */
export function parametersOfSeries(
  slots: readonly SlotParameters[],
  files: readonly (string | null)[],
  { valuesMax = VALUES_MAX }: { readonly valuesMax?: number } = {},
): SeriesParameters {
  const tables = new Set(slots.flatMap((slot) => slot?.table ?? []));
  const names = new Set([...tables].flatMap((table) => table.names));
  const taken = new Set<string>();
  const notes: string[] = [];
  const parameters: SeriesParameter[] = [];
  const over: string[] = [];
  let room = valuesMax;
  for (const name of names) {
    const column = over.length > 0 || slots.length > room ? null : columnOf(slots, name);
    if (column === null || column.cost > room) {
      over.push(name);
      continue;
    }
    room -= column.cost;
    const { table, path, same } = column;
    const free = freeName(validName(name), taken);
    taken.add(free);
    const own = path.startsWith(`${DEFAULT_PATH}/`) ? null : path;
    for (const [count, slot, why] of table.left) {
      const more = count === 1 ? "" : `, and ${count - 1} more frames`;
      notes.push(`parameter ${name}: skipped in the table of all frames, ${why}: ${files[slot]}${more}`);
    }
    const attributes: Attributes = {
      ...(free === name ? {} : { long_name: name }),
      ...(own === null ? {} : { path: own }),
    };
    const { value, shape, units } = table;
    const options = { ...(units === null ? {} : { units }), ...(shape === undefined ? {} : { shape }), attributes };
    parameters.push({ field: field(free, value, options), path: own, same });
  }
  const skipped = over.length === 0 ? null : skippedText(over, valuesMax);
  return { parameters, notes: skipped === null ? notes : [...notes, skipped], skipped };
}

/** The same text for all rewrites of a master, so that it is logged once. */
function skippedText(over: readonly string[], valuesMax: number): string {
  const more = over.length > NAMES_SHOWN_MAX ? " and more" : "";
  const shown = over.slice(0, NAMES_SHOWN_MAX).join(", ");
  const most = valuesMax.toLocaleString("en");
  return `parameters skipped in the master, which holds ${most} values of all frames: ${shown}${more}; ` +
    `each frame's own file has them`;
}

interface Column {
  readonly table: Table;
  /** Where it stands in the first frame that has it. */
  readonly path: string;
  readonly same: boolean;
  /** In numbers. */
  readonly cost: number;
}

function columnOf(slots: readonly SlotParameters[], name: string): Column {
  const numbers = numbersOf(slots, name);
  if (numbers !== null) return numbers;
  const rows = slots.map((slot) => {
    const place = slot?.table.places.get(name);
    return slot === null || place === undefined ? null : unpacked(slot, place);
  });
  const table = tableOf(rows);
  const isText = Array.isArray(table.value);
  const cost = rows.length * (isText ? NUMBERS_PER_TEXT : table.shape?.[1] ?? 1);
  return { table, path: rows.find((row) => row !== null)!.path, same: isSame(slots, rows), cost };
}

/** Of what is one number, of one unit and at one place, in each frame that has it, as nearly all are; else null. */
function numbersOf(slots: readonly SlotParameters[], name: string): Column | null {
  const values = new Float64Array(slots.length).fill(NaN);
  let first: { readonly path: string; readonly units: string | null; readonly value: number } | null = null;
  let table: ParameterTable | null = null;
  let place: number | undefined;
  let same = true;
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index]!;
    if (slot === null) continue;
    if (slot.table !== table) {
      table = slot.table;
      place = table.places.get(name);
      if (place !== undefined && first !== null) {
        if (table.paths[place] !== first.path || table.units[place] !== first.units) return null;
      }
    }
    if (place === undefined) {
      same = false;
      continue;
    }
    const value = slot.numbers[place]!;
    if (Number.isNaN(value) && slot.others.has(place)) return null;
    // A frame before that lacks it has set `same` already.
    first ??= { path: table.paths[place]!, units: table.units[place]!, value };
    same &&= value === first.value || (Number.isNaN(value) && Number.isNaN(first.value));
    values[index] = value;
  }
  if (first === null) return null;
  return { table: { value: values, units: first.units, left: [] }, path: first.path, same, cost: slots.length };
}

interface Table {
  readonly value: NexusField["value"];
  readonly shape?: readonly number[];
  readonly units: string | null;
  /** How many frames are skipped for a reason, and the slot of the first. */
  readonly left: readonly (readonly [count: number, slot: number, why: string])[];
}

function tableOf(rows: readonly (FrameParameter | null)[]): Table {
  const usable = rows.find((row) => row !== null && row.value !== null) ?? null;
  const units = usable?.units ?? null;
  const isText = rows.some((row) => typeof row?.value === "string");
  const width = Array.isArray(usable?.value) && !isText ? usable.value.length : null;
  const left = new Map<string, [number, number]>();
  const skip = (slot: number, why: string) => {
    const known = left.get(why);
    if (known === undefined) left.set(why, [1, slot]);
    else known[0]++;
    return null;
  };
  const values = rows.map((row, slot) => {
    if (row === null) return null;
    const { value } = row;
    if (value === null) return skip(slot, "it is long, or neither a number nor a text");
    if (row.units !== units) return skip(slot, `its unit is ${row.units ?? "none"}, not ${units ?? "none"}`);
    if (isText) return typeof value === "object" ? skip(slot, "it is a list, not a text") : String(value);
    const length = typeof value === "object" ? value.length : null;
    return length === width ? value as number | readonly number[] : skip(slot, "it has another number of elements");
  });
  const gone = [...left].map(([why, [count, slot]]) => [count, slot, why] as const);
  if (isText) return { value: values.map((value) => (value ?? "") as string), units, left: gone };
  if (width === null) {
    return { value: Float64Array.from(values, (value) => (value ?? NaN) as number), units, left: gone };
  }
  const filled = values.flatMap((value) => value as readonly number[] | null ?? new Array<number>(width).fill(NaN));
  return { value: Float64Array.from(filled), shape: [rows.length, width], units, left: gone };
}

function isSame(slots: readonly SlotParameters[], rows: readonly (FrameParameter | null)[]): boolean {
  const frames = rows.filter((_, slot) => slots[slot] !== null);
  const first = frames[0];
  if (first === null || first === undefined || first.value === null) return false;
  const text = JSON.stringify([first.value, first.units]);
  return frames.every((row) =>
    row !== null && JSON.stringify([row.value, row.units]) === text && row.path === first.path
  );
}
