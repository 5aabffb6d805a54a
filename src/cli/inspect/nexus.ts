/** What a NeXus file holds: its tree, and whether the checksum in it fits the TIFF beside it. */
import type { Hdf5ReadValue } from "../../../ffi/hdf5/library.ts";
import { openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { readTree, type TreeDataset, type TreeGroup, type TreeNode } from "../../nexus/tree/read_tree.ts";
import { printable } from "../../log/terminal_text.ts";
import { checkChecksum, type ChecksumFinding } from "./checksum.ts";
import { type InspectionReport, shortened } from "./report.ts";

/** Lists and the sidecar's text whole, but no pixels. */
const LIMITS = { elementsMax: 1024, textMax: 8 * 1024 * 1024 } as const;
/** Shown beside the name, not as lines of their own. */
const SHOWN_BESIDE = ["NX_class", "units"];

/** @throws Hdf5Error, NativeLibraryError */
export function inspectNexus(path: string): InspectionReport {
  const tree = readTreeOf(path);
  const checksum = checkChecksum(path, tree);
  return {
    kind: "nexus",
    data: { tree, checksum },
    lines: ["Tree", ...attributeLines(tree, "  "), ...childLines(tree, "  "), "Checksum", `  ${describe(checksum)}`],
    fault: checksum?.fits === false,
  };
}

function readTreeOf(path: string): TreeGroup {
  using hdf5 = openHdf5Library();
  return readTree(hdf5, path, LIMITS);
}

function nodeLines(node: TreeNode, indent: string): string[] {
  const name = printable(node.name);
  if (node.kind === "link") return [`${indent}${name} -> ${printable(node.target)} (${node.link} link)`];
  const below = `${indent}  `;
  if (node.kind === "dataset") return [`${indent}${name}${datasetText(node)}`, ...attributeLines(node, below)];
  const nxClass = node.attributes["NX_class"];
  const title = `${indent}${name}/${typeof nxClass === "string" ? `  ${printable(nxClass)}` : ""}`;
  return [title, ...attributeLines(node, below), ...childLines(node, below)];
}

function childLines(group: TreeGroup, indent: string): string[] {
  const lines = group.children.flatMap((child) => nodeLines(child, indent));
  return group.omitted > 0 ? [...lines, `${indent}… and ${group.omitted} more`] : lines;
}

function attributeLines(node: TreeGroup | TreeDataset, indent: string): string[] {
  return Object.entries(node.attributes)
    .filter(([name]) => !SHOWN_BESIDE.includes(name))
    .map(([name, value]) => `${indent}@${printable(name)} = ${valueText(value)}`);
}

function datasetText({ attributes, type, filters, shape, value }: TreeDataset): string {
  const units = typeof attributes["units"] === "string" ? ` ${printable(attributes["units"])}` : "";
  if (value !== null) return ` = ${valueText(value)}${units}`;
  const extent = shape === null ? "no elements" : shape.length === 0 ? "one element" : shape.join(" x ");
  const stored = filters.length === 0 ? "" : `, ${filters.join(" and ")}`;
  return `: ${type}, ${extent}${units}${stored}`;
}

function valueText(value: Hdf5ReadValue): string {
  if (value === null) return "(not shown)";
  const text = Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
  return shortened(printable(text));
}

function describe(checksum: ChecksumFinding | null): string {
  if (checksum === null) return "none is recorded";
  const { recorded, tiff, fits, actual } = checksum;
  if (fits === null) return `SHA-256 ${recorded} is recorded; the TIFF is not beside the file`;
  return fits
    ? `SHA-256 of ${tiff} fits: ${recorded}`
    : `SHA-256 of ${tiff} does NOT fit: recorded ${recorded}, found ${actual}`;
}
