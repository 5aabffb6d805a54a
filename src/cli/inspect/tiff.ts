/** What a TIFF says of itself: its layout, and the tags that pewatch wrote. */
import { readLayoutOfFile, type TiffLayout } from "../../tiff/layout.ts";
import { readFrameTags } from "../../tiff/read_tags.ts";
import { printable, readableBytes } from "../terminal.ts";
import { aligned, type InspectionReport, shortened } from "./report.ts";

/** @throws TiffFormatError */
export function inspectTiff(path: string): InspectionReport {
  const layout = readLayoutOfFile(path);
  const tags = readFrameTags(path);
  const rows = tags.map(({ tag, name, value }) => [`${tag} ${printable(name)}`, shortened(printable(value))] as const);
  return {
    kind: "tiff",
    data: { layout: { ...layout, tags: [...layout.tags] }, tags },
    lines: [
      "Image",
      ...aligned(layoutRows(layout)),
      tags.length === 0 ? "No tags of pewatch" : "Tags of pewatch",
      ...aligned(rows),
    ],
    fault: false,
  };
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
