/** What a TIFF says of itself: its layout, and the tags that pewatch wrote. */
import { readableBytes } from "../../log/counted.ts";
import { readLayoutOfFile, type TiffLayout } from "../../tiff/layout.ts";
import { type FrameTag, readFrameTags } from "../../tiff/tags/read_tags.ts";
import { PARAMETERS_TAG } from "../../tiff/tags/tag_table.ts";
import { printable } from "../../log/terminal_text.ts";
import { aligned, type InspectionReport, shortened } from "./report.ts";

/** @throws TiffFormatError */
export function inspectTiff(path: string): InspectionReport {
  const layout = readLayoutOfFile(path);
  const tags = readFrameTags(path);
  const parameters = parametersOf(tags);
  const rows = tags.map(({ tag, name, value }) => [`${tag} ${printable(name)}`, shortened(printable(value))] as const);
  return {
    kind: "tiff",
    data: { layout: { ...layout, tags: [...layout.tags] }, tags, ...(parameters === null ? {} : { parameters }) },
    lines: [
      "Image",
      ...aligned(layoutRows(layout)),
      tags.length === 0 ? "No tags of pewatch" : "Tags of pewatch",
      ...aligned(rows),
      ...(parameters === null ? [] : ["Parameters", ...aligned(Object.entries(parameters).map(parameterRow))]),
    ],
    fault: false,
  };
}

/** What the tag with the parameters says, by name; null where there is none, or none that can be read. */
function parametersOf(tags: readonly FrameTag[]): Readonly<Record<string, unknown>> | null {
  const text = tags.find(({ tag }) => tag === PARAMETERS_TAG)?.value;
  if (text === undefined) return null;
  try {
    const parameters: unknown = JSON.parse(text);
    return typeof parameters === "object" ? parameters as Record<string, unknown> | null : null;
  } catch {
    return null; // the tag itself is shown anyway
  }
}

/** Value and unit, then when it was read and from where. */
function parameterRow([name, parameter]: [string, unknown]): [string, string] {
  const { value, unit, time, origin } = (parameter ?? {}) as Record<string, unknown>;
  const shown = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  const about = [time, origin].filter((text) => typeof text === "string").join(", ");
  const text = `${shortened(printable(shown))}${typeof unit === "string" ? ` ${printable(unit)}` : ""}`;
  return [printable(name), about === "" ? text : `${text}  (${printable(about)})`];
}

function layoutRows(layout: TiffLayout): [string, string][] {
  const { width, height, samplesPerPixel, bitsPerSample, sampleFormat, strips, pixels, tags } = layout;
  const samples = samplesPerPixel === 1 ? "" : ` x ${samplesPerPixel} samples`;
  const first = strips[0] ? `, the first at byte ${strips[0].offset}` : "";
  return [
    ["size", `${width} x ${height} pixels${samples}, ${sampleFormat} of ${bitsPerSample} bits`],
    ["form", `${layout.bigTiff ? "BigTIFF" : "TIFF"}, ${layout.byteOrder}-endian`],
    ["file", `${readableBytes(layout.fileSize)}, directory at byte ${layout.ifdOffset}`],
    ["compression", layout.compression === 1 ? "none" : `number ${layout.compression}`],
    [layout.tiled ? "tiles" : "strips", `${strips.length}${first}`],
    ["pixels", pixels ? `one range: ${pixels.byteCount} bytes at ${pixels.offset}` : "not one plain range"],
    ["tag numbers", [...tags].join(" ")],
  ];
}
