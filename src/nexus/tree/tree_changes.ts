/** What two trees differ in, where one can become the other by new values alone. */
import { Buffer } from "node:buffer";
import type { Hdf5Value } from "../../../ffi/hdf5/library.ts";
import type { Attributes, ImagePlan, NexusGroup, NexusNode } from "./tree.ts";

export interface TreeChange {
  /** Of the group or dataset, below the root: "entry/title"; "" for the root. */
  readonly path: string;
  /** Null for the dataset's own value. */
  readonly attribute: string | null;
  readonly value: Hdf5Value;
}

/** All changes from one tree to the other, or null where they are not of one shape: names, kinds, types, sizes. */
export function changesOf(from: NexusGroup, to: NexusGroup): TreeChange[] | null {
  const changes: TreeChange[] = [];
  return compareNodes(from, to, { path: "", changes }) ? changes : null;
}

interface Comparison {
  readonly path: string;
  readonly changes: TreeChange[];
}

function compareNodes(from: NexusNode, to: NexusNode, here: Comparison): boolean {
  if (from.kind === "group" && to.kind === "group") {
    return compareAttributes(from.attributes, to.attributes, here) && compareChildren(from, to, here);
  }
  if (from.kind === "field" && to.kind === "field") {
    return from.shape?.join() === to.shape?.join() &&
      compareValues(from.value, to.value, { ...here, attribute: null }) &&
      compareAttributes(from.attributes, to.attributes, here);
  }
  if (from.kind === "image" && to.kind === "image") {
    return isSameImage(from, to) && compareAttributes(from.attributes, to.attributes, here);
  }
  if (from.kind === "link" && to.kind === "link") return from.target === to.target;
  return from.kind === "checksum" && to.kind === "checksum";
}

function compareChildren(from: NexusGroup, to: NexusGroup, { path, changes }: Comparison): boolean {
  if (from.children.length !== to.children.length) return false;
  return from.children.every((child, index) => {
    const other = to.children[index]!;
    const below = path === "" ? child.name : `${path}/${child.name}`;
    return child.name === other.name && compareNodes(child, other, { path: below, changes });
  });
}

function compareAttributes(from: Attributes, to: Attributes, here: Comparison): boolean {
  const names = Object.keys(from);
  if (names.length !== Object.keys(to).length) return false;
  return names.every((attribute) => {
    const [before, after] = [from[attribute], to[attribute]];
    return before !== undefined && after !== undefined && compareValues(before, after, { ...here, attribute });
  });
}

function compareValues(
  from: Hdf5Value,
  to: Hdf5Value,
  { path, attribute, changes }: Comparison & { attribute: string | null },
): boolean {
  if (from === to) return true;
  const same = isSameValue(from, to);
  if (same === null) return false;
  if (!same) changes.push({ path, attribute, value: to });
  return true;
}

/** Null where one cannot take the other's place. */
function isSameValue(from: Hdf5Value, to: Hdf5Value): boolean | null {
  if (typeof from === "string") return typeof to === "string" ? from === to : null;
  if (typeof from === "number") return typeof to === "number" ? Object.is(from, to) : null;
  if (ArrayBuffer.isView(from)) {
    if (!ArrayBuffer.isView(to) || from.constructor !== to.constructor || from.length !== to.length) return null;
    return bytesOf(from).equals(bytesOf(to));
  }
  if ("integer" in from) {
    if (typeof to !== "object" || !("integer" in to)) return null;
    return BigInt(from.integer) === BigInt(to.integer);
  }
  if (!Array.isArray(to) || from.length !== to.length) return null;
  return from.every((text, index) => text === to[index]);
}

function bytesOf(numbers: ArrayBufferView): Buffer {
  return Buffer.from(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
}

/** Where in the TIFF its pixels lie does not count: they are put into their place when the file is delivered. */
function isSameImage(from: { plan: ImagePlan; shape: readonly number[] }, to: typeof from): boolean {
  if (from.plan.way !== "splice" || to.plan.way !== "splice") return false;
  const [a, b] = [from.plan.type, to.plan.type];
  return from.plan.byteCount === to.plan.byteCount && from.shape.join() === to.shape.join() &&
    a.class === b.class && a.size === b.size &&
    (a.class !== "integer" || b.class !== "integer" || a.signed === b.signed) &&
    (!("order" in a) || !("order" in b) || a.order === b.order);
}
