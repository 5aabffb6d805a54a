/** The list of a frame's parameters in its file, from which the master of the series has them. */
import { type Attributes, childOf, type NexusField, type NexusGroup } from "../tree/tree.ts";
import { AVERAGE } from "./parameter_node.ts";
import type { PlacedParameter } from "./parameter_tree.ts";

/** Attributes of process/parameters: the names of a frame's parameters, and where each of them stands. */
export const PARAMETER_NAMES = "names";
export const PARAMETER_PATHS = "paths";
/**
 * What the master of the series has of each where that is one number (NaN elsewhere), and its unit ("" for none): to open
 * hundreds of groups for them takes HDF5 longer than all else that the merge does for a frame.
 */
export const PARAMETER_NUMBERS = "numbers";
export const PARAMETER_UNITS = "units";

/** The attributes of process/parameters. */
export function parameterList(places: readonly PlacedParameter[]): Attributes {
  const numbers = new Float64Array(places.length);
  const units: string[] = [];
  const names: string[] = [];
  const paths: string[] = [];
  for (const [index, { name, path, node }] of places.entries()) {
    const entry = tableEntry(node);
    numbers[index] = entry.number;
    units.push(entry.units);
    names.push(name);
    paths.push(path);
  }
  return {
    [PARAMETER_NAMES]: asBefore(PARAMETER_NAMES, names),
    [PARAMETER_PATHS]: asBefore(PARAMETER_PATHS, paths),
    [PARAMETER_NUMBERS]: numbers,
    [PARAMETER_UNITS]: asBefore(PARAMETER_UNITS, units),
  };
}

/** The lists of the last frame. */
const listsBefore = new Map<string, readonly string[]>();

/** The same object as for the frame before where all is equal: hundreds of texts need no second look then. */
function asBefore(key: string, list: readonly string[]): readonly string[] {
  const before = listsBefore.get(key);
  if (before?.length === list.length && list.every((text, index) => text === before[index])) return before;
  listsBefore.set(key, list);
  return list;
}

function tableEntry(node: NexusField | NexusGroup): { number: number; units: string } {
  const counts = node.kind === "group" ? childOf(node, AVERAGE) : node;
  if (counts?.kind !== "field") return { number: NaN, units: "" };
  const { value, attributes: { units } } = counts;
  // A ratio's unit is "" itself: it is read where it stands.
  if (units === "") return { number: NaN, units };
  const known = typeof units === "string" ? units : "";
  if (typeof value === "number") return { number: value, units: known };
  const isInteger = typeof value === "object" && "integer" in value;
  return { number: isInteger ? Number(value.integer) : NaN, units: known };
}
