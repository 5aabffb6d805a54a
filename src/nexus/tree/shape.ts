/**
 * A tree as its shape and its values. Trees of one shape have files of one layout, in which only the values' bytes
 * differ, as long as each text, and each array whose length varies, keeps the room that it has.
 */
import type { Hdf5Value } from "../../../ffi/hdf5/library.ts";
import type { Attributes, KnownShape, NexusField, NexusGroup, NexusNode } from "./tree.ts";

export interface Shape {
  /** Names, kinds, types, numbers of elements, and what can have no place of its own: equal for trees of one shape. */
  readonly key: string;
  /** Those that may differ, in the order of the tree: of one shape as many. */
  readonly values: readonly Hdf5Value[];
  /** Which of the values are arrays whose length varies. */
  readonly varying: readonly number[];
  /** Where the frame's pixels begin in the TIFF; null for a tree without an image that is left out as it is. */
  readonly tiffOffset: number | null;
}

interface Walk {
  key: string;
  readonly values: Hdf5Value[];
  readonly varying: number[];
  tiffOffset: number | null;
}

/** Of nodes that many trees have: null where there is no shape. */
const walked = new WeakMap<NexusNode, Walk | null>();
/** Short names of their shapes: the keys of hundreds of values are long to compare. */
const names = new Map<string, string>();
/** Beyond, a shape's name is itself: that takes time but is right. */
const NAMES_MAX = 10_000;
/** Of lists that many trees have. */
const lists = new WeakMap<object, string>();

function nameOf(key: string): string {
  const known = names.get(key);
  if (known !== undefined || names.size >= NAMES_MAX) return known ?? key;
  const name = `#${names.size}\n`;
  names.set(key, name);
  return name;
}

/** Null for a tree with pixels or a mask that go through HDF5, or with what refers to other files. */
export function shapeOf(tree: NexusGroup): Shape | null {
  const walk: Walk = { key: "", values: [], varying: [], tiffOffset: null };
  return isWalked(tree, walk) ? walk : null;
}

function isWalked(node: NexusNode, walk: Walk): boolean {
  if (!("reused" in node) || node.reused === undefined) return isWalkedAnew(node, walk);
  if (node.kind === "field" && typeof node.value === "number") return isFieldWalked(node, node.reused, walk);
  let own = walked.get(node);
  if (own === undefined) {
    const one: Walk = { key: "", values: [], varying: [], tiffOffset: null };
    const is = isWalkedAnew(node, one);
    one.key = nameOf(one.key);
    walked.set(node, own = is ? one : null);
  }
  if (own === null) return false;
  walk.key += own.key;
  for (const index of own.varying) walk.varying.push(walk.values.length + index);
  for (const value of own.values) walk.values.push(value);
  return true;
}

/** A number with attributes: only its values may be others than those of the field that the shape was learned of. */
function isFieldWalked(node: NexusField, shape: KnownShape, walk: Walk): true {
  if (shape.key === undefined) {
    const one: Walk = { key: "", values: [], varying: [], tiffOffset: null };
    isWalkedAnew(node, one);
    shape.key = nameOf(one.key);
  }
  walk.key += shape.key;
  walk.values.push(node.value);
  for (const name in node.attributes) {
    const value = node.attributes[name]!;
    if (typeOf(value, false) !== null) walk.values.push(value);
  }
  return true;
}

function isWalkedAnew(node: NexusNode, walk: Walk): boolean {
  walk.key += `${node.kind} ${node.name}\n`;
  switch (node.kind) {
    case "group": {
      takeAttributes(node.attributes, walk);
      walk.key += "{\n";
      for (const child of node.children) if (!isWalked(child, walk)) return false;
      walk.key += "}\n";
      return true;
    }
    case "field":
      if (node.shape !== undefined) walk.key += `[${node.shape.join()}]`;
      take(node.value, walk, node.varies);
      takeAttributes(node.attributes, walk);
      return true;
    case "image": {
      const { plan } = node;
      if (plan.way !== "splice" && plan.way !== "chunks") return false;
      const how = plan.way === "splice" ? plan.byteCount : plan.compression;
      walk.key += `${node.shape.join()} ${JSON.stringify(plan.type)} ${how}\n`;
      if (plan.way === "splice") walk.tiffOffset = plan.offset;
      takeAttributes(node.attributes, walk);
      return true;
    }
    case "link":
      walk.key += `${node.target}\n`;
      return true;
    case "checksum":
      return true;
    case "mask":
    case "external":
    case "stack":
      return false;
  }
}

function takeAttributes(attributes: Attributes, walk: Walk): void {
  for (const name in attributes) {
    walk.key += `@${name} `;
    take(attributes[name]!, walk);
  }
}

function take(value: Hdf5Value, walk: Walk, varies = false): void {
  const type = typeOf(value, varies);
  if (varies && type !== null) walk.varying.push(walk.values.length);
  walk.key += `${type ?? listKey(value as Hdf5Value & object)}\n`;
  if (type !== null) walk.values.push(value);
}

/** Null for a value that can have no place: it is a part of the shape. */
function typeOf(value: Hdf5Value, varies: boolean): string | null {
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "float";
  if (ArrayBuffer.isView(value)) {
    return value.byteLength === 0 ? null : `${value[Symbol.toStringTag]}[${varies ? "" : value.length}]`;
  }
  return "integer" in value ? "integer" : null;
}

function listKey(list: Hdf5Value & object): string {
  let key = lists.get(list);
  if (key === undefined) {
    const elements = ArrayBuffer.isView(list) ? [list[Symbol.toStringTag], ...list as Iterable<unknown>] : list;
    lists.set(list, key = nameOf(JSON.stringify(elements)));
  }
  return key;
}

/** The same tree with other values in the place of those of its shape; `change` gets each with its number in the list. */
export function withValues(tree: NexusGroup, change: (value: Hdf5Value, index: number) => Hdf5Value): NexusGroup {
  let index = 0;
  const changed = (value: Hdf5Value) => typeOf(value, false) === null ? value : change(value, index++);
  const attributesOf = (from: Attributes): Attributes => {
    const to: Record<string, Hdf5Value> = {};
    for (const name in from) to[name] = changed(from[name]!);
    return to;
  };
  const copy = (node: NexusNode): NexusNode => {
    if (node.kind === "group") {
      const attributes = attributesOf(node.attributes);
      return { ...node, attributes, children: node.children.map(copy) };
    }
    if (node.kind === "field") {
      const value = changed(node.value);
      return { ...node, value, attributes: attributesOf(node.attributes) };
    }
    return node.kind === "image" ? { ...node, attributes: attributesOf(node.attributes) } : node;
  };
  return copy(tree) as NexusGroup;
}
