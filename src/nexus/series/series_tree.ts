/** The tree of a series' master file: the stack of its frames, and what is the same for all by links to the first. */
import { membersOfLayout } from "../../config/names/nexus_layout.ts";
import { noteGroup, plotGroup, processGroup, rootGroup } from "../common_groups.ts";
import { SERIES_FIELD } from "../frame/series_field.ts";
import { DEFAULT_PATH } from "../frame/parameter_tree.ts";
import { type FirstFrame, membersOf } from "./first_frame.ts";
import { FRAME_IMAGE, type FrameImage, type FrameMembers } from "./series_frame.ts";
import { parametersOfSeries, type SeriesParameters } from "./series_parameters.ts";
import { masterName, type SeriesFrame, type Slot } from "./series_layout.ts";
import { field, groupAt, type NexusGroup, type NexusNode } from "../tree/tree.ts";

/** Of the entry, a group that only a master has: by its attribute a file is known that may be replaced. */
export const FRAMES_GROUP = "frames";
export const SERIES_ATTRIBUTE = "pewatch_series";

/** Members of a frame's detector, instrument and entry that a master does not link to: it has its own, or none. */
const NOT_LINKED = {
  detector: membersOfLayout("instrument/detector", ["differs", "made"]),
  instrument: membersOfLayout("instrument", ["differs", "made"]),
  entry: membersOfLayout("", ["differs", "made", "in instrument"]),
};
/** Of the entry, what is the same for all frames but for their parameters. */
const OF_ALL_FRAMES = membersOfLayout("", ["shared"]);
const OF_THE_GEOMETRY = membersOfLayout("instrument/detector", ["geometry"]);
const OF_THE_WAVELENGTH = membersOfLayout("instrument", ["wavelength"]);
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
  /** Of the slots; found where it is not given. */
  readonly parameters?: MasterParameters;
  /** Frames that are skipped, and why. */
  readonly notes: readonly string[];
  readonly now: Date;
  readonly hdf5Version: string;
}

export function buildMasterTree(contents: MasterContents): NexusGroup {
  return rootGroup(masterName(contents.series), entryGroup(contents), contents);
}

/** The parameters of all frames, and which groups of the first frame's file they differ in. */
export type MasterParameters = SeriesParameters & { readonly groups: readonly string[] };

export function masterParameters(slots: MasterContents["slots"]): MasterParameters {
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
  const parameters = contents.parameters ?? masterParameters(contents.slots);
  const replaced = new Map(
    parameters.parameters.flatMap(({ path, same, field }) =>
      path === null || same ? [] : [[path, `${DEFAULT_PATH}/${field.name}`]]
    ),
  );
  const first = { file: frames[0]!.file, members: contents.members, replaced };
  const { notShared, notes } = sharedGeometry(frames, replaced);
  const changed = parameters.groups.flatMap((group) => group.split("/")[1] ?? []);
  return groupAt("", {
    attributes: { default: "data" },
    children: [
      titleField(contents),
      contents.series === "" ? null : field(SERIES_FIELD, contents.series),
      frames[0]!.image.startTime === null
        ? null
        : field("start_time", frames[0]!.image.startTime, { origin: "first frame" }),
      end === null ? null : field("end_time", end, { origin: "last frame" }),
      ...membersOf(first, "entry", { only: [...OF_ALL_FRAMES, ...changed], except: new Set(NOT_LINKED.entry) }),
      groupAt("instrument", {
        children: [
          ...membersOf(first, "entry/instrument", { except: new Set([...NOT_LINKED.instrument, ...notShared]) }),
          // Where NXmx has it; a master is of the base classes.
          ...membersOf({ ...first, replaced: within(replaced, "/entry/source/") }, "entry", { only: ["source"] }),
          detectorGroup(contents, { first, notShared }),
          parameters.parameters.length === 0
            ? null
            : groupAt("instrument/parameters", { children: parameters.parameters.map(({ field }) => field) }),
        ],
      }),
      framesGroup(contents),
      masterProcess(contents, [...notes, ...parameters.notes]),
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
    for (const name of OF_THE_GEOMETRY) if (!replaced.has(`/entry/instrument/detector/${name}`)) notShared.add(name);
    notes.push("the place of the detector differs from frame to frame: each frame's own file has it");
  }
  const byParameter = [...replaced.keys()].some((path) => /^\/entry\/instrument\/(beam|monochromator)\//.test(path));
  if (!byParameter && differ(({ image }) => image.geometry.wavelength)) {
    for (const name of OF_THE_WAVELENGTH) notShared.add(name);
    notes.push("the wavelength differs from frame to frame: each frame's own file has it");
  }
  return { notShared, notes };
}

function detectorGroup(
  { slots }: MasterContents,
  { first, notShared }: { readonly first: FirstFrame; readonly notShared: ReadonlySet<string> },
): NexusGroup {
  const times_s = slots.map(({ frame }) => frame?.image.countTime_s ?? NaN);
  return groupAt("instrument/detector", {
    children: [
      ...membersOf(first, "entry/instrument/detector", { except: new Set([...NOT_LINKED.detector, ...notShared]) }),
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
  return groupAt(FRAMES_GROUP, {
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

function masterProcess(contents: MasterContents, ofParameters: readonly string[]): NexusGroup {
  const notes = [...contents.notes, ...ofParameters];
  const texts = { description: "what is skipped, and why", data: notes.join("\n") };
  return processGroup(contents, [notes.length === 0 ? null : noteGroup("process/notes", texts)]);
}

/** Of the entry and of its default plot; frames called "-00001" have none. */
function titleField({ series }: MasterContents): NexusNode | null {
  return series === "" ? null : field("title", series, { origin: "the frames' files" });
}

function dataGroup(contents: MasterContents): NexusGroup {
  const { slots } = contents;
  const { type, height, width } = framesOf(contents)[0]!.image;
  const sources = slots.flatMap(({ frame }, slot) => frame === null ? [] : [{ file: frame.file, slot }]);
  return plotGroup({
    title: titleField(contents),
    numbers: Int32Array.from(slots, (slot) => slot.number),
    width,
    height,
    more: [
      field("present", Int32Array.from(slots, (slot) => slot.frame === null ? 0 : 1), {
        attributes: { long_name: "1 where the frame is there" },
      }),
    ],
    data: {
      kind: "stack",
      name: "data",
      attributes: { interpretation: "image", units: "counts", long_name: contents.series || "frames" },
      stack: { type, shape: [slots.length, height, width], sources, sourcePath: FRAME_IMAGE },
    },
  });
}

function framesOf({ slots }: MasterContents): MasterFrame[] {
  return slots.flatMap(({ frame }) => frame ?? []);
}
