/** The tree of a series' master file: the stack of its frames, and what is the same for all by links to the first. */
import { NEXUS_RELEASE } from "../frame/build.ts";
import { PROGRAM, PROGRAM_VERSION } from "../frame/entry_parts.ts";
import { pixelAxis } from "../frame/detector/pixel_axis.ts";
import { SERIES_FIELD } from "../frame/series_field.ts";
import { DEFAULT_PATH } from "../frame/parameter_tree.ts";
import { type FirstFrame, membersOf } from "./first_frame.ts";
import { BEAM_MEMBERS, GEOMETRY_MEMBERS } from "./frame_geometry.ts";
import { FRAME_IMAGE, type FrameImage, type FrameMembers } from "./series_frame.ts";
import { parametersOfSeries, type SeriesParameters } from "./series_parameters.ts";
import { masterName, type SeriesFrame, type Slot } from "./series_layout.ts";
import { formatInZone } from "../frame/time/iso_time.ts";
import { field, group, type NexusGroup } from "../tree/tree.ts";

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
/** Of the entry, what is the same for all frames but for their parameters. */
const OF_ALL_FRAMES = ["experiment_identifier", "experiment_description", "program_name", "sample", "user"] as const;
/** Of the entry, what is made here, and what is shown as a part of the instrument. */
const NOT_LINKED: ReadonlySet<string> = new Set([
  "title",
  "start_time",
  "end_time",
  "instrument",
  "source",
  "frames",
  "process",
  "data",
]);
/** NXtomo's numbers, as in the frames' files; 3 is "invalid". */
const IMAGE_KEY = { sample: 0, absent: 3 } as const;
const MS_PER_S = 1000;

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

/** The parameters of all frames, and which groups of the first frame's file they differ in. */
export function masterParameters(slots: MasterContents["slots"]): SeriesParameters & { readonly groups: string[] } {
  const found = parametersOfSeries(
    slots.map(({ frame }) => frame?.image.parameters ?? null),
    slots.map(({ frame }) => frame?.file ?? null),
  );
  const groups = found.parameters.flatMap(({ path, same }) =>
    path === null || same ? [] : [path.slice(1, path.lastIndexOf("/"))]
  );
  return { ...found, groups: [...new Set(groups)] };
}

function entryGroup(contents: MasterContents): NexusGroup {
  const frames = framesOf(contents);
  const end = frames.at(-1)!.image.endTime;
  const parameters = masterParameters(contents.slots);
  const replaced = new Map(
    parameters.parameters.flatMap(({ path, same, field }) =>
      path === null || same ? [] : [[path, `${DEFAULT_PATH}/${field.name}`]]
    ),
  );
  const first = { file: frames[0]!.file, members: contents.members, replaced };
  const { notShared, notes } = sharedGeometry(frames, replaced);
  const changed = parameters.groups.flatMap((group) => group.split("/")[1] ?? []);
  return group("entry", "NXentry", {
    attributes: { default: "data" },
    children: [
      contents.series === "" ? null : field("title", contents.series, { origin: "the frames' files" }),
      contents.series === "" ? null : field(SERIES_FIELD, contents.series),
      frames[0]!.image.startTime === null
        ? null
        : field("start_time", frames[0]!.image.startTime, { origin: "first frame" }),
      end === null ? null : field("end_time", end, { origin: "last frame" }),
      ...membersOf(first, "entry", { only: [...OF_ALL_FRAMES, ...changed], except: NOT_LINKED }),
      group("instrument", "NXinstrument", {
        children: [
          ...membersOf(first, "entry/instrument", { except: new Set([...OF_THE_SERIES, ...notShared]) }),
          // Where NXmx has it; a master is of the base classes.
          ...membersOf({ ...first, replaced: within(replaced, "/entry/source/") }, "entry", { only: ["source"] }),
          detectorGroup(contents, { first, notShared }),
          parameters.parameters.length === 0
            ? null
            : group("parameters", "NXcollection", { children: parameters.parameters.map(({ field }) => field) }),
        ],
      }),
      framesGroup(contents),
      processGroup(contents, [...notes, ...parameters.notes]),
      dataGroup(contents),
    ],
  });
}

