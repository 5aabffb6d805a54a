/** Values of the sidecar that have a place of their own in the file: `[[nexus.map]]`, and QXRD's lists of monitors. */
import { PATTERN_TEXT_MAX } from "../../config/pattern.ts";
import type { MappedKey } from "../../config/settings.ts";
import type { ParameterReading, ParameterValue } from "../../parameters/parameter.ts";
import { formatLocalIso } from "../../qxrd/date_time.ts";
import type { Sidecar } from "../../qxrd/sidecar.ts";
import { decodeValue, doublesOf, type SidecarValue } from "../../qxrd/sidecar_values.ts";
import type { FrameFacts } from "./facts.ts";
import { clean } from "./sources.ts";
import { freeName } from "./parameter_tree.ts";

/** As Qt writes numbers; NaN and infinity too. */
const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|inf)$/i;
const INTEGER = /^[+-]?\d{1,18}$/;
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on", "1"].map((text) => [text, true] as const),
  ...["false", "no", "off", "0"].map((text) => [text, false] as const),
]);

/** What QXRD read at its inputs during the exposure, and what it divided by: monitors, where they are there. */
const MONITORS = [
  { key: "normalization", path: "/entry/normalization:NXmonitor/data" },
  { key: "extraInputs", path: "/entry/extra_inputs:NXmonitor/data" },
] as const;

/** By this name its array is found in the master of a series. */
export function nameOfMapped({ name, path }: Pick<MappedKey, "name" | "path">): string {
  return name ?? path.slice(path.lastIndexOf("/") + 1);
}

/**
 * The sidecar's values as readings of the frame's end; one whose value cannot be had is a reading without value whose
 * note says why. Where a parameter of the frame has the name too, the mapped value's is numbered.
 */
export function mappedReadings(facts: FrameFacts, end: Date): ParameterReading[] {
  const { sidecar, view, settings } = facts;
  if (sidecar === null || view === null) return [];
  const taken = new Set(facts.parameters.map(({ name }) => name));
  const reading = (wanted: string, rest: Omit<ParameterReading, "name" | "time">): ParameterReading => {
    const name = freeName(wanted, taken);
    taken.add(name);
    return { name, time: end, ...rest };
  };
  const mapped = settings.nexus.map.map((of) => {
    const value = valueOf(sidecar, of);
    const { path, unit } = of;
    const [section, key] = splitKey(of.key);
    return reading(nameOfMapped(of), {
      path,
      ...unit === undefined ? {} : { unit },
      origin: `sidecar [${section}] ${key}`,
      ...typeof value === "object" && value !== null && "fault" in value
        ? { value: null, note: `${of.key} ${value.fault}` }
        : { value },
    });
  });
  const isMapped = new Set(settings.nexus.map.map(({ key }) => key));
  const monitors = MONITORS.flatMap(({ key, path }) => {
    const values = view[key];
    if (values === undefined || values.length === 0 || isMapped.has(`metadata/${key}`)) return [];
    return [reading(key, { path, origin: `sidecar [metadata] ${key}`, value: Float64Array.from(values) })];
  });
  return [...mapped, ...monitors];
}

function splitKey(key: string): [section: string, key: string] {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** Why there is no value, as the rest of a sentence that begins with the key. */
interface Fault {
  readonly fault: string;
}

function valueOf(sidecar: Sidecar, { key: name, type, pattern }: MappedKey): ParameterValue | Fault {
  const [section, key] = splitKey(name);
  const entry = sidecar.entry(section === "General" ? "" : section, key);
  if (entry === undefined) return { fault: "is not in the .metadata file" };
  const value = decodeValue(entry.raw);
  if (type === "numbers" && pattern === undefined) return numbersOf(value);
  const whole = textOf(value);
  if (typeof whole !== "string") return whole;
  if (pattern === undefined) return convert(whole.trim(), type);
  const found = new RegExp(pattern, "u").exec(whole.slice(0, PATTERN_TEXT_MAX))?.[1];
  if (found === undefined) return { fault: `is ${shown(whole)}, which pattern ${pattern} does not match` };
  return convert(found.trim(), type);
}

function textOf(value: SidecarValue): string | Fault {
  if (value === null) return { fault: "has no value" };
  if (typeof value === "string") return value;
  // A text with a comma that QSettings did not write itself.
  if (Array.isArray(value)) return value.join(", ");
  if (!("kind" in value)) return { fault: "has no value" };
  switch (value.kind) {
    case "bytes":
      return new TextDecoder().decode(value.bytes);
    case "dateTime":
      return formatLocalIso(value.dateTime);
    case "variant":
      return doublesOf(value)?.join(", ") ?? { fault: `is a value of Qt's type ${value.typeName ?? value.type}` };
  }
}

function convert(text: string, type: MappedKey["type"]): ParameterValue | Fault {
  if (text === "") return { fault: "is empty" };
  switch (type) {
    case "text":
      return clean(text);
    case "number":
      return NUMBER.test(text) ? numberOf(text) : { fault: `is ${shown(text)}, which is not a number` };
    case "integer":
      return INTEGER.test(text)
        ? BigInt(text.replace(/^\+/, ""))
        : { fault: `is ${shown(text)}, which is not a whole number` };
    case "boolean":
      return TRUTHS.get(text.toLowerCase()) ?? { fault: `is ${shown(text)}, which is neither true nor false` };
    case "numbers":
      return numbersOf(text.split(/[\s,;]+/).filter((one) => one !== ""));
  }
}

function numbersOf(value: SidecarValue): ParameterValue | Fault {
  const doubles = doublesOf(value);
  if (doubles !== undefined) return doubles.length === 0 ? { fault: "is an empty list" } : Float64Array.from(doubles);
  if (typeof value === "string") return convert(value.trim(), "numbers");
  if (!Array.isArray(value)) return { fault: "is not a list of numbers" };
  const texts = value.map((text: string) => text.trim());
  const wrong = texts.find((text) => !NUMBER.test(text));
  if (wrong !== undefined) return { fault: `has ${shown(wrong)}, which is not a number` };
  return texts.length === 0 ? { fault: "is an empty list" } : Float64Array.from(texts, numberOf);
}

function numberOf(text: string): number {
  const size = text.toLowerCase().replace(/^[+-]/, "");
  if (size === "nan") return NaN;
  if (size === "inf") return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
