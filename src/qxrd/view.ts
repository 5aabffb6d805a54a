/** A sidecar seen as typed facts: every key of QXRD's own that is documented, with its unit in its name. */
import { formatLocalIso, type LocalDateTime, parseDateString } from "./date_time.ts";
import type { Sidecar, SidecarEntry } from "./sidecar.ts";
import { decodeValue, doublesOf, type SidecarClock, type SidecarValue } from "./sidecar_values.ts";

/** A known key whose value cannot be used, or a line that is no key. */
export interface SidecarProblem {
  /** With its section: `metadata/width`; empty for a line that is no key. */
  readonly key: string;
  readonly line: number;
  readonly text: string;
}

/** `[centerfinder]`: the geometry at the time of saving; it may have been changed after the image was taken. */
export interface CenterFinderView {
  readonly centerX_px?: number;
  readonly centerY_px?: number;
  readonly detectorXPixelSize_um?: number;
  readonly detectorYPixelSize_um?: number;
  readonly detectorDistance_mm?: number;
  readonly energy_ev?: number;
  readonly implementTilt?: boolean;
  readonly detectorTilt_deg?: number;
  readonly tiltPlaneRotation_deg?: number;
}

/** Names are QXRD's, units come last. Absent is what the sidecar does not hold, or holds in a form that is a problem. */
export interface SidecarView {
  /** Pixels in a row. */
  readonly width?: number;
  /** Number of rows. */
  readonly height?: number;
  /** Index into DATA_TYPES. */
  readonly dataType?: number;
  readonly dataTypeName?: string;
  readonly readoutMode?: number;
  /** Of one exposure; an image is the sum of `summedExposures`. */
  readonly exposureTime_s?: number;
  readonly summedExposures?: number;
  /** -1 in a dark. `fileIndex` from 0.13 on. */
  readonly imageNumber?: number;
  readonly imageSequenceNumber?: number;
  readonly phaseNumber?: number;
  /** 0 in a dark. */
  readonly nPhases?: number;
  readonly detectorNumber?: number;
  /** Always 1 up to 0.11.10, whatever the detector does. */
  readonly hBinning?: number;
  readonly vBinning?: number;
  readonly cameraGain?: number;
  readonly triggered?: number;
  /** `objectSaved` from 0.13 on. */
  readonly imageSaved?: number;
  readonly used?: boolean;
  /** When the image was processed, which is after its exposure: wall clock of the detector PC. */
  readonly dateTime?: LocalDateTime;
  /** What `dateTime` says of the clock that it was read from. */
  readonly dateTimeClock?: SidecarClock;
  readonly dateString?: string;
  /** Seconds since 1970-01-01 UTC. */
  readonly timeStamp_s?: number;
  readonly fileBase?: string;
  readonly fileName?: string;
  readonly title?: string;
  /** `version` from 0.13 on. */
  readonly qxrdVersion?: string;
  readonly qtVersion?: string;
  /** The program; from 0.13 on. */
  readonly creator?: string;
  readonly userComment1?: string;
  readonly userComment2?: string;
  readonly userComment3?: string;
  readonly userComment4?: string;
  readonly normalization?: readonly number[];
  readonly extraInputs?: readonly number[];
  readonly minimumValue?: number;
  readonly maximumValue?: number;
  readonly centerfinder?: CenterFinderView;
  readonly problems: readonly SidecarProblem[];
}

type Kind = "int" | "double" | "bool" | "text" | "doubles" | "dateTime";
/** Property of the view, kind, and the keys it is read from, the older name first. */
type Row = readonly [property: string, kind: Kind, ...keys: string[]];

const METADATA: readonly Row[] = [
  ["width", "int", "width"],
  ["height", "int", "height"],
  ["dataType", "int", "dataType"],
  ["dataTypeName", "text", "dataTypeName"],
  ["readoutMode", "int", "readoutMode"],
  ["exposureTime_s", "double", "exposureTime"],
  ["summedExposures", "int", "summedExposures"],
  ["imageNumber", "int", "imageNumber", "fileIndex"],
  ["imageSequenceNumber", "int", "imageSequenceNumber"],
  ["phaseNumber", "int", "phaseNumber"],
  ["nPhases", "int", "nPhases"],
  ["detectorNumber", "int", "detectorNumber"],
  ["hBinning", "int", "hBinning"],
  ["vBinning", "int", "vBinning"],
  ["cameraGain", "double", "cameraGain"],
  ["triggered", "int", "triggered"],
  ["imageSaved", "int", "imageSaved", "objectSaved"],
  ["used", "bool", "used"],
  ["dateTime", "dateTime", "dateTime"],
  ["dateString", "text", "dateString"],
  ["timeStamp_s", "double", "timeStamp"],
  ["fileBase", "text", "fileBase"],
  ["fileName", "text", "fileName"],
  ["title", "text", "title"],
  ["qxrdVersion", "text", "qxrdVersion", "version"],
  ["qtVersion", "text", "qtVersion"],
  ["creator", "text", "creator"],
  ["userComment1", "text", "userComment1"],
  ["userComment2", "text", "userComment2"],
  ["userComment3", "text", "userComment3"],
  ["userComment4", "text", "userComment4"],
  ["normalization", "doubles", "normalization"],
  ["extraInputs", "doubles", "extraInputs"],
  ["minimumValue", "double", "minimumValue"],
  ["maximumValue", "double", "maximumValue"],
];

