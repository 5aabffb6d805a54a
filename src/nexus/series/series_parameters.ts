/** The parameters of all frames of a series, each an array over the frames. */
import { DEFAULT_PATH, freeName, validName } from "../frame/parameter_tree.ts";
import { type Attributes, field, type NexusField } from "../tree/tree.ts";
import type { FrameParameter } from "./frame_parameters.ts";

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
}

/** One slot of the series: what its frame has; null where there is no frame. */
export type SlotParameters = readonly FrameParameter[] | null;

/**
 * Numbers are float64, NaN where a frame lacks the parameter or is absent; lists of numbers of one length are rows; a
 * parameter that is a text in any frame is a text in all, "" where it is lacking. Truths are 1 and 0.
 */
export function parametersOfSeries(
  slots: readonly SlotParameters[],
  files: readonly (string | null)[],
): SeriesParameters {
  const byName = new Map<string, (FrameParameter | null)[]>();
  for (const [slot, parameters] of slots.entries()) {
    for (const parameter of parameters ?? []) {
      let rows = byName.get(parameter.name);
      if (rows === undefined) {
        byName.set(parameter.name, rows = new Array<FrameParameter | null>(slots.length).fill(null));
      }
      rows[slot] = parameter;
    }
  }
  const taken = new Set<string>();
  const notes: string[] = [];
  const parameters = [...byName].map(([name, rows]): SeriesParameter => {
    const free = freeName(validName(name), taken);
    taken.add(free);
    const first = rows.find((row) => row !== null)!;
    const own = first.path.startsWith(`${DEFAULT_PATH}/`) ? null : first.path;
    const table = tableOf(rows);
    for (const [count, slot, why] of table.left) {
      const more = count === 1 ? "" : `, and ${count - 1} more frames`;
      notes.push(`parameter ${name}: left out in the table of all frames, ${why}: ${files[slot]}${more}`);
    }
    const attributes: Attributes = {
      ...(free === name ? {} : { long_name: name }),
      ...(own === null ? {} : { path: own }),
    };
    const { value, shape, units } = table;
    const options = { ...(units === null ? {} : { units }), ...(shape === undefined ? {} : { shape }), attributes };
    return { field: field(free, value, options), path: own, same: isSame(slots, rows) };
  });
  return { parameters, notes };
}

interface Table {
  readonly value: NexusField["value"];
  readonly shape?: readonly number[];
  readonly units: string | null;
  /** How many frames are left out for a reason, and the slot of the first. */
  readonly left: readonly (readonly [count: number, slot: number, why: string])[];
}

function tableOf(rows: readonly (FrameParameter | null)[]): Table {
  const usable = rows.find((row) => row !== null && row.value !== null) ?? null;
  const units = usable?.units ?? null;
  const isText = rows.some((row) => typeof row?.value === "string");
  const width = Array.isArray(usable?.value) && !isText ? usable.value.length : null;
  const left = new Map<string, [number, number]>();
  const leaveOut = (slot: number, why: string) => {
    const known = left.get(why);
    if (known === undefined) left.set(why, [1, slot]);
    else known[0]++;
    return null;
  };
  const values = rows.map((row, slot) => {
    if (row === null) return null;
    const { value } = row;
    if (value === null) return leaveOut(slot, "it is long, or no number and no text");
    if (row.units !== units) return leaveOut(slot, `its unit is ${row.units ?? "none"}, not ${units ?? "none"}`);
    if (isText) return typeof value === "object" ? leaveOut(slot, "it is a list, not a text") : String(value);
    const length = typeof value === "object" ? value.length : null;
    return length === width ? value as number | readonly number[] : leaveOut(slot, "it has another number of elements");
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
