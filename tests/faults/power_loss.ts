/** Cuts the power after every call of a recording, in many ways, and looks at what the disks then hold. */
import { dirname } from "node:path";
import { isVisible } from "./delivered_files.ts";
import { type DiskContents, type DiskKind, DiskModel, equal, type Luck } from "./disk_model.ts";
import { FaultRun } from "./fault_run.ts";
import { type LedgerFrame, sha256 } from "./frame_writer.ts";
import { judge, nameOf } from "./judge.ts";
import { OutputWatch } from "./output_watch.ts";
import { Random } from "./random.ts";
import { checkModel, record, type Recording, replay, type Step } from "./recording.ts";

export interface PowerLossOptions {
  /** Ways by chance, beside the extreme ones, that a cut may end. */
  readonly chances: number;
  /** So many of the cuts are followed by a start of the daemon on what is left. */
  readonly restarts: number;
  readonly seed: number;
  print(line: string): void;
}

export interface PowerLossReport {
  readonly steps: number;
  readonly cuts: number;
  readonly restarts: number;
  readonly problems: readonly string[];
}

const SETTLE_S_MAX = 120;
/** All of one kind that go wrong have one reason mostly. */
const PROBLEMS_MAX = 10;

export async function powerLoss(options: PowerLossOptions): Promise<PowerLossReport> {
  await using run = new FaultRun({ more: "[frames]\nsettle_s = 0.05\nsidecar_wait_s = 2" });
  const recording = await record(run);
  options.print(`${recording.steps.length} steps were recorded`);
  const random = new Random(options.seed);
  const problems = new Set<string>();
  const restarts: { contents: DiskContents; frames: readonly LedgerFrame[]; at: string }[] = [];
  let cuts = 0;
  for (const kind of ["loose", "journal"] as const) {
    const model = startOf(kind, run);
    const frames: LedgerFrame[] = [];
    recording.steps.forEach((step, index) => {
      replay(model, step);
      if (step.type === "frame") frames.push(step.frame);
      for (const luck of lucks(random, options.chances)) {
        cuts++;
        const contents = model.afterPowerCut(run.base, luck);
        const at = `power cut after step ${index + 1} (${nameOfStep(step, run.base)}), ${kind} disk, ${luck.name}`;
        const cut: Cut = { run, kind, model, contents, frames, delivered: recording.delivered };
        for (const problem of problemsOf(cut)) if (problems.size < PROBLEMS_MAX) problems.add(`${problem}: ${at}`);
        if (kind === "journal") restarts.push({ contents, frames: [...frames], at });
      }
    });
    checkModel(model, { output: run.folders.output, delivered: recording.delivered });
  }
  let restarted = 0;
  for (; restarted < options.restarts && problems.size === 0 && restarts.length > 0; restarted++) {
    const [chosen] = restarts.splice(random.integer(restarts.length), 1);
    for (const problem of await restart(run, chosen!)) problems.add(`${problem}: started after a ${chosen!.at}`);
  }
  run.keeps = problems.size > 0;
  return { steps: recording.steps.length, cuts, restarts: restarted, problems: [...problems] };
}

function startOf(kind: DiskKind, run: FaultRun): DiskModel {
  const model = new DiskModel(kind);
  for (const folder of Object.values(run.folders)) model.put(folder, null);
  return model;
}

function* lucks(random: Random, chances: number): Generator<Luck & { name: string }> {
  yield { name: "only what was synced", names: () => false, data: () => "synced" };
  yield { name: "all names, synced bytes", names: () => true, data: () => "synced" };
  yield { name: "all names, zeros for what was not synced", names: () => true, data: () => "zeros" };
  yield { name: "everything", names: () => true, data: () => "written" };
  const data = ["synced", "written", "zeros"] as const;
  for (let chance = 1; chance <= chances; chance++) {
    const share = random.share();
    yield {
      name: `by chance ${chance}`,
      names: () => random.share() < share,
      data: () => data[random.integer(data.length)]!,
    };
  }
}

interface Cut {
  readonly run: FaultRun;
  readonly kind: DiskKind;
  readonly model: DiskModel;
  readonly contents: DiskContents;
  /** Those that lay in raw before. */
  readonly frames: readonly LedgerFrame[];
  readonly delivered: Recording["delivered"];
}

