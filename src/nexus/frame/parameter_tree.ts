/** Puts parameters into the tree of a frame's file, each at its place or, where that is taken, at the default one. */
import type { Hdf5Value } from "../../../ffi/hdf5/library.ts";
import {
  isSeries,
  type ParameterList,
  type ParameterReading,
  type ParameterValue,
} from "../../parameters/parameter.ts";
import { classFor, parsePlace, type PlaceGroup } from "../../parameters/path.ts";
import { formatInZone } from "./time/iso_time.ts";
import { type Attributes, field, group, type NexusField, type NexusGroup, type NexusNode } from "../tree/tree.ts";

const DEFAULT_GROUPS: readonly PlaceGroup[] = [
  { name: "instrument", nxClass: "NXinstrument" },
  { name: "parameters", nxClass: "NXcollection" },
];
/** Where parameters without a path stand. */
export const DEFAULT_PATH = "/entry/instrument/parameters";
/** The list of a frame's parameters: a collection, in which validators take attributes that NeXus does not define. */
export const PARAMETER_LIST = "parameters";
/** Its attributes: the names, and where each of them stands. */
export const PARAMETER_NAMES = "names";
export const PARAMETER_PATHS = "paths";
/**
 * Where a value comes from that a parameter may replace: what the configuration says, and what pewatch puts in for want
 * of better knowledge. What the sidecar says of the frame stays.
 */
