/** One parameter as the field or group that a frame's file has of it. */
import type { Hdf5Value } from "../../../ffi/hdf5/library.ts";
import {
  differInNumber,
  isSeries,
  type ParameterList,
  type ParameterReading,
  type ParameterValue,
} from "../../parameters/parameter.ts";
import { formatInZone } from "../../time/iso_time.ts";
import { field, group, type NexusField, type NexusGroup } from "../tree/tree.ts";

/** Of an NXlog; what a master has of it for each frame. */
export const AVERAGE = "average_value";
const MS_PER_S = 1000;

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

/** The same object as for the frame before where the reading is the same. */
export function nodeOf(reading: ParameterReading, as: NodeOptions): NexusField | NexusGroup {
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
