/**
 * Puts parameters into the tree of a frame's file, each at its place or, where that is taken, at the default one.
 * One file: where a parameter may stand and what stands there is one decision.
 */
import type { Hdf5Value } from "../../../ffi/hdf5/library.ts";
import {
  differInNumber,
  isSeries,
  type ParameterList,
  type ParameterReading,
  type ParameterValue,
} from "../../parameters/parameter.ts";
import { classFor, parsePlace, type PlaceGroup } from "../../parameters/path.ts";
import { absolute, GROUPS, membersOfLayout } from "../../config/names/nexus_layout.ts";
import { formatInZone } from "../../time/iso_time.ts";
import { type Attributes, field, group, type NexusField, type NexusGroup, type NexusNode } from "../tree/tree.ts";

const DEFAULT_GROUPS: readonly PlaceGroup[] = [
  { name: "instrument", nxClass: GROUPS.instrument.nxClass },
  { name: "parameters", nxClass: GROUPS["instrument/parameters"].nxClass },
];
/** Where parameters without a path stand. */
export const DEFAULT_PATH = absolute("instrument/parameters");
/** Attributes of process/parameters: the names of a frame's parameters, and where each of them stands. */
export const PARAMETER_NAMES = "names";
export const PARAMETER_PATHS = "paths";
/**
 * What the master of the series has of each where that is one number (NaN elsewhere), and its unit ("" for none): to open
 * hundreds of groups for them takes HDF5 longer than all else that the merge does for a frame.
 */
export const PARAMETER_NUMBERS = "numbers";
export const PARAMETER_UNITS = "units";
/** Of a detector with a chain of transformations: another number here would contradict it. */
const GEOMETRY_FIELDS: ReadonlySet<string> = new Set(membersOfLayout("instrument/detector", ["geometry"]));
/** Of an NXlog; what a master has of it for each frame. */
export const AVERAGE = "average_value";
const MS_PER_S = 1000;

export interface PlacedParameters {
  readonly entry: NexusGroup;
  /** Which parameters stand elsewhere than they were meant to, and why. */
  readonly notes: readonly string[];
  /** Where each stands. */
  readonly places: readonly PlacedParameter[];
}

export interface PlacedParameter {
  readonly name: string;
  readonly path: string;
  readonly node: NexusField | NexusGroup;
}

