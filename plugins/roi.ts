/** Regions of interest: sum, mean and more of rectangles of each delivered frame, as CSV and as parameters. */
import {
  type DeliveredFrame,
  type FrameImage,
  ImageError,
  type PluginContext,
  readImage,
  saturationOf,
  type SidecarView,
} from "pewatch";
import * as v from "valibot";
import { firstTwice, numberWithin, oneOf, table, wholeNumber, words, yesOrNo } from "./lib/config.ts";
import type { CsvValue } from "./lib/csv_text.ts";
import { FrameTables, tableEntries } from "./lib/frame_tables.ts";
import { clipRegion, measureRegion, type Region, RegionError, type RegionValues } from "./lib/region.ts";
import { sidecarOf } from "./lib/sidecar_of.ts";
import { isoTime } from "./lib/times.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;

const VALUES = ["sum", "mean", "min", "max", "std", "pixels", "invalid", "saturated"] as const;
/** Each takes its time at each frame; more is a table of pixels. */
const REGIONS_MAX = 64;
/** No detector has so many pixels in a row; a region may reach over the border. */
const PIXEL_MAX = 1_000_000;

const position = wholeNumber(-PIXEL_MAX, PIXEL_MAX, "in pixels; 0 is the first column, or the first row of the file");
const length = wholeNumber(1, PIXEL_MAX, "in pixels");
const region = table({
  name: v.pipe(
    words("the name of the region"),
    v.regex(/^[A-Za-z][A-Za-z0-9_]*$/, "a name of letters, digits and _ that begins with a letter is needed"),
  ),
  x: position,
  y: position,
  width: length,
  height: length,
});

export const CONFIG = table({
  regions: v.pipe(
    v.array(region, 'a list of regions is needed: [{ name = "ring", x = 0, y = 0, width = 10, height = 10 }]'),
    v.minLength(1, "one region at least is needed"),
    v.maxLength(REGIONS_MAX, `${REGIONS_MAX} regions at most can be measured`),
    v.check(
      (regions) => firstTwice(regions.map(({ name }) => name)) === undefined,
      ({ input }) =>
        `each region needs a name of its own, and ${firstTwice(input.map(({ name }) => name))} is there twice`,
    ),
  ),
  values: v.optional(
    v.pipe(v.array(oneOf(VALUES), "a list is needed"), v.minLength(1, "one value at least is needed")),
    ["sum", "mean", "min", "max"],
  ),
  /** Whether the values are parameters too: they then stand in the files of LATER frames, with this one's name and time. */
  parameters: yesOrNo(true),
  csv: yesOrNo(true),
  unit: v.exactOptional(words("the unit of a pixel's value")),
  saturation: v.exactOptional(numberWithin(0, Number.MAX_VALUE, "the value of a saturated pixel")),
  ...tableEntries("roi.csv"),
});

type Config = v.InferOutput<typeof CONFIG>;
type Context = PluginContext<Config>;

let tables: FrameTables | null = null;
/** Its memory serves for the next one: most of the time would go into fresh memory. */
let last: FrameImage | null = null;
/** What was logged of a region: an image size that it does not fit is logged once, not at each frame. */
const logged = new Set<string>();
const LOGGED_MAX = 1000;

export function setup({ config, log, settings }: Context): void {
  const names = config.regions.flatMap(({ name }) => config.values.map((value) => `${name}_${value}`));
  tables = config.csv ? new FrameTables(["time", "name", ...names, "note"], config, { log, settings }) : null;
}

export async function work(context: Context): Promise<void> {
  // Before an image is read for nothing.
  if (tables?.isWritable === false) return;
  for await (const frame of context.frames) {
    if (!measureFrame(frame, context)) frame.later();
  }
}

/** Returns whether the frame is done: its line stands in the file. */
function measureFrame(frame: DeliveredFrame, context: Context): boolean {
  const { config, counters, log } = context;
  const view = sidecarOf(frame, counters)?.view ?? null;
  const time = timeOf(frame, view);
  const notes = frame.dark ? ["dark"] : [];
  const image = imageOf(frame, notes);
  counters.add(image === null ? "frames_unread" : "frames");
  if (image === null) log.warn(notes.at(-1) ?? frame.name);
  const saturation = config.saturation ??
    (image === null ? undefined : saturationOf(image.data, view, context.settings));
  const cells: CsvValue[] = [];
  for (const region of config.regions) {
    const values = image && measure(region, image, { frame, notes, saturation, context });
    for (const value of config.values) cells.push(values?.[value]);
    // A dark's would stand in the files of the frames that follow it as if there were no beam.
    if (values && config.parameters && !frame.dark) setParameters(region.name, values, { frame, time, context });
  }
  return tables?.append(frame, [isoTime(time), frame.name, ...cells, notes.join("; ")]) ?? true;
}

function imageOf(frame: DeliveredFrame, notes: string[]): FrameImage | null {
  try {
    return last = readImage(frame, { into: last });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    notes.push(error.message);
    return null;
  }
}

/** null where the region lies outside; that is noted, counted and, once for each size of image, logged. */
function measure(
  asked: Region,
  image: FrameImage,
  { frame, notes, saturation, context }: {
    frame: DeliveredFrame;
    notes: string[];
    saturation: number | undefined;
    context: Context;
  },
): RegionValues | null {
  try {
    const region = clipRegion(asked, image);
    if (region.width !== asked.width || region.height !== asked.height) {
      notes.push(`${asked.name} cut to ${region.width} x ${region.height}`);
    }
    const values = measureRegion(image, region, saturation);
    if (values.invalid > 0) notes.push(`${asked.name} has ${values.invalid} invalid pixels`);
    return values;
  } catch (error) {
    if (!(error instanceof RegionError)) throw error;
    notes.push(`${asked.name} lies outside`);
    context.counters.add("regions_outside");
    if (!logged.has(error.message)) context.log.warn(`${frame.name}: ${error.message}`);
    if (logged.size < LOGGED_MAX) logged.add(error.message);
    return null;
  }
}

/** They say which frame they are of, since they come too late for that frame's own file. */
function setParameters(
  region: string,
  values: RegionValues,
  { frame, time, context }: { frame: DeliveredFrame; time: Date; context: Context },
): void {
  const { unit } = context.config;
  for (const value of context.config.values) {
    if (Number.isNaN(values[value])) continue;
    const inUnit = unit !== undefined && ["sum", "mean", "min", "max", "std"].includes(value);
    context.parameters.set(`${region}_${value}`, values[value], {
      time,
      origin: `roi of ${frame.name}`,
      ...inUnit ? { unit } : {},
    });
  }
}

/** When the frame was taken, as its sidecar says; else when it was delivered. */
function timeOf(frame: DeliveredFrame, view: SidecarView | null): Date {
  const taken_ms = (view?.timeStamp_s ?? NaN) * 1000;
  // A clock that was not set yet, or is ahead of this one, would hide the value from the frames that follow.
  const plausible = taken_ms > 0 && taken_ms <= frame.deliveredAt.getTime();
  return plausible ? new Date(taken_ms) : frame.deliveredAt;
}
