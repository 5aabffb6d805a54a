/** What was read of a parameter during an exposure, as one reading of the frame. */
import type { ParameterList, ParameterReading, ParameterValue } from "./parameter.ts";

/** What a frame can have of one parameter: half an hour at ten readings a second. */
const READINGS_MAX = 20_000;

/**
 * A reading whose value is the series of those that were read within the exposure, in the order of their times; null
 * where there is none with a value. Readings of another kind or unit than the last are left out; a note says so where it
 * had no value for a part of the exposure.
 */
export function overExposure(within: readonly ParameterReading[]): ParameterReading | null {
  const last = within.findLast(({ value }) => value !== null);
  if (last === undefined) return null;
  const usable = within.filter(({ value, unit }) =>
    typeof value === typeof last.value && value !== null && unit === last.unit
  )
    .slice(-READINGS_MAX);
  const qualities = new Set(usable.flatMap(({ attributes }) => attributes?.["quality"] ?? []));
  const odd = usable.findLast(({ attributes }) => attributes?.["time_note"] !== undefined)?.attributes?.["time_note"];
  const absent = within.findLast(({ value }) => value === null)?.note;
  return {
    ...last,
    ...qualities.size < 2 && odd === undefined ? {} : {
      attributes: {
        ...last.attributes,
        ...qualities.size < 2 ? {} : { quality: [...qualities].join(", ") },
        ...odd === undefined ? {} : { time_note: odd },
      },
    },
    ...absent === undefined ? {} : { note: `it had no value for a part of the exposure: ${absent}` },
    value: seriesOf(usable),
    within: usable.length,
  };
}

/** The last reading before the exposure in the same form. */
export function asSeries(reading: ParameterReading): ParameterReading {
  return reading.value === null ? reading : { ...reading, value: seriesOf([reading]), within: 0 };
}

function seriesOf(readings: readonly ParameterReading[]): ParameterValue {
  return { times: readings.map(({ time }) => time), values: readings.map(({ value }) => value) as ParameterList };
}
