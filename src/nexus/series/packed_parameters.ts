/** The parameters of one frame in little memory: a series has thousands of frames, and most have the same parameters. */
import type { FrameParameter } from "./frame_parameters.ts";

/** One object for all frames whose parameters have the same names, places and units, in the same order. */
export interface ParameterTable {
  readonly names: readonly string[];
  readonly paths: readonly string[];
  readonly units: readonly (string | null)[];
  /** Where each name stands. */
  readonly places: ReadonlyMap<string, number>;
}

export interface PackedParameters {
  readonly table: ParameterTable;
  /** NaN where the value is no number too. */
  readonly numbers: Float64Array;
  /** By place, the values that are no single number. */
  readonly others: ReadonlyMap<number, FrameParameter["value"]>;
}

/** Few series are written at a time; a table that is forgotten is only made again. */
const TABLES_MAX = 100;
const tables = new Map<string, ParameterTable>();

export function packed(parameters: readonly FrameParameter[]): PackedParameters {
  const others = new Map<number, FrameParameter["value"]>();
  const numbers = Float64Array.from(parameters, ({ value }, place) => {
    if (typeof value === "number") return value;
    others.set(place, value);
    return NaN;
  });
  return { table: tableOf(parameters), numbers, others };
}

/** The parameter at a place of the frame's. */
export function unpacked({ table, numbers, others }: PackedParameters, place: number): FrameParameter {
  const value = others.has(place) ? others.get(place)! : numbers[place]!;
  return { name: table.names[place]!, path: table.paths[place]!, units: table.units[place]!, value };
}

function tableOf(parameters: readonly FrameParameter[]): ParameterTable {
  // None of these texts has a line's end.
  const key = parameters.map(({ name, path, units }) => `${name}\n${path}\n${units === null ? "" : `=${units}`}`)
    .join("\n");
  const known = tables.get(key);
  if (known !== undefined) return known;
  if (tables.size >= TABLES_MAX) tables.delete(tables.keys().next().value!);
  const names = parameters.map(({ name }) => name);
  const table: ParameterTable = {
    names,
    paths: parameters.map(({ path }) => path),
    units: parameters.map(({ units }) => units),
    places: new Map(names.map((name, place) => [name, place])),
  };
  tables.set(key, table);
  return table;
}
