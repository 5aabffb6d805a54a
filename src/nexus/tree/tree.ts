/** A NeXus file as plain data, before any library is asked to write it. */
import type { Hdf5Type, Hdf5Value, Hdf5VirtualStack } from "../../../ffi/hdf5/library.ts";

export type Attributes = Readonly<Record<string, Hdf5Value>>;

export interface NexusGroup {
  readonly kind: "group";
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly NexusNode[];
}

export interface NexusField {
  readonly kind: "field";
  readonly name: string;
  readonly value: Hdf5Value;
  /** Of an array in more than one dimension, slowest first; its elements are the value's. */
  readonly shape?: readonly number[];
  readonly attributes: Attributes;
}

/** A second name for what stands at an absolute path. */
export interface NexusLink {
  readonly kind: "link";
  readonly name: string;
  readonly target: string;
}

/** Room for the 64 hex digits of a SHA-256 that is known later. */
export interface NexusChecksum {
  readonly kind: "checksum";
  readonly name: string;
}

/** Pixels, rows one after the other; how they come into the file is the plan's. */
export interface NexusImage {
  readonly kind: "image";
  readonly name: string;
  readonly attributes: Attributes;
  readonly plan: ImagePlan;
  /** [1, height, width] for the frame's own image, [height, width] for any other. */
  readonly shape: readonly number[];
}

/** What stands in another file, found when it is read. */
export interface NexusExternal {
  readonly kind: "external";
  readonly name: string;
  /** Without a folder: beside this file. */
  readonly file: string;
  readonly path: string;
}

/** The images of other files, stacked. */
export interface NexusStack {
  readonly kind: "stack";
  readonly name: string;
  readonly attributes: Attributes;
  readonly stack: Hdf5VirtualStack;
}

export type NexusNode =
  | NexusGroup
  | NexusField
  | NexusLink
  | NexusChecksum
  | NexusImage
  | NexusExternal
  | NexusStack;

/** Rows of one strip, in the TIFF's own bytes. */
export interface StripPlan {
  readonly offset: number;
  readonly byteCount: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** How an image's pixels come into the file. */
export type ImagePlan =
  /** Left out, to be put into their place when the file is delivered. */
  | { readonly way: "splice"; readonly type: Hdf5Type; readonly offset: number; readonly byteCount: number }
  /** Never: the dataset refers to the TIFF, by its name. */
  | {
    readonly way: "external";
    readonly type: Hdf5Type;
    readonly file: string;
    readonly offset: number;
    readonly byteCount: number;
  }
  /** Read strip by strip from a TIFF and written through the library. */
  | { readonly way: "strips"; readonly type: Hdf5Type; readonly path: string; readonly strips: readonly StripPlan[] };

export interface FieldOptions {
  /** As UDUNITS spells them: "mm", "s", "keV". */
  readonly units?: string;
  /** Where the value comes from: "sidecar [metadata] exposureTime". */
  readonly origin?: string;
  /** Of an array in more than one dimension, slowest first. */
  readonly shape?: readonly number[];
  readonly attributes?: Attributes;
}

/** Children that are null are left out, so that what is not known needs no word. */
export function group(
  name: string,
  nxClass: string,
  options: { attributes?: Attributes; children: readonly (NexusNode | null)[] },
): NexusGroup {
  const children = options.children.filter((child) => child !== null);
  return { kind: "group", name, attributes: { NX_class: nxClass, ...options.attributes }, children };
}

export function field(name: string, value: Hdf5Value, options: FieldOptions = {}): NexusField {
  const { units, origin, shape, attributes } = options;
  return {
    kind: "field",
    name,
    value,
    ...(shape === undefined ? {} : { shape }),
    attributes: {
      ...(units === undefined ? {} : { units }),
      ...(origin === undefined ? {} : { origin }),
      ...attributes,
    },
  };
}

/** A group only where something is in it. */
export function groupIfAny(name: string, nxClass: string, children: readonly (NexusNode | null)[]): NexusGroup | null {
  return children.some((child) => child !== null) ? group(name, nxClass, { children }) : null;
}

/** The node at a path below a group ("instrument/detector/data"); undefined where there is none. */
export function findNode(from: NexusGroup, path: string): NexusNode | undefined {
  let node: NexusNode | undefined = from;
  for (const name of path.split("/")) {
    if (node?.kind !== "group") return undefined;
    node = node.children.find((child) => child.name === name);
  }
  return node;
}
