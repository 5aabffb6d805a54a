/** A value from outside (a device, a cache, a plugin) that belongs into the file of a frame. */

/** Values of one kind, in one dimension; at least one. Typed arrays keep their type in the file. */
export type ParameterList =
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | readonly boolean[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array;

/**
 * One number, text or truth, or a list of one kind. A number becomes a float64 in the file, a bigint an int64, a truth
 * 1 or 0.
 */
export type ParameterValue = number | bigint | string | boolean | ParameterList | ParameterSeries;

/** Values of one quantity over time: becomes an NXlog. Both lists are equally long; times ascend. */
export interface ParameterSeries {
  readonly times: readonly Date[];
  readonly values: ParameterList;
}

export type ParameterAttributes = Readonly<Record<string, string | number>>;

export interface ParameterReading {
  readonly name: string;
  /** Null where its source has none: `note` says why, and the frame's file has the note in its place. */
  readonly value: ParameterValue | null;
  /** As UDUNITS spells it: "K", "mm", "GPa"; "" for a ratio or a count. Left out where it is not known. */
  readonly unit?: string;
  /** When it was read. */
  readonly time: Date;
  /**
   * Where it goes: "/entry/sample/temperature". A group that is not there is made; its class follows a colon:
   * "/entry/instrument/attenuator:NXattenuator/attenuator_transmission". Without one it is
   * /entry/instrument/parameters/NAME.
   */
  readonly path?: string;
  /** Where it came from, as a person would look it up: "tango://host:10000/sys/tg_test/1/double_scalar". */
  readonly origin?: string;
  /** One sentence that a reader of the file should know: why there is no value. */
  readonly note?: string;
  /** Further attributes of its field in the NeXus file: `{ label: "Position", quality: "ALARM" }`. */
  readonly attributes?: ParameterAttributes;
  /**
   * A number or truth of which a frame has all that was read during its exposure, as an NXlog with average, minimum and
   * maximum; without any, the last one before. Otherwise a frame has the last reading alone.
   */
  readonly over?: "exposure";
  /** Of a frame's reading over its exposure, whose value is a series then: how many of its values were read within it. */
  readonly within?: number;
  /** A frame that was exposed later goes without its value: it should have been read again by then. */
  readonly until?: Date;
  /** The plugin that set it. Not for the file of a frame: when the plugin is gone, its values end. */
  readonly plugin?: string;
}

export function isSeries(value: ParameterValue | null): value is ParameterSeries {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Whether two readings of one number can differ in that number, its times and its plugin alone. */
export function differInNumber(one: ParameterReading, other: ParameterReading): boolean {
  return typeof one.value === "number" && typeof other.value === "number" && one.name === other.name &&
    one.unit === other.unit && one.path === other.path && one.origin === other.origin && one.note === other.note &&
    one.attributes === other.attributes;
}

/** The typed arrays that a list may be, by their names. */
export const TYPED_ARRAYS = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  BigInt64Array,
} as const;
