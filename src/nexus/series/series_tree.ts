/** The tree of a series' master file: the stack of its frames, and what is the same for all by links to the first. */
import { NEXUS_RELEASE } from "../frame/build.ts";
import { PROGRAM, PROGRAM_VERSION } from "../frame/entry_parts.ts";
import { pixelAxis } from "../frame/pixel_axis.ts";
import { SERIES_FIELD } from "../frame/series_field.ts";
import { FRAME_IMAGE, type FrameImage, type FrameMembers } from "./series_frame.ts";
import { masterName, type SeriesFrame, type Slot } from "./series_layout.ts";
import { formatInZone } from "../frame/time.ts";
import { field, group, type NexusGroup, type NexusNode } from "../tree/tree.ts";

/** Of the entry, a group that only a master has: by its attribute a file is known that may be replaced. */
export const FRAMES_GROUP = "frames";
export const SERIES_ATTRIBUTE = "pewatch_series";

/** What differs from frame to frame, and so is not taken from the first. */
const OF_ONE_FRAME: ReadonlySet<string> = new Set([
  "data",
  "data_file",
  "qxrd",
  "reference_dark",
  "count_time",
  "frame_time",
  "number_of_cycles",
  "sequence_number",
  "frame_start_number",
  "saturation_value",
  "image_key",
]);
/** The instrument's members that are made here, and the zone, which only NXmx knows. */
const OF_THE_SERIES: ReadonlySet<string> = new Set(["detector", "parameters", "time_zone"]);
/** Of the entry, what is the same for all frames. */
const OF_ALL_FRAMES = ["experiment_identifier", "program_name", "sample"] as const;

export interface MasterFrame extends SeriesFrame {
  readonly image: FrameImage;
}

export interface MasterContents {
  readonly series: string;
  /** At least one frame; all of one size and type. */
  readonly slots: readonly Slot<MasterFrame>[];
  /** What the first frame's file has. */
  readonly members: FrameMembers;
  /** Frames that are left out, and why. */
  readonly notes: readonly string[];
  readonly now: Date;
  readonly hdf5Version: string;
}

export function buildMasterTree(contents: MasterContents): NexusGroup {
  return group("/", "NXroot", {
    attributes: {
      default: "entry",
      file_name: masterName(contents.series),
      file_time: formatInZone(contents.now),
      HDF5_Version: contents.hdf5Version,
      NeXus_release: NEXUS_RELEASE,
      creator: PROGRAM,
      creator_version: PROGRAM_VERSION,
    },
    children: [entryGroup(contents)],
  });
}

function entryGroup(contents: MasterContents): NexusGroup {
  const frames = framesOf(contents);
  const first = frames[0]!;
  const end = frames.at(-1)!.image.endTime;
  const shared = OF_ALL_FRAMES.filter((name) => contents.members.entry.includes(name));
  return group("entry", "NXentry", {
    attributes: { default: "data" },
    children: [
      contents.series === "" ? null : field("title", contents.series, { origin: "the frames' files" }),
      contents.series === "" ? null : field(SERIES_FIELD, contents.series),
      first.image.startTime === null ? null : field("start_time", first.image.startTime, { origin: "first frame" }),
      end === null ? null : field("end_time", end, { origin: "last frame" }),
      ...shared.map((name) => external(name, { file: first.file, path: `/entry/${name}` })),
      group("instrument", "NXinstrument", {
        children: [
          ...linked(contents.members.instrument, {
            except: OF_THE_SERIES,
            file: first.file,
            path: "/entry/instrument",
          }),
          detectorGroup(contents, first),
        ],
      }),
      framesGroup(contents),
      processGroup(contents),
      dataGroup(contents),
    ],
  });
}

function detectorGroup({ slots, members }: MasterContents, first: MasterFrame): NexusGroup {
  const path = "/entry/instrument/detector";
  const times_s = slots.map(({ frame }) => frame?.image.countTime_s ?? NaN);
  return group("detector", "NXdetector", {
    children: [
      ...linked(members.detector, { except: OF_ONE_FRAME, file: first.file, path }),
      times_s.every(Number.isNaN) ? null : field("count_time", Float64Array.from(times_s), { units: "s" }),
      { kind: "link", name: "data", target: FRAME_IMAGE },
    ],
  });
}

/** Which file each slot is of, and when it was taken; "" where none is there. */
function framesGroup({ series, slots }: MasterContents): NexusGroup {
  return group(FRAMES_GROUP, "NXcollection", {
    attributes: { [SERIES_ATTRIBUTE]: series },
    children: [
      field("file_name", slots.map(({ frame }) => frame?.file ?? "")),
      field("start_time", slots.map(({ frame }) => frame?.image.startTime ?? "")),
    ],
  });
}

function processGroup({ notes, now }: MasterContents): NexusGroup {
  return group("process", "NXprocess", {
    children: [
      field("program", PROGRAM),
      field("version", PROGRAM_VERSION),
      field("date", formatInZone(now)),
      notes.length === 0 ? null : group("notes", "NXnote", {
        children: [
          field("type", "text/plain"),
          field("description", "frames that are left out"),
          field("data", notes.join("\n")),
        ],
      }),
    ],
  });
}

/** The default plot; nothing else here may begin with "data" (see dataGroup in build.ts). */
function dataGroup(contents: MasterContents): NexusGroup {
  const { slots } = contents;
  const { type, height, width } = framesOf(contents)[0]!.image;
  const sources = slots.flatMap(({ frame }, slot) => frame === null ? [] : [{ file: frame.file, slot }]);
  return group("data", "NXdata", {
    attributes: {
      signal: "data",
      axes: ["frame_number", "y", "x"],
      frame_number_indices: { integer: 0 },
      y_indices: { integer: 1 },
      x_indices: { integer: 2 },
    },
    children: [
      field("frame_number", Int32Array.from(slots, (slot) => slot.number)),
      field("present", Int32Array.from(slots, (slot) => slot.frame === null ? 0 : 1), {
        attributes: { long_name: "1 where the frame is there" },
      }),
      field("y", pixelAxis(height), { units: "pixel" }),
      field("x", pixelAxis(width), { units: "pixel" }),
      {
        kind: "stack",
        name: "data",
        attributes: { interpretation: "image", units: "counts", long_name: contents.series || "frames" },
        stack: { type, shape: [slots.length, height, width], sources, sourcePath: FRAME_IMAGE },
      },
    ],
  });
}

function framesOf({ slots }: MasterContents): MasterFrame[] {
  return slots.flatMap(({ frame }) => frame ?? []);
}

function linked(
  names: readonly string[],
  from: { except: ReadonlySet<string>; file: string; path: string },
): NexusNode[] {
  return names.filter((name) => !from.except.has(name))
    .map((name) => external(name, { file: from.file, path: `${from.path}/${name}` }));
}

function external(name: string, to: { file: string; path: string }): NexusNode {
  return { kind: "external", name, ...to };
}
