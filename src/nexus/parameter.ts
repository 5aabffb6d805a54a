/** A value from outside (a device, a cache, a plugin) that belongs into the file of a frame. */

/** One number, text or truth, or a list of one kind. */
export type ParameterValue =
  | number
  | bigint
  | string
  | boolean
  | readonly number[]
  | readonly string[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint16Array
  | ParameterSeries;

/** Values of one quantity over time: becomes an NXlog. Both lists are equally long; times ascend. */
export interface ParameterSeries {
  readonly times: readonly Date[];
  readonly values: readonly number[] | readonly string[] | Float64Array;
}

export interface ParameterReading {
  readonly name: string;
  readonly value: ParameterValue;
  /** As UDUNITS spells it: "K", "mm", "GPa". */
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
}
