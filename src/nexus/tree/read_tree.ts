/** Reads any HDF5 file as a plain tree, bounded in every direction: for showing a file, not for its pixels. */
import type {
  Hdf5Dataset,
  Hdf5Group,
  Hdf5Library,
  Hdf5Object,
  Hdf5ReadValue,
  Hdf5Type,
} from "../../../ffi/hdf5/library.ts";

export interface TreeGroup {
  readonly kind: "group";
  /** "/" for the root. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, Hdf5ReadValue>>;
  /** In the order of their names. */
  readonly children: readonly TreeNode[];
  /** How many more children there are than were read. */
  readonly omitted: number;
}

export interface TreeDataset {
  readonly kind: "dataset";
  readonly name: string;
  readonly attributes: Readonly<Record<string, Hdf5ReadValue>>;
  /** "float32", "uint16, big-endian", "text", "text of 64 bytes", "compound of 16 bytes" … */
  readonly type: string;
  /** What its chunks are compressed with ("shuffle", "gzip"), in the order in which it was done. */
  readonly filters: readonly string[];
  /** Slowest dimension first; [] for a scalar; null where the dataset has no elements by its own choice. */
  readonly shape: readonly number[] | null;
  /** Null where there are more elements than the limit, or where their type is not read. */
  readonly value: Hdf5ReadValue;
  /** Whether a text in `value` was cut. */
  readonly cut: boolean;
}

export interface TreeLink {
  readonly kind: "link";
  readonly name: string;
  /** "hard": a second name for what stands at `target`. */
  readonly link: "hard" | "soft" | "external" | "other";
  readonly target: string;
}

export type TreeNode = TreeGroup | TreeDataset | TreeLink;

export interface TreeLimits {
  /** Groups, datasets and links in all. */
  readonly nodesMax: number;
  /** Groups inside groups. */
  readonly depthMax: number;
  /** Arrays with more elements are not read. */
  readonly elementsMax: number;
  /** Longer texts are cut, in UTF-16 units. */
  readonly textMax: number;
}

/** Enough for what pewatch writes (a sidecar's thousands of keys included); a wild file ends somewhere. */
const TREE_LIMITS: TreeLimits = { nodesMax: 20_000, depthMax: 32, elementsMax: 16, textMax: 4096 };

/** Those of the library, and those of others that detectors' files have (portal.hdfgroup.org, registered filters). */
const FILTER_NAMES: Readonly<Record<number, string>> = {
  1: "gzip",
  2: "shuffle",
  3: "fletcher32",
  4: "szip",
  32001: "blosc",
  32004: "lz4",
  32008: "bitshuffle",
  32015: "zstd",
};

/** The numbers below are the library's own (H5Z_FILTER_RESERVED). */
const OTHERS_FILTERS_FROM = 256;

interface Walk {
  readonly limits: TreeLimits;
  /** Where each object was first seen, by its address. */
  readonly seen: Map<string, string>;
  nodesLeft: number;
}

/** @throws Hdf5Error where it is not an HDF5 file, or a damaged one */
export function readTree(hdf5: Hdf5Library, path: string, limits: Partial<TreeLimits> = {}): TreeGroup {
  const walk: Walk = { limits: { ...TREE_LIMITS, ...limits }, seen: new Map(), nodesLeft: 0 };
  walk.nodesLeft = walk.limits.nodesMax;
  using file = hdf5.openFile(path);
  return readGroup(file.root, { name: "/", path: "", depth: 0 }, walk);
}

interface Place {
  readonly name: string;
  /** Without a slash at its end: "" for the root. */
  readonly path: string;
  readonly depth: number;
}

function readGroup(group: Hdf5Group, place: Place, walk: Walk): TreeGroup {
  const attributes = readAttributes(group, walk);
  const max = place.depth < walk.limits.depthMax ? walk.nodesLeft : 0;
  const { links, total } = group.links({ max });
  walk.nodesLeft -= links.length;
  const children = links.map((link): TreeNode => {
    if (link.kind !== "hard") return { kind: "link", name: link.name, link: link.kind, target: link.target };
    return readChild(group, { name: link.name, path: `${place.path}/${link.name}`, depth: place.depth + 1 }, walk);
  });
  return { kind: "group", name: place.name, attributes, children, omitted: total - links.length };
}

function readChild(parent: Hdf5Group, place: Place, walk: Walk): TreeNode {
  const address = parent.addressOf(place.name);
  const before = walk.seen.get(address);
  if (before !== undefined) return { kind: "link", name: place.name, link: "hard", target: before };
  using object = parent.open(place.name);
  if (object === null) return { kind: "link", name: place.name, link: "other", target: "" };
  walk.seen.set(address, place.path);
  return object.kind === "group" ? readGroup(object, place, walk) : readDataset(object, place, walk);
}

function readDataset(dataset: Hdf5Dataset, place: Place, walk: Walk): TreeDataset {
  const { filters } = dataset;
  // Of others' filters the library may have no plugin, and where it looks for one is not for a file to choose.
  const isReadable = filters.every(({ id }) => id < OTHERS_FILTERS_FROM);
  const read = isReadable ? dataset.read({ elementsMax: walk.limits.elementsMax }) : null;
  const { value, cut } = cutTexts(read, walk.limits.textMax);
  return {
    kind: "dataset",
    name: place.name,
    attributes: readAttributes(dataset, walk),
    type: describeType(dataset.type),
    filters: filters.map(({ id }) => FILTER_NAMES[id] ?? `filter ${id}`),
    shape: dataset.shape,
    value,
    cut,
  };
}

function readAttributes(object: Hdf5Object, walk: Walk): Record<string, Hdf5ReadValue> {
  const { elementsMax, textMax } = walk.limits;
  const names = object.attributeNames().slice(0, walk.limits.nodesMax);
  return Object.fromEntries(
    names.map((name) => [name, cutTexts(object.readAttribute(name, { elementsMax }), textMax).value]),
  );
}

function cutTexts(value: Hdf5ReadValue, textMax: number): { value: Hdf5ReadValue; cut: boolean } {
  if (typeof value === "string") return { value: value.slice(0, textMax), cut: value.length > textMax };
  if (!Array.isArray(value)) return { value, cut: false };
  const values: readonly (string | number | bigint)[] = value;
  return {
    value: values.map((one) => typeof one === "string" ? one.slice(0, textMax) : one),
    cut: values.some((one) => typeof one === "string" && one.length > textMax),
  };
}

export function describeType(type: Hdf5Type): string {
  if (type.class === "text") return type.size === "variable" ? "text" : `text of ${type.size} bytes`;
  if (type.class === "other") return `${type.name} of ${type.size} bytes`;
  const name = type.class === "float" ? "float" : type.signed ? "int" : "uint";
  return `${name}${type.size * 8}${type.order === "big" && type.size > 1 ? ", big-endian" : ""}`;
}
