/** A NeXus file as plain data, before any library is asked to write it. */
import type { Hdf5Type, Hdf5Value, Hdf5VirtualStack } from "../../../ffi/hdf5/library.ts";
import type { Compression, PixelRun } from "../chunks/chunk_layout.ts";
import { type GroupPath, GROUPS } from "../../config/names/nexus_layout.ts";

export type Attributes = Readonly<Record<string, Hdf5Value>>;

export interface NexusGroup {
  readonly kind: "group";
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly NexusNode[];
  /** The same object may be in the trees of many frames: what is made of it is kept. */
  readonly reused?: KnownShape;
}

export interface NexusField {
  readonly kind: "field";
  readonly name: string;
  readonly value: Hdf5Value;
  /** Of an array in more than one dimension, slowest first; its elements are the value's. */
  readonly shape?: readonly number[];
  /** A parameter with this place may replace it. */
  readonly replaceable?: true;
  /** Of a typed array in one dimension: its length is another from frame to frame. */
  readonly varies?: true;
  readonly attributes: Attributes;
  /** As of a group; shared by fields that differ in their numbers and texts alone, and no array is among these. */
  readonly reused?: KnownShape;
}

/** Room for what shape.ts knows of nodes of one shape. */
export interface KnownShape {
  key?: string;
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

/** Unsigned numbers of 32 bits, 0 where no pixel is marked. */
export interface NexusMask {
  readonly kind: "mask";
  readonly name: string;
  readonly attributes: Attributes;
  /** Height, width. */
  readonly shape: readonly [number, number];
  /** row * width + column of each marked pixel. */
  readonly pixels: Uint32Array;
  /** What a marked pixel has. */
  readonly bits: number;
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
  | NexusMask
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
  /** Left out, to be compressed chunk by chunk when the file is delivered; `runs` of the TIFF have the rows in order. */
  | {
    readonly way: "chunks";
    readonly type: Hdf5Type;
    readonly compression: Compression;
    readonly runs: readonly PixelRun[];
  }
  /** Never: the dataset refers to the TIFF, by its name. */
  | {
    readonly way: "external";
    readonly type: Hdf5Type;
    readonly file: string;
    readonly offset: number;
    readonly byteCount: number;
  }
  /** Read strip by strip from a TIFF and written through the library. */
  | {
    readonly way: "strips";
    readonly type: Hdf5Type;
    readonly path: string;
    readonly strips: readonly StripPlan[];
    /** None where it is stored as it is. */
    readonly compression?: Compression;
  };

export interface FieldOptions {
  /** As UDUNITS spells them: "mm", "s", "keV". */
  readonly units?: string;
  /** Where the value comes from: "sidecar [metadata] exposureTime". */
  readonly origin?: string;
  readonly replaceable?: true;
  readonly varies?: true;
  /** Of an array in more than one dimension, slowest first. */
  readonly shape?: readonly number[];
  readonly attributes?: Attributes;
}

/** A group of the layout. */
export function groupAt(
  path: GroupPath,
  options: { attributes?: Attributes; children: readonly (NexusNode | null)[] },
): NexusGroup {
  const name = path === "" ? "entry" : path.slice(path.lastIndexOf("/") + 1);
  return group(name, GROUPS[path].nxClass, options);
}

/** The same where something is in it. */
export function groupAtIfAny(path: GroupPath, children: readonly (NexusNode | null)[]): NexusGroup | null {
  return children.some((child) => child !== null) ? groupAt(path, { children }) : null;
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
  const { units, origin, replaceable, varies, shape, attributes } = options;
  return {
    kind: "field",
    name,
    value,
    ...(shape === undefined ? {} : { shape }),
    ...replaceable && { replaceable },
    ...varies && { varies },
    attributes: {
      ...(units === undefined ? {} : { units }),
      ...(origin === undefined ? {} : { origin }),
      ...attributes,
    },
  };
}

export function childOf(parent: NexusGroup, name: string): NexusNode | undefined {
  return parent.children.find((child) => child.name === name);
}
