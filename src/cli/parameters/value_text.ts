/** A parameter's value for a person, and for JSON. */
import { counted } from "../../log/counted.ts";
import { isSeries, type ParameterValue } from "../../parameters/parameter.ts";

/** Longer values are cut off with an ellipsis. */
const VALUE_LENGTH_MAX = 40;
/** Of a list. */
const ELEMENTS_SHOWN_MAX = 5;

/** Numbers as numbers where JSON can, else as texts: NaN, integers of 64 bits. */
export function jsonValue(value: ParameterValue): unknown {
  if (typeof value === "object") {
    if (isSeries(value)) {
      return { times: value.times.map((time) => time.toISOString()), values: jsonValue(value.values) };
    }
    return Array.from(value as ArrayLike<number | bigint | string | boolean>, jsonValue);
  }
  return typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value)) ? String(value) : value;
}

export function valueText(value: ParameterValue): string {
  const text = typeof value !== "object"
    ? String(value)
    : isSeries(value)
    ? `${counted(value.times.length, "value")} over time, last ${String(value.values.at(-1))}`
    : listText(Array.from(value as ArrayLike<unknown>, String));
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;
}

function listText(texts: readonly string[]): string {
  const shown = texts.slice(0, ELEMENTS_SHOWN_MAX).join(", ");
  return texts.length > ELEMENTS_SHOWN_MAX ? `${texts.length}: ${shown}, …` : shown;
}
