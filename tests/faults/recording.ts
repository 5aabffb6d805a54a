/** A recording of all that a daemon does to its folders while frames of every kind pass, to be replayed on a model. */
import { SOURCES } from "./daemon_child.ts";
import { filesBelow } from "./delivered_files.ts";
import { type DiskModel, equal } from "./disk_model.ts";
import type { FaultRun } from "./fault_run.ts";
import { FrameWriter, type LedgerFrame, type Shot } from "./frame_writer.ts";
import { Random } from "./random.ts";
import { type SystemCall, WatchedCalls } from "./watched_calls.ts";

/** What happens next: a frame that lies in raw, safe, or a call of the daemon. */
export type Step =
  | { readonly type: "frame"; readonly frame: LedgerFrame; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: "call"; readonly call: SystemCall; readonly data: Uint8Array };

export interface Recording {
  readonly steps: readonly Step[];
  /** What stands in the output at the end, by path. */
  readonly delivered: ReadonlyMap<string, Uint8Array>;
}

/** A name that comes again while it stands in the output, a dark, an image that cannot be read, new folders. */
const SHOTS: readonly Shot[] = [
  { number: 1, folder: "", image: "R.tif", overflow: true },
  { number: 2, folder: "series/a", image: "P-00002.tif" },
  { number: 3, folder: "", image: "P-00003.dark.tif", dark: true },
  { number: 4, folder: "", image: "R.tif", overflow: true },
  { number: 5, folder: "series/b", image: "P-00005.tif", unreadable: true },
  { number: 6, folder: "series/a", image: "P-00006.tif" },
];
/** Pixels in a row, and rows. */
const SIDE = 24;
const SETTLE_S_MAX = 120;

/** Leaves the run without a daemon, its folders as they are. */
export async function record(run: FaultRun): Promise<Recording> {
  const { base, folders } = run;
  await using watched = new WatchedCalls(base, { folders: Object.values(folders), keepData: true });
  const writer = new FrameWriter(folders.raw, { side: SIDE, random: new Random(8) }); // any number
  const frames: { at: number; step: Step }[] = [];
  const started = run.start(watched.around(SOURCES));
  await watched.attached();
  await started;
  for (const shot of SHOTS) {
    const at = await watched.toldUpTo();
    const frame = await writer.write(shot);
    frames.push({ at, step: { type: "frame", frame, files: filesOf(frame, folders.raw) } });
    if (!await run.settled(SETTLE_S_MAX)) throw new Error("a frame that nothing happens to is not delivered");
  }
  await run.end();
  await watched.detached();
  const delivered = new Map(
    filesBelow(folders.output).map((name) => {
      const path = `${folders.output}/${name}`;
      return [path, Deno.readFileSync(path)];
    }),
  );
  const data = Deno.readFileSync(watched.dataFile!);
  const steps: Step[] = [];
  watched.calls.forEach((call, index) => {
    for (const { at, step } of frames) if (at === index) steps.push(step);
    const bytes = call.dataAt < 0 ? new Uint8Array() : data.subarray(call.dataAt, call.dataAt + call.length);
    steps.push({ type: "call", call, data: bytes });
  });
  return { steps, delivered };
}

function filesOf(frame: LedgerFrame, raw: string): Map<string, Uint8Array> {
  const folder = frame.folder === "" ? raw : `${raw}/${frame.folder}`;
  const endings = ["", ".metadata", ...frame.overflow === null ? [] : [".overflow"]];
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
