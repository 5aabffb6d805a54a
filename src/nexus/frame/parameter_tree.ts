/** Puts parameters into the tree of a frame's file, each at its place or, where that is taken, at the default one. */
import type { Hdf5Value } from "../../../ffi/hdf5/library.ts";
import { absolute, GROUPS, membersOfLayout } from "../../config/names/nexus_layout.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { classFor, parsePlace, type PlaceGroup } from "../../parameters/path.ts";
import { childOf, group, type NexusField, type NexusGroup, type NexusNode } from "../tree/tree.ts";
import { nodeOf } from "./parameter_node.ts";

const DEFAULT_GROUPS: readonly PlaceGroup[] = [
  { name: "instrument", nxClass: GROUPS.instrument.nxClass },
  { name: "parameters", nxClass: GROUPS["instrument/parameters"].nxClass },
];
/** Where parameters without a path stand. */
export const DEFAULT_PATH = absolute("instrument/parameters");
/** Of a detector with a chain of transformations: another number here would contradict it. */
const GEOMETRY_FIELDS: ReadonlySet<string> = new Set(membersOfLayout("instrument/detector", ["geometry"]));

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
      const result = changeGroup(tree, groups, (group) => put(group, node, placed));
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

/**
 * A copy of the tree in which a group, made where it is missing, is what `change` makes of it; a text that says why where
 * it cannot be.
 * @param groups from the tree's own group downwards
 */
function changeGroup(
  parent: NexusGroup,
  groups: readonly PlaceGroup[],
  change: (group: NexusGroup) => NexusGroup | string,
): NexusGroup | string {
  const [next, ...rest] = groups;
  if (next === undefined) return change(parent);
  const there = childOf(parent, next.name);
  if (there !== undefined && there.kind !== "group") return `${next.name} is a value, not a group`;
  const nxClass = String(there?.attributes["NX_class"] ?? classOf(next, parent));
  if (next.nxClass !== null && next.nxClass !== nxClass) return `${next.name} is of class ${nxClass} there`;
  const from = there ?? group(next.name, nxClass, { children: [] });
  const changed = changeGroup(from, rest, change);
  return typeof changed === "string" ? changed : withChild(parent, changed);
}

/** The group with the node in it; a text that says why where what stands there stays. */
function put(
  group: NexusGroup,
  node: NexusField | NexusGroup,
  placed: ReadonlySet<NexusNode>,
): NexusGroup | string {
  const there = childOf(group, node.name);
  if (there === undefined) return withChild(group, node);
  const reason = placed.has(there) ? "another parameter stands there" : whyNotReplaced(there, { node, parent: group });
  return reason ?? withChild(group, node);
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
  // Who has a valid name keeps it, whatever the others become.
  const others = readings.filter(({ name }) => validName(name) !== name);
  const ordered = others.length === 0
    ? readings
    : [...readings.filter((reading) => !others.includes(reading)), ...others];
  // The layout has these groups: they are made or found, never refused.
  const filled = changeGroup(entry, DEFAULT_GROUPS, (group) => {
    const taken = new Set(group.children.map((child) => child.name));
    for (const reading of ordered) {
      const name = freeName(validName(reading.name), taken);
      taken.add(name);
      const node = nodeOf(reading, { name, timeZone, ...name === reading.name ? {} : { longName: reading.name } });
      places.push({ name: reading.name, path: `${DEFAULT_PATH}/${name}`, node });
    }
    return { ...group, children: [...group.children, ...places.map(({ node }) => node)] };
  });
  return { entry: filled as NexusGroup, places };
}

/** In the place of the one of its name, or behind the others. */
function withChild(parent: NexusGroup, node: NexusNode): NexusGroup {
  const at = parent.children.findIndex(({ name }) => name === node.name);
  return { ...parent, children: at === -1 ? [...parent.children, node] : parent.children.with(at, node) };
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
