/** A recording of all that a daemon does to its folders while frames of every kind pass, to be replayed on a model. */
import { basename, dirname } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import { SOURCES } from "./daemon_child.ts";
import { QUARANTINE } from "./delivered_files.ts";
import { type DiskModel, equal } from "./disk_model.ts";
import type { FaultRun } from "./fault_run.ts";
import { FrameWriter, type LedgerFrame, type Shot } from "./frame_writer.ts";
import { askForRetry } from "./kill_run.ts";
import { Random } from "./random.ts";
import { type SystemCall, WatchedCalls } from "./watched_calls.ts";
import { filesBelow } from "../folders.ts";

/** What happens next: a frame that lies in raw, safe, or a call of the daemon. */
export type Step =
  | { readonly type: "frame"; readonly frame: LedgerFrame; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: "call"; readonly call: SystemCall; readonly data: Uint8Array };

export interface Recording {
  readonly steps: readonly Step[];
  /** What stands in the output at the end, by path. */
  readonly delivered: ReadonlyMap<string, Uint8Array>;
  /** All that stood there whenever nothing was in progress. */
  readonly whole: ReadonlyMap<string, readonly Uint8Array[]>;
}

/**
 * A name that comes again while it stands in the output, a dark, an image that cannot be read, new folders, a sidecar and
 * an overflow list that come late, a dark by its name alone. At the end somebody puts the image right.
 */
const SHOTS: readonly Shot[] = [
  { number: 1, folder: "", image: "R.tif", overflow: "one pixel" },
  { number: 2, folder: "series/a", image: "P-00002.tif" },
  { number: 3, folder: "", image: "P-00003.dark.tif", dark: true },
  { number: 4, folder: "", image: "R.tif", overflow: "empty" },
  { number: 5, folder: "series/b", image: "P-00005.tif", unreadable: true },
  { number: 6, folder: "series/a", image: "P-00006.tif" },
  { number: 7, folder: "series/a", image: "P-00007.tif", late: true, overflow: "one pixel" },
  { number: 8, folder: "", image: "P-00008.dark.tif", darkByName: true },
];
/** Pixels in a row, and rows. */
const SIDE = 24;
const SETTLE_S_MAX = 120;

/** Leaves the run without a daemon, its folders as they are. */
export async function record(run: FaultRun): Promise<Recording> {
  const { base, folders } = run;
  await using watched = new WatchedCalls(base, {
    folders: [...Object.values(folders), run.state],
    keepData: true,
  });
  const writer = new FrameWriter(folders.raw, { side: SIDE, random: new Random(8) }); // any number
  const frames: { at: number; step: Step }[] = [];
  const started = run.start(watched.around(SOURCES));
  await watched.attached();
  await started;
  const whole = new Map<string, Uint8Array[]>();
  const enter = async (frame: LedgerFrame, lie: () => ReadonlyMap<string, Uint8Array>) => {
    const at = await watched.toldUpTo();
    const files = lie();
    frames.push({ at, step: { type: "frame", frame, files } });
    // What a person puts into the quarantine is whole there.
    for (const [path, bytes] of files) whole.set(path, [...whole.get(path) ?? [], bytes]);
  };
  const settle = async () => {
    if (!await run.settled(SETTLE_S_MAX)) throw new Error("a frame that nothing happens to is not delivered");
    for (const [path, bytes] of filesWithBytes(folders.output)) {
      const known = whole.get(path) ?? [];
      if (!known.some((one) => equal(one, bytes))) whole.set(path, [...known, bytes]);
    }
  };
  let unreadable: LedgerFrame | undefined;
  for (const shot of SHOTS) {
    // Its calls begin behind its files.
    const at = await watched.toldUpTo();
    const half = await writer.begin(shot);
    const first = half.frame.late ? { ...half.frame, sidecar: null, overflow: null } : writer.finish(half);
    frames.push({ at, step: { type: "frame", frame: first, files: filesOf(first, folders.raw) } });
    await settle();
    if (first.unreadable) unreadable = first;
    if (!half.frame.late) continue;
    await enter(half.frame, () => {
      writer.finish(half);
      return filesOf(half.frame, folders.raw, { withImage: false });
    });
    await settle();
  }
  await tryAgain(unreadable!, { run, writer, enter });
  await settle();
  await run.end();
  await watched.detached();
  const delivered = new Map(filesWithBytes(folders.output));
  const data = Deno.readFileSync(watched.dataFile!);
  const steps: Step[] = [];
  watched.calls.forEach((call, index) => {
    for (const { at, step } of frames) if (at === index) steps.push(step);
    const bytes = call.dataAt < 0 ? new Uint8Array() : data.subarray(call.dataAt, call.dataAt + call.length);
    steps.push({ type: "call", call, data: bytes });
  });
  return { steps, delivered, whole };
}

/** All files below a folder. */
export function filesWithBytes(output: string): [string, Uint8Array][] {
  return filesBelow(output).map((name) => {
    const path = `${output}/${name}`;
    return [path, Deno.readFileSync(path)];
  });
}

/** Puts the image of a frame in the quarantine right, and has it retried. */
async function tryAgain(
  frame: LedgerFrame,
  { run, writer, enter }: {
    run: FaultRun;
    writer: FrameWriter;
    enter(frame: LedgerFrame, lie: () => ReadonlyMap<string, Uint8Array>): Promise<void>;
  },
): Promise<void> {
  const path = quarantinedImage(frame, run.folders.output);
  const mended = writer.mend(frame, path);
  await enter(mended, () => new Map([[path, Deno.readFileSync(path)]]));
  await retryImage(path, run);
}

export function quarantinedImage(frame: LedgerFrame, output: string): string {
  return [output, QUARANTINE, frame.folder, frame.image].filter((part) => part !== "").join("/");
}

/** Has the quarantine retried until this image has left it. */
export async function retryImage(path: string, run: FaultRun): Promise<void> {
  const { settings } = loadSettings({ config: run.configuration.file });
  await askForRetry(settings, run.daemon);
  const isGone = () => !filesBelow(dirname(path)).includes(basename(path));
  if (!await run.waitFor(isGone, SETTLE_S_MAX)) throw new Error(`${path} is not retried`);
}

function filesOf(frame: LedgerFrame, raw: string, { withImage = true } = {}): Map<string, Uint8Array> {
  const folder = frame.folder === "" ? raw : `${raw}/${frame.folder}`;
  const endings = [
    ...withImage ? [""] : [],
    ...frame.sidecar === null ? [] : [".metadata"],
    ...frame.overflow === null ? [] : [".overflow"],
  ];
  return new Map(endings.map((ending) => {
    const path = `${folder}/${frame.image}${ending}`;
    return [path, Deno.readFileSync(path)];
  }));
}

export function replay(model: DiskModel, step: Step): void {
  if (step.type === "call") return model.replay(step.call, step.data);
  for (const [path, bytes] of step.files) model.put(path, bytes);
}

/** @throws where the model ends with another output than the daemon left: then it proves nothing */
export function checkModel(model: DiskModel, { output, delivered }: { output: string } & Pick<Recording, "delivered">) {
  const modelled = [...model.contents(output)].filter(([, bytes]) => bytes !== null);
  const same = modelled.length === delivered.size &&
    modelled.every(([path, bytes]) => delivered.has(path) && equal(bytes!, delivered.get(path)!));
  if (!same) throw new Error(`the model's output is another: ${modelled.map(([path]) => path).join(", ")}`);
}
