/** What a sidecar says: the known values with their units, then every key as it stands. */
import { Buffer } from "node:buffer";
import { formatLocalIso } from "../../qxrd/date_time.ts";
import { parseSidecar, type Sidecar } from "../../qxrd/sidecar.ts";
import type { SidecarValue } from "../../qxrd/sidecar_values.ts";
import { viewSidecar } from "../../qxrd/view.ts";
import { printable } from "../../log/terminal_text.ts";
import { aligned, type InspectionReport, shortened } from "./report.ts";

/** @throws SidecarError */
export function inspectSidecar(bytes: Uint8Array): InspectionReport {
  const sidecar = parseSidecar(bytes);
  const { problems, dateTime, dateTimeClock: _clock, ...others } = viewSidecar(sidecar);
  const known = dateTime ? { dateTime: formatLocalIso(dateTime), ...others } : others;
  const lines = [`Known values (${sidecar.encoding})`, ...aligned(viewRows(known))];
  if (problems.length > 0) {
    lines.push(
      "Problems",
      ...aligned(problems.map(({ key, line, text }) => [
        `line ${line}`,
        key === "" ? text : `${printable(key)}: ${text}`,
      ])),
    );
  }
  if (sidecar.cutOff !== null) lines.push(`The sidecar may be cut off: ${sidecar.cutOff}`);
  lines.push(...entryLines(sidecar));
  return {
    kind: "sidecar",
    data: {
      encoding: sidecar.encoding,
      cutOff: sidecar.cutOff,
      view: { ...known, problems },
      entries: sidecar.entries.map((entry) => ({ ...entry, value: plain(sidecar.value(entry.section, entry.key)) })),
    },
    lines,
    fault: false,
  };
}

/** Every key in the order of the file, but each list (`key/3/x`) as one line: saved points are thousands of keys. */
function entryLines(sidecar: Sidecar): string[] {
  const lines: string[] = [];
  let section: string | null = null;
  let rows = new Map<string, string>();
  for (const { section: own, key, name } of sidecar.entries) {
    if (own !== section) {
      lines.push(...aligned([...rows]), `[${printable(own) || "General"}]`);
      rows = new Map();
      section = own;
    }
    const list = /^(.+?)\/(?:size|\d+\/.+)$/s.exec(name)?.[1];
    const listRow = `${printable(list ?? "")}/`;
    // Asked for once only: gathering a list is as long as the list.
    if (list !== undefined && rows.has(listRow)) continue;
    const elements = list === undefined ? undefined : sidecar.list(own, list);
    if (elements) rows.set(listRow, `list of ${elements.length}`);
    else rows.set(printable(name), shownValue(sidecar.value(own, key)));
  }
  return [...lines, ...aligned([...rows])];
}

/** "centerfinder.energy_ev" for what is nested; units are the ends of the names. */
function viewRows(view: object, before = ""): [string, string][] {
  return Object.entries(view).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === null) return [];
    if (typeof value === "object" && !Array.isArray(value)) return viewRows(value, `${before}${name}.`);
    const text = Array.isArray(value) ? JSON.stringify(value) : String(value);
    return [[`${before}${name}`, shortened(printable(text))]];
  });
}

function shownValue(value: SidecarValue | undefined): string {
  if (typeof value === "object" && value !== null && "dateTime" in value && value.dateTime !== undefined) {
    return formatLocalIso(value.dateTime);
  }
  const shown = plain(value);
  return shortened(printable(typeof shown === "string" ? shown : JSON.stringify(shown)));
}

/** As JSON can hold it: bytes as hexadecimal digits. */
function plain(value: SidecarValue | undefined): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  return "bytes" in value ? { ...value, bytes: Buffer.from(value.bytes).toString("hex") } : value;
}
