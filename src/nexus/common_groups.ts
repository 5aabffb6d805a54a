/** What a frame's file and a series' master have in common: the root, what pewatch did, the default plot, notes. */
import { PROGRAM, PROGRAM_VERSION } from "../config/program.ts";
import type { GROUPS } from "../config/names/nexus_layout.ts";
import { clean } from "./frame/sources.ts";
import { formatInZone } from "../time/iso_time.ts";
import { type Attributes, field, group, groupAt, type NexusGroup, type NexusNode } from "./tree/tree.ts";

/** The release of the definitions that the layout was checked with. */
const NEXUS_RELEASE = "2026.01";

/** When a file is made, and by what. */
export interface Making {
  readonly now: Date;
  /** IANA name; this computer's zone where absent. */
  readonly timeZone?: string | undefined;
  readonly hdf5Version: string;
}

export function rootGroup(fileName: string, entry: NexusGroup, making: Making): NexusGroup {
  return group("/", "NXroot", {
    attributes: {
      default: "entry",
      file_name: fileName,
      file_time: formatInZone(making.now, making.timeZone),
      HDF5_Version: making.hdf5Version,
      NeXus_release: NEXUS_RELEASE,
      creator: PROGRAM,
      creator_version: PROGRAM_VERSION,
    },
    children: [entry],
  });
}

/** What pewatch did, from what, and what went wrong. */
export function processGroup(
  making: Pick<Making, "now" | "timeZone">,
  more: readonly (NexusNode | null)[],
): NexusGroup {
  return groupAt("process", {
    children: [
      field("program", PROGRAM),
      field("version", PROGRAM_VERSION),
      field("date", formatInZone(making.now, making.timeZone)),
      ...more,
    ],
  });
}

type NotePath = { [P in keyof typeof GROUPS]: (typeof GROUPS)[P]["nxClass"] extends "NXnote" ? P : never }[
  keyof typeof GROUPS
];

/** A text with what it is. */
export function noteGroup(
  path: NotePath,
  texts: { readonly file_name?: string; readonly description: string; readonly data: string },
): NexusGroup {
  return groupAt(path, {
    children: [
      field("type", "text/plain"),
      ...Object.entries(texts).map(([key, text]) => field(key, clean(text))),
    ],
  });
}

/** The default plot, of frames in one stack. */
export interface Plot {
  readonly title: NexusNode | null;
  /** Of each frame. */
  readonly numbers: Int32Array;
  readonly width: number;
  readonly height: number;
  /** The stack itself, called "data". */
  readonly data: NexusNode;
  readonly more?: readonly NexusNode[];
}

/** What readers demand of it stands in `src/config/names/nexus_layout.ts` and docs/files.md. */
export function plotGroup({ title, numbers, width, height, data, more = [] }: Plot): NexusGroup {
  const attributes: Attributes = {
    signal: "data",
    axes: ["frame_number", "y", "x"],
    frame_number_indices: { integer: 0 },
    y_indices: { integer: 1 },
    x_indices: { integer: 2 },
  };
  const children = [title, field("frame_number", numbers), ...more, ...pixelAxes({ width, height }), data];
  return groupAt("data", { attributes, children });
}

/** Where a pixel's middle is, by the convention of beam_center_x and beam_center_y. */
const MIDDLE = 0.5;

/**
 * `x` and `y` of `/entry/data`. They are real datasets, since readers refuse an axis without one; of a square image they
 * are one dataset, which is half of what a frame's file has beyond its pixels.
 */
function pixelAxes({ width, height }: { readonly width: number; readonly height: number }): NexusNode[] {
  const units = { units: "pixel" };
  const x = field("x", middles(width), units);
  return [
    x,
    width === height ? { kind: "link", name: "y", target: "/entry/data/x" } : field("y", middles(height), units),
  ];
}

/** The last one made: frames of one detector have one. */
let last = new Float32Array(0);

function middles(length: number): Float32Array {
  if (last.length !== length) last = Float32Array.from({ length }, (_, index) => index + MIDDLE);
  return last;
}
