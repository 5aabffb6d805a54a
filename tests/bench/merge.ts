/** The merge stage alone, not flushed: processor time a frame, what parameters cost beside none; sizes of NeXus files. */
import { linesOf, readingsOf } from "../../src/parameters/lines.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { exposureValues } from "../nexus/exposure_values.ts";
import { Way } from "../frames/way.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { median, ratioText } from "./table.ts";
import { ownProcessor_s } from "./turn.ts";
import { filesOf, writeFrames } from "./workspace.ts";

/** The merge touches no pixel: a small image costs it what a large one does. */
const SIDE = 64;
/** So many times as many frames as asked for in one round: the system counts in hundredths of a second. */
const FRAMES_FACTOR = 5;

/** The readings of one frame, by the name of the row; the first is what the others are compared with. */
const SOURCES: Readonly<Record<string, (frame: number) => ParameterReading[]>> = {
  "no parameters": () => [],
  "50 parameters": (frame) => motors(frame, 50),
  "50 parameters, five of which change": (frame) => motors(frame, 5),
  "50 parameters that stay": (frame) => motors(frame, 0),
  "200 values over the exposure": exposureValues,
};

/** Of which the first `changing` were read anew for this frame. */
function motors(frame: number, changing: number): ParameterReading[] {
  return Array.from({ length: 50 }, (_, index) => {
    const read = index < changing ? frame : 0;
    return { name: `motor_${index}`, value: index + read / 3, unit: "mm", time: new Date(1000 * read) };
  });
}

export async function mergeBench(options: BenchOptions): Promise<BenchResult> {
  const frames = FRAMES_FACTOR * options.frames;
  using ways = new DisposableStack();
  const sources = Object.entries(SOURCES).map(([name, source]) => ({ name, way: ways.use(wayWith(source, options)) }));
  const rounds: Record<string, number>[] = [];
  const sizes_kb: Record<string, number[]> = {};
  // The first round of each makes templates and lets V8 compile; it does not count.
  for (let pair = -1; pair < options.pairs; pair++) {
    const one: Record<string, number> = {};
    for (const { name, way } of sources) {
      const { merge_ms, nexus_kb } = await round(way, frames);
      one[name] = merge_ms;
      if (pair >= 0) (sizes_kb[name] ??= []).push(nexus_kb);
    }
    if (pair >= 0) rounds.push(one);
  }
  const none = sources[0]!.name;
  const rows = sources.map(({ name }) => [
    name,
    median(rounds.map((one) => one[name]!)).toFixed(2),
    ratioText(median(rounds.map((one) => one[name]! / one[none]!))),
  ]);
  const columns = ["what", "ms of a processor a frame", "times none"];
  const figures = sources.flatMap(({ name }) => [
    { name: `${name}, processor`, unit: "ms", values: rounds.map((one) => one[name]!), foreign: null },
    {
      name: `${name}, beside none`,
      unit: "times",
      values: rounds.map((one) => one[name]! / one[none]!),
      foreign: null,
    },
    { name: `${name}, .nxs beyond its pixels`, unit: "kB", values: sizes_kb[name]!, foreign: null },
  ]);
  const title = `The merge of ${frames} frames, ${options.pairs} rounds`;
  return { tables: [{ title, columns, rows }], figures, raw: { rounds, sizes_kb } };
}

function wayWith(source: (frame: number) => ParameterReading[], { ram }: BenchOptions): Way {
  const way = new Way({ frames: { fsync: false } }, { on: ram });
  const frames = new Map<number, ParameterReading[]>();
  // As they come from the main thread, which is asked when the frame is claimed and when it is merged.
  const at = (time_ms: number) => {
    let readings = frames.get(time_ms);
    if (readings === undefined) frames.set(time_ms, readings = source(frames.size));
    return Promise.resolve(readingsOf(linesOf(readings)));
  };
  way.parameters = { at };
  return way;
}

let moments = 0;

/** Each frame is of another millisecond of the second that its image bears: parameters are asked for by that. */
function setMoment(sidecar: string): void {
  const text = Deno.readTextFileSync(sidecar).replace(/^dateTime=.*\n/m, "");
  const millisecond = String(moments++ % 1000).padStart(3, "0");
  Deno.writeTextFileSync(sidecar, text.replace(/^(dateString=.*)\.\d+$/m, `$1.${millisecond}`));
}

interface Round {
  /** Of a processor, a frame. */
  readonly merge_ms: number;
  /** The largest NeXus file beyond its pixels. */
  readonly nexus_kb: number;
}

async function round(way: Way, frames: number): Promise<Round> {
  writeFrames(way.raw, { count: frames, side: SIDE });
  for (const path of filesOf(way.raw, ".metadata")) setMoment(path);
  await way.firePrepare();
  const before = ownProcessor_s();
  await way.fireMerge();
  const after = ownProcessor_s();
  await way.fireFinalize();
  const bytes = Math.max(...filesOf(way.output, ".nxs").map((path) => Deno.lstatSync(path).size));
  Deno.removeSync(way.output, { recursive: true });
  Deno.mkdirSync(way.output);
  if (before === null || after === null) throw new Error("This system does not report the processor time of a program");
  if (way.heard.conditions.size > 0) throw new Error([...way.heard.conditions.values()][0]);
  return { merge_ms: (after - before) * 1000 / frames, nexus_kb: (bytes - 4 * SIDE ** 2) / 1e3 };
}