function problemsOf(cut: Cut): string[] {
  const { output, raw, temp, proc } = cut.run.folders;
  const problems: string[] = [];
  for (const [path, bytes] of filesIn(cut.contents, [output])) {
    const name = path.slice(output.length + 1);
    const whole = cut.delivered.get(path);
    if (isVisible(name) && (whole === undefined || !equal(bytes, whole))) problems.push(`${name} is torn`);
  }
  // With the RAM disk goes what is on its way; what has left it is safe.
  const work = [raw, temp, proc];
  const running = new Map(work.flatMap((folder) => [...cut.model.contents(folder)]));
  for (const frame of cut.frames.filter((frame) => !frame.dark)) {
    const isOut = setOf(frame, cut).every((path) => cut.contents.has(path));
    if (!isOut && !isIn(running, work, frame)) problems.push(`${nameOf(frame)} has left the RAM disk and is not safe`);
    if (cut.kind === "journal" && !isOut && !isIn(cut.contents, work, frame)) {
      problems.push(`${nameOf(frame)} is nowhere whole, with raw, temp and proc on a disk`);
    }
  }
  return problems;
}

function filesIn(contents: DiskContents, folders: readonly string[]): [string, Uint8Array][] {
  return [...contents].flatMap(([path, bytes]): [string, Uint8Array][] =>
    bytes !== null && folders.some((folder) => path.startsWith(`${folder}/`)) ? [[path, bytes]] : []
  );
}

/** Whether image, sidecar and overflow file of a frame are there, in raw or in a claim: they move one by one. */
function isIn(contents: DiskContents, folders: readonly string[], frame: LedgerFrame): boolean {
  const files = filesIn(contents, folders);
  const has = (ending: string, hash: string) =>
    files.some(([path, bytes]) => path.endsWith(`/${frame.image}${ending}`) && sha256(bytes) === hash);
  return files.some(([path, bytes]) => path.endsWith(`/${frame.image}`) && pixelsIn(bytes, frame) === frame.pixels) &&
    has(".metadata", frame.sidecar) && (frame.overflow === null || has(".overflow", frame.overflow));
}

/** They lie where the detector wrote them, whatever was put behind them. */
function pixelsIn(bytes: Uint8Array, frame: LedgerFrame): string {
  return sha256(frame.unreadable ? bytes : bytes.subarray(8, 8 + frame.pixelBytes));
}

/** The paths under which a frame's files stand in the output at the end. */
function setOf(frame: LedgerFrame, { delivered }: Cut): string[] {
  const image = [...delivered].find(([path, bytes]) => /\.tif$/.test(path) && pixelsIn(bytes, frame) === frame.pixels)
    ?.[0];
  if (image === undefined) throw new Error(`${nameOf(frame)} was not delivered`);
  const stem = image.replace(/\.tif$/, "");
  return [...delivered.keys()].filter((path) => path === `${stem}.nxs` || path.startsWith(image));
}

/** Starts the daemon on what a cut left; all frames have to be delivered once, whole. */
async function restart(
  run: FaultRun,
  { contents, frames }: { contents: DiskContents; frames: readonly LedgerFrame[] },
): Promise<string[]> {
  for (const folder of Object.values(run.folders)) {
    Deno.removeSync(folder, { recursive: true });
    Deno.mkdirSync(folder);
  }
  for (const [path, bytes] of contents) {
    if (bytes === null) Deno.mkdirSync(path, { recursive: true });
    else {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.writeFileSync(path, bytes);
    }
  }
  const watch = new OutputWatch(run.folders.output, () => frames);
  await run.start();
  const settled = await run.settled(SETTLE_S_MAX);
  const { code } = await run.end();
  if (!settled || code !== 0) return [`after ${SETTLE_S_MAX} s frames are still on their way (exit code ${code})`];
  await watch.stop();
  return [...(await judge(run.folders, frames, { watch, python: null })).problems];
}

function nameOfStep(step: Step, base: string): string {
  if (step.type === "frame") return `${nameOf(step.frame)} lies in raw`;
  const { name, path, path2 } = step.call;
  return `${name} ${(path2 === "" ? path : path2).slice(base.length + 1)}`;
}

export function reportText({ steps, cuts, restarts, problems }: PowerLossReport): string {
  const what = `${cuts} power cuts at ${steps} steps, ${restarts} of them with a start after it`;
  return [what, ...problems, problems.length === 0 ? "no torn file, no frame lost" : ""].join("\n").trim();
}