/** Of the instrument and the detector, the names of what differs from frame to frame in the geometry; and notes of it. */
function sharedGeometry(
  frames: readonly MasterFrame[],
  replaced: FirstFrame["replaced"],
): { readonly notShared: ReadonlySet<string>; readonly notes: readonly string[] } {
  const notShared = new Set<string>();
  const notes: string[] = [];
  const differ = (of: (frame: MasterFrame) => unknown) => new Set(frames.map(of)).size > 1;
  if (differ(({ image }) => image.geometry.detector)) {
    for (const name of GEOMETRY_MEMBERS) if (!replaced.has(`/entry/instrument/detector/${name}`)) notShared.add(name);
    notes.push("the place of the detector differs from frame to frame: each frame's own file has it");
  }
  const byParameter = [...replaced.keys()].some((path) => /^\/entry\/instrument\/(beam|monochromator)\//.test(path));
  if (!byParameter && differ(({ image }) => image.geometry.wavelength)) {
    for (const name of BEAM_MEMBERS) notShared.add(name);
    notes.push("the wavelength differs from frame to frame: each frame's own file has it");
  }
  return { notShared, notes };
}

function detectorGroup(
  { slots }: MasterContents,
  { first, notShared }: { readonly first: FirstFrame; readonly notShared: ReadonlySet<string> },
): NexusGroup {
  const times_s = slots.map(({ frame }) => frame?.image.countTime_s ?? NaN);
  return group("detector", "NXdetector", {
    children: [
      ...membersOf(first, "entry/instrument/detector", { except: new Set([...OF_ONE_FRAME, ...notShared]) }),
      field("image_key", Int32Array.from(slots, ({ frame }) => frame === null ? IMAGE_KEY.absent : IMAGE_KEY.sample)),
      times_s.every(Number.isNaN) ? null : field("count_time", Float64Array.from(times_s), { units: "s" }),
      { kind: "link", name: "data", target: FRAME_IMAGE },
    ],
  });
}

/** Which file each slot is of, and when it was begun: as a text, and as a number. "" and NaN where none is there. */
function framesGroup({ series, slots }: MasterContents): NexusGroup {
  const starts = slots.map(({ frame }) => frame?.image.startTime ?? null);
  const start = starts.find((text) => text !== null && !Number.isNaN(Date.parse(text))) ?? null;
  const times_s = starts.map((text) => text === null || start === null ? NaN : secondsBetween(start, text));
  return group(FRAMES_GROUP, "NXcollection", {
    attributes: { [SERIES_ATTRIBUTE]: series },
    children: [
      field("file_name", slots.map(({ frame }) => frame?.file ?? "")),
      field("start_time", starts.map((text) => text ?? "")),
      start === null ? null : field("time", Float64Array.from(times_s), { units: "s", attributes: { start } }),
    ],
  });
}

function within(replaced: FirstFrame["replaced"], group: string): FirstFrame["replaced"] {
  return new Map([...replaced].filter(([path]) => path.startsWith(group)));
}

function secondsBetween(start: string, time: string): number {
  return (Date.parse(time) - Date.parse(start)) / MS_PER_S;
}

function processGroup({ notes: leftOut, now }: MasterContents, ofParameters: readonly string[]): NexusGroup {
  const notes = [...leftOut, ...ofParameters];
  return group("process", "NXprocess", {
    children: [
      field("program", PROGRAM),
      field("version", PROGRAM_VERSION),
      field("date", formatInZone(now)),
      notes.length === 0 ? null : group("notes", "NXnote", {
        children: [
          field("type", "text/plain"),
          field("description", "what is left out, and why"),
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
