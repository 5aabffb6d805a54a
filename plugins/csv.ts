/** A line of CSV for each delivered frame, with the columns of one's choice. */
import type { DeliveredFrame, FrameSidecar, PluginContext, SidecarView } from "pewatch";
import * as v from "valibot";
import { firstTwice, table, words } from "./lib/config.ts";
import type { CsvValue } from "./lib/csv_text.ts";
import { FrameTables, tableEntries } from "./lib/frame_tables.ts";
import { sidecarOf } from "./lib/sidecar_of.ts";
import { isoLocal, isoTime } from "./lib/times.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;

/** What pewatch knows of a delivery. */
const OF_DELIVERY = {
  sequence: (frame: DeliveredFrame) => frame.sequence,
  number: (frame: DeliveredFrame) => frame.number,
  delivered_at: (frame: DeliveredFrame) => isoTime(frame.deliveredAt),
  name: (frame: DeliveredFrame) => frame.name,
  image: (frame: DeliveredFrame) => frame.files.image,
  sidecar: (frame: DeliveredFrame) => frame.files.sidecar,
  nexus: (frame: DeliveredFrame) => frame.files.nexus,
  bytes: (frame: DeliveredFrame) => frame.bytes,
  dark: (frame: DeliveredFrame) => frame.dark,
  again: (frame: DeliveredFrame) => frame.again,
  latency_s: (frame: DeliveredFrame) => Number(frame.latency_s.toFixed(3)),
} as const satisfies Record<string, (frame: DeliveredFrame) => CsvValue>;

/** What a sidecar's view may have, under the same names; the compiler sees to it that none is left out. */
const OF_VIEW: Record<Exclude<keyof SidecarView, "problems" | "centerfinder" | "dateTimeClock">, true> = {
  width: true,
  height: true,
  dataType: true,
  dataTypeName: true,
  readoutMode: true,
  exposureTime_s: true,
  summedExposures: true,
  imageNumber: true,
  imageSequenceNumber: true,
  phaseNumber: true,
  nPhases: true,
  detectorNumber: true,
  hBinning: true,
  vBinning: true,
  cameraGain: true,
  triggered: true,
  imageSaved: true,
  used: true,
  dateTime: true,
  dateString: true,
  timeStamp_s: true,
  fileBase: true,
  fileName: true,
  title: true,
  qxrdVersion: true,
  qtVersion: true,
  creator: true,
  userComment1: true,
  userComment2: true,
  userComment3: true,
  userComment4: true,
  normalization: true,
  extraInputs: true,
  minimumValue: true,
  maximumValue: true,
};

const COLUMNS_DEFAULT = [
  "delivered_at",
  "name",
  "image",
  "bytes",
  "latency_s",
  "dateTime",
  "exposureTime_s",
  "summedExposures",
];
/** Excel takes 16,384; a sidecar has about 300 keys. */
const COLUMNS_MAX = 1000;
const NAMES = [...Object.keys(OF_DELIVERY), ...Object.keys(OF_VIEW)];

export const CONFIG = table({
  columns: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          words("the name of a column"),
          v.check(
            (column) => NAMES.includes(column) || /^[^/]*\/[^/].*$/.test(column),
            ({ input }) => `there is no ${input}; there are ${NAMES.join(", ")}, and "section/key" of the sidecar`,
          ),
        ),
        "a list of columns is needed",
      ),
      v.minLength(1, "one column at least is needed"),
      v.maxLength(COLUMNS_MAX, `${COLUMNS_MAX} columns at most can be written`),
      v.check(
        (columns) => firstTwice(columns) === undefined,
        ({ input }) => `the column ${firstTwice(input)} is there twice`,
      ),
    ),
    COLUMNS_DEFAULT,
  ),
  ...tableEntries("frames.csv"),
});

type Context = PluginContext<v.InferOutput<typeof CONFIG>>;

let tables: FrameTables | null = null;

export function setup({ config, log, settings }: Context): void {
  tables = new FrameTables(config.columns, config, { log, settings });
}

export async function work({ frames, config, counters }: Context): Promise<void> {
  if (tables === null || !tables.isWritable) return;
  for await (const frame of frames) {
    const sidecar = config.columns.some((column) => !(column in OF_DELIVERY)) ? sidecarOf(frame, counters) : null;
    if (tables.append(frame, config.columns.map((column) => cell(column, frame, sidecar)))) counters.add("lines");
    else frame.later();
  }
}

function cell(column: string, frame: DeliveredFrame, sidecar: FrameSidecar | null): CsvValue {
  if (column in OF_DELIVERY) return OF_DELIVERY[column as keyof typeof OF_DELIVERY](frame);
  if (sidecar === null) return null;
  const slash = column.indexOf("/");
  if (slash >= 0) return sidecar.value(column.slice(0, slash), column.slice(slash + 1));
  if (column === "dateTime") return sidecar.view.dateTime && isoLocal(sidecar.view.dateTime);
  const value = sidecar.view[column as Exclude<keyof typeof OF_VIEW, "dateTime">];
  return typeof value === "object" ? value.join(" ") : value;
}
