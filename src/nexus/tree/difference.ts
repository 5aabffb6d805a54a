/** Compares a file, read through HDF5, with the tree that it is to hold. */
import { messageOf } from "../../files/errors.ts";
import type {
  Hdf5Dataset,
  Hdf5Group,
  Hdf5Library,
  Hdf5Object,
  Hdf5ReadValue,
  Hdf5Type,
  Hdf5Value,
} from "../../../ffi/hdf5/library.ts";
import type { NexusField, NexusGroup, NexusNode } from "./tree.ts";
import { CHECKSUM_TYPE, type WrittenTree } from "./write_tree.ts";

/** More than any tree of a frame has: all of it is read. */
const ALL = { elementsMax: 10_000_000, max: 1_000_000 } as const;
const DOUBLE: Hdf5Type = { class: "float", size: 8, order: "little" };
const TEXT: Hdf5Type = { class: "text", size: "variable" };

interface Comparison {
  readonly root: Hdf5Group;
  readonly written: WrittenTree;
}

/**
 * The path of the first thing that differs (a member that is missing or too many, a type, a shape, a value, an
 * attribute), or what HDF5 says where it cannot read the file; null where nothing does. Pixels are not looked at.
 */
export function differenceOf(
  hdf5: Hdf5Library,
  path: string,
  of: { readonly tree: NexusGroup; readonly written: WrittenTree },
): string | null {
  try {
    using file = hdf5.openFile(path);
    return ofGroup(file.root, of.tree, { path: "", root: file.root, written: of.written });
  } catch (error) {
    return `a place that HDF5 cannot read (${messageOf(error)})`;
  }
}

type At = Comparison & { readonly path: string };

function ofGroup(group: Hdf5Group, node: NexusGroup, at: At): string | null {
  const attribute = ofAttributes(group, node.attributes, at);
  if (attribute !== null) return attribute;
  const names = group.links(ALL).links.map(({ name }) => name);
  if (names.length !== node.children.length) return `${at.path}/`;
  for (const child of node.children) {
    const path = `${at.path}/${child.name}`;
    const difference = names.includes(child.name) ? ofChild(group, child, { ...at, path }) : path;
    if (difference !== null) return difference;
  }
  return null;
}

function ofChild(parent: Hdf5Group, node: NexusNode, at: At): string | null {
  if (node.kind === "link") return at.root.addressOf(node.target) === parent.addressOf(node.name) ? null : at.path;
  using dataset = parent.open(node.name);
  if (dataset === null) return at.path;
  if (dataset.kind === "group") return node.kind === "group" ? ofGroup(dataset, node, at) : at.path;
  if (node.kind === "checksum") return isOf(dataset, CHECKSUM_TYPE, []) ? null : at.path;
  if (node.kind === "image") {
    const isRight = isOf(dataset, node.plan.type, node.shape) &&
      (node.plan.way !== "splice" || dataset.fileOffset === at.written.splice?.at) &&
      (dataset.filters.length > 0) === "compression" in node.plan;
    return isRight ? ofAttributes(dataset, node.attributes, at) : at.path;
  }
  if (node.kind !== "field" || !isOf(dataset, typeOf(node.value), shapeOf(node))) return at.path;
  return isSame(dataset.read(ALL), node.value) ? ofAttributes(dataset, node.attributes, at) : at.path;
}

function ofAttributes(object: Hdf5Object, expected: NexusGroup["attributes"], { path }: At): string | null {
  const names = object.attributeNames();
  if (names.length !== Object.keys(expected).length) return `${path}@`;
  for (const [name, value] of Object.entries(expected)) {
    if (!names.includes(name) || !isSame(object.readAttribute(name, ALL), value)) return `${path}@${name}`;
  }
  return null;
}

function isOf(dataset: Hdf5Dataset, type: Hdf5Type, shape: readonly number[]): boolean {
  return JSON.stringify(ordered(dataset.type)) === JSON.stringify(ordered(type)) &&
    dataset.shape?.join() === shape.join();
}

/** Bytes have no order. */
function ordered(type: Hdf5Type): unknown[] {
  const [size, order] = [type.size, "order" in type && type.size > 1 ? type.order : null];
  return [type.class, size, order, "signed" in type ? type.signed : null];
}

function shapeOf({ value, shape }: NexusField): readonly number[] {
  return shape ?? (ArrayBuffer.isView(value) || Array.isArray(value) ? [value.length] : []);
}

function typeOf(value: Hdf5Value): Hdf5Type {
  if (typeof value === "number") return DOUBLE;
  if (typeof value === "string" || Array.isArray(value)) return TEXT;
  if (!ArrayBuffer.isView(value)) return { class: "integer", size: 8, signed: true, order: "little" };
  const size = value.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8;
  const name = value[Symbol.toStringTag];
  if (name.startsWith("Float")) return { class: "float", size: size as 4 | 8, order: "little" };
  return { class: "integer", size, signed: !name.startsWith("Uint"), order: "little" };
}

function isSame(read: Hdf5ReadValue, expected: Hdf5Value): boolean {
  if (typeof expected === "string" || typeof expected === "number") return Object.is(read, expected);
  if (!ArrayBuffer.isView(expected) && "integer" in expected) {
    return (typeof read === "number" || typeof read === "bigint") && BigInt(read) === BigInt(expected.integer);
  }
  if (!Array.isArray(read) || read.length !== expected.length) return false;
  return read.every((one, index) => {
    const other = expected[index]!;
    return typeof one === "bigint" || typeof other === "bigint"
      ? BigInt(one) === BigInt(other as number)
      : Object.is(one, other);
  });
}