/** The entry with its parameters; of two that want one place the first has it. */
export function placeParameters(
  entry: NexusGroup,
  readings: readonly ParameterReading[],
  options: { readonly timeZone?: string | undefined } = {},
): PlacedParameters {
  const notes: string[] = [];
  const places: PlacedParameter[] = [];
  const byDefault: ParameterReading[] = [];
  // What a parameter has put there is never replaced by the next, whatever it says of its origin.
  const placed = new Set<NexusNode>();
  let tree = entry;
  for (const reading of readings) {
    if (reading.value === null) {
      notes.push(`parameter ${reading.name} has no value: ${reading.note}`);
      continue;
    }
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
      const path = ["/entry", ...groups.map(({ name }) => name), node.name].join("/");
      places.push({ name: reading.name, path, node });
      tree = result;
      return null;
    })();
    if (wrong === null) continue;
    notes.push(`parameter ${reading.name} was written to ${DEFAULT_PATH} instead of ${reading.path}: ${wrong}`);
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
  if (there.replaceable === undefined) {
    const { origin } = there.attributes;
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
  const places: PlacedParameter[] = [];
  const nodes: NexusNode[] = [];
  const taken = new Set(namesIn(entry, DEFAULT_GROUPS));
  // Who has a valid name keeps it, whatever the others become.
  const others = readings.filter(({ name }) => validName(name) !== name);
  const ordered = others.length === 0
    ? readings
    : [...readings.filter((reading) => !others.includes(reading)), ...others];
  for (const reading of ordered) {
    const name = freeName(validName(reading.name), taken);
    taken.add(name);
    const node = nodeOf(reading, { name, timeZone, ...name === reading.name ? {} : { longName: reading.name } });
    nodes.push(node);
    places.push({ name: reading.name, path: `${DEFAULT_PATH}/${name}`, node });
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

interface NodeOptions {
  readonly name: string;
  readonly timeZone: string | undefined;
  /** Where the name is not the parameter's own. */
  readonly longName?: string;
}

interface Made {
  readonly reading: ParameterReading;
  readonly as: NodeOptions;
  readonly node: NexusField | NexusGroup;
}

/** By the parameter's name, of frames before: the next have most readings again, most others with another number alone. */
const made = new Map<string, Made>();
/** Parameters, and values of the sidecar. */
const MADE_MAX = 2000;

function nodeOf(reading: ParameterReading, as: NodeOptions): NexusField | NexusGroup {
  const known = made.get(reading.name);
  const isSameAs = known?.as.name === as.name && known.as.timeZone === as.timeZone && known.as.longName === as.longName;
  if (isSameAs && known.reading === reading) return known.node;
  const node = (isSameAs ? nodeLike(known, reading) : null) ?? { ...makeNode(reading, as), reused: {} };
  if (known === undefined && made.size >= MADE_MAX) made.clear();
  made.set(reading.name, { reading, as, node });
  return node;
}

/** The node of a reading that differs from another in time and number alone; null for others. */
function nodeLike({ reading: former, node, as }: Made, reading: ParameterReading): NexusField | null {
  const { value, time } = reading;
  if (node.kind !== "field" || typeof value !== "number" || !differInNumber(reading, former)) return null;
  return { ...node, value, attributes: { ...node.attributes, time: formatInZone(time, as.timeZone) } };
}

/** A value in one field, a series as an NXlog: its value bears what else is known. */
function makeNode(reading: ParameterReading, as: NodeOptions): NexusField | NexusGroup {
  const { unit } = reading;
  // Those without a value are notes.
  const value = reading.value!;
  const options = {
    ...(unit === undefined ? {} : { units: unit }),
    origin: reading.origin ?? `parameter ${reading.name}`,
    attributes: {
      time: formatInZone(reading.time, as.timeZone),
      ...as.longName === undefined ? {} : { long_name: as.longName },
      ...reading.attributes,
      ...(reading.note === undefined ? {} : { note: reading.note }),
    },
  };
  if (!isSeries(value)) return field(as.name, stored(value), options);
  const start = value.times[0]!;
  const times_s = Float64Array.from(value.times, (time) => (time.getTime() - start.getTime()) / MS_PER_S);
  return group(as.name, "NXlog", {
    ...reading.within === undefined ? {} : { attributes: { [WITHIN]: { integer: reading.within } } },
    children: [
      field("time", times_s, { units: "s", attributes: { start: formatInZone(start, as.timeZone) }, varies: true }),
      field("value", storedList(value.values), { ...options, varies: true }),
      ...reading.within === undefined ? [] : statistics(value.values, unit),
    ],
  });
}

/** Of an NXlog over an exposure: how many of its values were read within it; 0 marks the last one before. */
const WITHIN = "values_within_exposure";

/** Of the readings as they are, each with the same weight. NaN is left out, as numpy's nanmean does. */
function statistics(list: ParameterList, unit: string | undefined): NexusField[] {
  const numbers = Array.from(list as ArrayLike<unknown>, Number).filter((one) => !Number.isNaN(one));
  const units = unit === undefined ? {} : { units: unit };
  const sum = numbers.reduce((total, one) => total + one, 0);
  return [
    field(AVERAGE, numbers.length === 0 ? NaN : sum / numbers.length, units),
    field("minimum_value", numbers.length === 0 ? NaN : numbers.reduce((a, b) => Math.min(a, b)), units),
    field("maximum_value", numbers.length === 0 ? NaN : numbers.reduce((a, b) => Math.max(a, b)), units),
  ];
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

/** The usual ones; a single character is left to what follows. */
const VALID_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.]*[A-Za-z0-9_]$/;

/** A name as NeXus takes it (its validItemName); what it does not take becomes an underscore. */
export function validName(name: string): string {
  if (VALID_NAME.test(name)) return name;
  return name.replace(/[^A-Za-z0-9_.]/g, "_").replace(/^\.|\.$/g, "_") || "_";
}

/** Numbered where the name is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  return free;
}