const REPLACEABLE = /^(configuration \[|file name$|not configured$|kind of detector$)/;
/** Of a detector with a chain of transformations: another number here would contradict it. */
const GEOMETRY_FIELDS: ReadonlySet<string> = new Set([
  "x_pixel_size",
  "y_pixel_size",
  "distance",
  "beam_center_x",
  "beam_center_y",
]);
const MS_PER_S = 1000;

export interface PlacedParameters {
  readonly entry: NexusGroup;
  /** Which parameters stand elsewhere than they were meant to, and why. */
  readonly notes: readonly string[];
  /** Where each stands. */
  readonly places: readonly { readonly name: string; readonly path: string }[];
}

/** The entry with its parameters; of two that want one place the first has it. */
export function placeParameters(
  entry: NexusGroup,
  readings: readonly ParameterReading[],
  options: { readonly timeZone?: string | undefined } = {},
): PlacedParameters {
  const notes: string[] = [];
  const places: { name: string; path: string }[] = [];
  const byDefault: ParameterReading[] = [];
  // What a parameter has put there is never replaced by the next, whatever it says of its origin.
  const placed = new Set<NexusNode>();
  let tree = entry;
  for (const reading of readings) {
    if (reading.path === undefined) {
      byDefault.push(reading);
      continue;
    }
    const place = parsePlace(reading.path);
    const wrong = typeof place === "string" ? place : (() => {
      const node = nodeOf(reading, { name: place.field, timeZone: options.timeZone });
      const groups = whereSourceIs(tree, place.groups);
      const result = put(tree, { groups, node, placed });
      if (typeof result === "string") return result;
      placed.add(node);
      places.push({ name: reading.name, path: ["/entry", ...groups.map(({ name }) => name), node.name].join("/") });
      tree = result;
      return null;
    })();
    if (wrong === null) continue;
    notes.push(`parameter ${reading.name} stands in ${DEFAULT_PATH} instead of ${reading.path}: ${wrong}`);
    byDefault.push(reading);
  }
  const defaults = putByDefault(tree, byDefault, options);
  return { entry: defaults.entry, notes, places: [...places, ...defaults.places] };
}

/** The profile nxmx has the source in the entry, the base classes in the instrument: both paths mean the one there is. */
function whereSourceIs(entry: NexusGroup, groups: readonly PlaceGroup[]): readonly PlaceGroup[] {
  const inInstrument = groups[0]?.name === "instrument" && groups[1]?.name === "source";
  if (inInstrument && childOf(entry, "source") !== undefined) return groups.slice(1);
  if (groups[0]?.name !== "source" || childOf(entry, "source") !== undefined) return groups;
  return [DEFAULT_GROUPS[0]!, ...groups];
}

interface Putting {
  /** From the group that is given downwards. */
  readonly groups: readonly PlaceGroup[];
  readonly node: NexusField | NexusGroup;
  readonly placed: ReadonlySet<NexusNode>;
}

/** A copy of the group with the node in it; a text that says why where it cannot be there. */
function put(parent: NexusGroup, { groups, node, placed }: Putting): NexusGroup | string {
  const [next, ...rest] = groups;
  if (next === undefined) {
    const there = childOf(parent, node.name);
    if (there === undefined) return withChildren(parent, [...parent.children, node]);
    const reason = placed.has(there) ? "another parameter stands there" : whyNotReplaced(there, { node, parent });
    if (reason !== null) return reason;
    return withChildren(parent, parent.children.map((child) => child === there ? node : child));
  }
  const there = childOf(parent, next.name);
  if (there !== undefined && there.kind !== "group") return `${next.name} is a value, not a group`;
  const nxClass = String(there?.attributes["NX_class"] ?? classOf(next, parent));
  if (next.nxClass !== null && next.nxClass !== nxClass) return `${next.name} is of class ${nxClass} there`;
  const from = there ?? group(next.name, nxClass, { children: [] });
  const filled = put(from, { groups: rest, node, placed });
  if (typeof filled === "string") return filled;
  if (there === undefined) return withChildren(parent, [...parent.children, filled]);
  return withChildren(parent, parent.children.map((child) => child === there ? filled : child));
}

function classOf(made: PlaceGroup, parent: NexusGroup): string {
  return made.nxClass ?? classFor(made.name, String(parent.attributes["NX_class"]));
}

/**
 * Readers rely on a text being a text, so it is replaced by one alone, and a number by numbers alone. Of the detector
 * they read single numbers.
 */
function whyNotReplaced(
  there: NexusNode,
  { node, parent }: { node: NexusField | NexusGroup; parent: NexusGroup },
): string | null {
  if (there.kind !== "field") return "a group stands there";
  if (GEOMETRY_FIELDS.has(there.name) && childOf(parent, "transformations") !== undefined) {
    return "the place of the detector's pixels (transformations, module) is made of the value that stands there";
  }
  const origin = there.attributes["origin"];
  if (typeof origin !== "string" || !REPLACEABLE.test(origin)) {
    return `what stands there is known from ${typeof origin === "string" ? origin : "pewatch itself"}`;
  }
  if (typeof there.value === "string") {
    return node.kind === "field" && typeof node.value === "string" ? null : "a text belongs there";
  }
  const value = node.kind === "field" ? node.value : valueOfLog(node);
  if (typeof value === "string" || Array.isArray(value)) return "a number belongs there";
  const isAlone = node.kind === "field" && !ArrayBuffer.isView(value);
  return isAlone || parent.attributes["NX_class"] !== "NXdetector" ? null : "one number alone belongs there";
}

function valueOfLog(log: NexusGroup): Hdf5Value | undefined {
  const value = childOf(log, "value");
  return value?.kind === "field" ? value.value : undefined;
}

function putByDefault(
  entry: NexusGroup,
  readings: readonly ParameterReading[],
  { timeZone }: { readonly timeZone?: string | undefined },
): Pick<PlacedParameters, "entry" | "places"> {
  if (readings.length === 0) return { entry, places: [] };
  const places: { name: string; path: string }[] = [];
  const nodes: NexusNode[] = [];
  const taken = new Set(namesIn(entry, DEFAULT_GROUPS));
  // Who has a valid name keeps it, whatever the others become.
  const isKept = ({ name }: ParameterReading) => validName(name) === name;
  for (const reading of [...readings.filter(isKept), ...readings.filter((one) => !isKept(one))]) {
    const name = freeName(validName(reading.name), taken);
    taken.add(name);
    places.push({ name: reading.name, path: `${DEFAULT_PATH}/${name}` });
    const attributes: Attributes = name === reading.name ? {} : { long_name: reading.name };
    nodes.push(nodeOf(reading, { name, timeZone, attributes }));
  }
  return { entry: withDefaults(entry, DEFAULT_GROUPS, nodes), places };
}

function namesIn(from: NexusGroup, groups: readonly PlaceGroup[]): string[] {
  let at: NexusNode | undefined = from;
  for (const { name } of groups) at = at?.kind === "group" ? childOf(at, name) : undefined;
  return at?.kind === "group" ? at.children.map((child) => child.name) : [];
}

function withDefaults(parent: NexusGroup, groups: readonly PlaceGroup[], nodes: readonly NexusNode[]): NexusGroup {
  const [next, ...rest] = groups;
  if (next === undefined) return withChildren(parent, [...parent.children, ...nodes]);
  const there = childOf(parent, next.name);
  const from = there?.kind === "group" ? there : group(next.name, next.nxClass!, { children: [] });
  const filled = withDefaults(from, rest, nodes);
  if (there === undefined) return withChildren(parent, [...parent.children, filled]);
  return withChildren(parent, parent.children.map((child) => child === there ? filled : child));
}

/** A value in one field, a series as an NXlog: its value bears what else is known. */
function nodeOf(
  reading: ParameterReading,
  as: { name: string; timeZone: string | undefined; attributes?: Attributes },
): NexusField | NexusGroup {
  const { value, unit } = reading;
  const options = {
    ...(unit === undefined ? {} : { units: unit }),
    origin: reading.origin ?? `parameter ${reading.name}`,
    attributes: { time: formatInZone(reading.time, as.timeZone), ...as.attributes },
  };
  if (!isSeries(value)) return field(as.name, stored(value), options);
  const start = value.times[0]!;
  const times_s = Float64Array.from(value.times, (time) => (time.getTime() - start.getTime()) / MS_PER_S);
  return group(as.name, "NXlog", {
    children: [
      field("time", times_s, { units: "s", attributes: { start: formatInZone(start, as.timeZone) } }),
      field("value", storedList(value.values), options),
    ],
  });
}

function stored(value: Exclude<ParameterValue, { times: unknown }>): Hdf5Value {
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "bigint") return { integer: value };
  if (typeof value === "boolean") return { integer: value ? 1 : 0 };
  return storedList(value);
}

function storedList(list: ParameterList): Hdf5Value {
  if (ArrayBuffer.isView(list)) return list;
  const [first] = list;
  if (typeof first === "string") return list as readonly string[];
  if (typeof first === "bigint") return BigInt64Array.from(list as readonly bigint[]);
  if (typeof first === "boolean") return Int8Array.from(list as readonly boolean[], (truth) => truth ? 1 : 0);
  return Float64Array.from(list as readonly number[]);
}

function childOf(parent: NexusGroup, name: string): NexusNode | undefined {
  return parent.children.find((child) => child.name === name);
}

function withChildren(parent: NexusGroup, children: readonly NexusNode[]): NexusGroup {
  return { ...parent, children };
}

/** A name as NeXus takes it (its validItemName); what it does not take becomes an underscore. */
export function validName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.]/g, "_").replace(/^\.|\.$/g, "_") || "_";
}

/** Numbered where the name is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  return free;
}