const CENTERFINDER: readonly Row[] = [
  ["centerX_px", "double", "centerX"],
  ["centerY_px", "double", "centerY"],
  ["detectorXPixelSize_um", "double", "detectorXPixelSize"],
  ["detectorYPixelSize_um", "double", "detectorYPixelSize"],
  ["detectorDistance_mm", "double", "detectorDistance"],
  ["energy_ev", "double", "energy"],
  ["implementTilt", "bool", "implementTilt"],
  ["detectorTilt_deg", "double", "detectorTilt"],
  ["tiltPlaneRotation_deg", "double", "tiltPlaneRotation"],
];

/** The typed view. Never throws: a known key whose value cannot be used becomes one of the view's problems. */
export function viewSidecar(sidecar: Sidecar): SidecarView {
  const problems = sidecar.flaws.map(({ line, text }): SidecarProblem => ({ key: "", line, text }));
  const view = readRows(sidecar, { section: "metadata", rows: METADATA, problems });
  const centerfinder = readRows(sidecar, { section: "centerfinder", rows: CENTERFINDER, problems });
  if (Object.keys(centerfinder).length > 0) view["centerfinder"] = centerfinder;
  addClock(sidecar, view);
  addDate(sidecar, view, problems);
  return { ...view, problems };
}

interface ReadRows {
  readonly section: string;
  readonly rows: readonly Row[];
  readonly problems: SidecarProblem[];
}

function readRows(sidecar: Sidecar, { section, rows, problems }: ReadRows): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [property, kind, ...keys] of rows) {
    const key = keys.find((name) => sidecar.entry(section, name) !== undefined);
    const entry = key === undefined ? undefined : sidecar.entry(section, key);
    if (entry === undefined) continue;
    const value = kind === "doubles" ? readDoubles(sidecar, entry) : readValue(decodeValue(entry.raw), kind);
    if (value !== undefined) view[property] = value;
    else {
      problems.push({ key: `${section}/${entry.key}`, line: entry.line, text: `Cannot read as ${KIND_NAMES[kind]}` });
    }
  }
  return view;
}

const KIND_NAMES = {
  int: "a whole number",
  double: "a number",
  bool: "true or false",
  text: "text",
  doubles: "a list of numbers",
  dateTime: "a date and time",
} as const satisfies Record<Kind, string>;

function readValue(value: SidecarValue, kind: Exclude<Kind, "doubles">): unknown {
  if (kind === "dateTime") return dateTimeOf(value);
  if (kind === "text") return textOf(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (kind === "int") return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
  if (kind === "double") return numberOf(text);
  // Qt takes as true whatever is neither empty, 0 nor false; QXRD itself writes true, false, 0 and 1 only.
  return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined;
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return /^[+-]?(\d|\.\d)[\d.eE+-]*$/.test(text) && Number.isFinite(number) ? number : undefined;
}

/** A comment with commas that someone wrote without quotes reads as a list; it is still that text. */
function textOf(value: SidecarValue): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (isList(value)) return value.join(", ");
  return value.kind === "bytes" ? new TextDecoder().decode(value.bytes) : undefined;
}

function isList(value: SidecarValue): value is readonly string[] {
  return Array.isArray(value);
}

function dateTimeOf(value: SidecarValue): LocalDateTime | undefined {
  if (typeof value === "string") return parseDateString(value);
  if (value === null || isList(value)) return undefined;
  return value.kind === "dateTime" ? value.dateTime : undefined;
}

/** A list is there up to three times: as `@Variant`, as array `key\1\…`, as a section `[key]`; the first that has it. */
function readDoubles(sidecar: Sidecar, entry: SidecarEntry): number[] | undefined {
  const value = decodeValue(entry.raw);
  const binary = doublesOf(value);
  if (binary !== undefined) return binary;
  const elements = sidecar.list(entry.section, entry.key) ?? sidecar.list("", entry.key);
  const texts = elements?.map(({ fields }) => [...fields.values()][0]) ??
    (value === null ? [] : isList(value) ? [...value] : value === "" ? [] : [value]);
  const numbers = texts.map((text) => typeof text === "string" ? numberOf(text.trim()) : undefined);
  return numbers.every((number) => number !== undefined) ? numbers as number[] : undefined;
}

function addClock(sidecar: Sidecar, view: Record<string, unknown>): void {
  const value = sidecar.value("metadata", "dateTime");
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "dateTime") return;
  view["dateTimeClock"] = value.clock;
}

/** `dateString` stands in where there is no usable `dateTime`; where both are there they must agree. */
function addDate(sidecar: Sidecar, view: Record<string, unknown>, problems: SidecarProblem[]): void {
  const entry = sidecar.entry("metadata", "dateString");
  if (entry === undefined || typeof view["dateString"] !== "string") return;
  const key = "metadata/dateString";
  const fromText = parseDateString(view["dateString"]);
  if (fromText === undefined) {
    problems.push({ key, line: entry.line, text: "Cannot read as a date and time" });
  } else if (view["dateTime"] === undefined) {
    view["dateTime"] = fromText;
  } else if (!sameDateTime(view["dateTime"] as LocalDateTime, fromText)) {
    problems.push({
      key,
      line: entry.line,
      text: `Cannot read the date: it differs from dateTime, ${formatLocalIso(view["dateTime"] as LocalDateTime)}`,
    });
  }
}

function sameDateTime(a: LocalDateTime, b: LocalDateTime): boolean {
  return (Object.keys(a) as (keyof LocalDateTime)[]).every((part) => a[part] === b[part]);
}
