/** What a value in memcached means: plain text, as the first implementation's set_key and append_key wrote it. */
import type { ParameterValue } from "pewatch";
import type { MemcachedValue } from "./memcached_reader.ts";

export const READ_AS = ["auto", "number", "text"] as const;
export type ReadAs = (typeof READ_AS)[number];

/** Python's libraries mark with it what only Python can read. */
const FLAG_PICKLED = 1;
const INT64_MAX = 2n ** 63n - 1n;

/**
 * - a number where the text is one as Python, C or JSON write it, "nan" and "inf" included; a bigint where a whole
 *   number has too many digits for a double. "007" is a text: no program writes a number so;
 * - a list where the text is a JSON list of numbers, or of texts;
 * - else the text.
 *
 * "number" takes numbers and lists of them only; "text" takes everything as it stands.
 * @returns null for an empty text
 * @throws {TypeError} where it cannot be used; the message says why
 */
export function readValue(value: MemcachedValue, as: ReadAs): ParameterValue | null {
  const text = textOf(value);
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (as === "text") return text;
  const known = numberOf(trimmed) ?? listOf(trimmed);
  if (as === "auto") return known ?? text;
  if (known === undefined || (Array.isArray(known) && typeof known[0] !== "number")) {
    throw new TypeError(`${JSON.stringify(text.slice(0, 40))} is not a number`);
  }
  return known;
}

function textOf({ bytes, size, flags }: MemcachedValue): string {
  if (bytes === null) throw new TypeError(`it has ${size} bytes, which is too much for a parameter`);
  const text = decode(bytes);
  // deno-lint-ignore no-control-regex
  const binary = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);
  const pickled = (flags & FLAG_PICKLED) !== 0 && (binary || text.endsWith("."));
  if (pickled) throw new TypeError("it is a pickled object of Python; set a text: str(value)");
  if (binary) throw new TypeError(`its ${bytes.length} bytes are not a text`);
  return text;
}

/** UTF-8; what is none was written on a PC in Western Europe. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const NUMBER = /^[+-]?(0|[1-9]\d*)?(\.\d*)?(e[+-]?\d+)?$/i;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

function numberOf(text: string): number | bigint | undefined {
  const special = NOT_FINITE.exec(text);
  if (special !== null) return special[2]!.toLowerCase() === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
  if (!NUMBER.test(text) || !/^[+-]?\.?\d/.test(text)) return undefined;
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text) || Number.isSafeInteger(number)) return number;
  const whole = BigInt(text.replace("+", ""));
  return whole <= INT64_MAX && whole >= -INT64_MAX - 1n ? whole : undefined;
}

function listOf(text: string): number[] | string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || list.length === 0) return undefined;
    if (list.every((one) => typeof one === "number")) return list;
    return list.every((one) => typeof one === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}
