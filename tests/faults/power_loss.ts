/** Cuts the power after every call of a recording, in many ways, and looks at what the disks then hold. */
import { dirname } from "node:path";
import { settingsPath } from "../../src/daemon/settings/settings_file.ts";
import { OUTPUT_MARKER } from "../../src/files/service_names.ts";
import { isVisible, QUARANTINE } from "./delivered_files.ts";
import { type DiskContents, type DiskKind, DiskModel, equal, type Luck } from "./disk_model.ts";
import { FaultRun } from "./fault_run.ts";
import type { LedgerFrame } from "./frame_writer.ts";
import { judge, nameOf } from "./judge.ts";
import { OutputWatch } from "./output_watch.ts";
import { Random, usualSeed } from "./random.ts";
import {
  checkModel,
  filesWithBytes,
  quarantinedImage,
  record,
  type Recording,
  replay,
  retryImage,
  type Step,
} from "./recording.ts";
import { sha256 } from "../folders.ts";

export interface PowerLossOptions {
  /** Ways by chance, beside the extreme ones, that a cut may end. */
  readonly chances: number;
  /** So many of the cuts are followed by a start of the daemon on what is left. */
  readonly restarts: number;
  /** Which cuts may be followed by a start; all without it. */
  readonly only?: RegExp | undefined;
}

export interface PowerLossReport {
  readonly steps: number;
  readonly cuts: number;
  readonly restarts: number;
  readonly problems: readonly string[];
}

const SETTLE_S_MAX = 120;
const DELIVERED_AGE_MS = 60_000;
const LOG_LINES_SHOWN = 20;
/** All of one kind that go wrong have one reason mostly. */
const PROBLEMS_MAX = 10;

export async function powerLoss(options: PowerLossOptions): Promise<PowerLossReport> {
  await using run = new FaultRun({ csv: true, more: "[frames]\nsettle_s = 0.05\nsidecar_wait_s = 2" });
  await run.putExposures();
  const state = filesWithBytes(run.state);
  const recording = await record(run);
  console.log(`${recording.steps.length} steps were recorded`);
  const random = new Random(usualSeed());
  const problems = new Set<string>();
  const restarts: { contents: DiskContents; frames: readonly LedgerFrame[]; at: string }[] = [];
  let cuts = 0;
  for (const kind of ["loose", "journal"] as const) {
    const model = startOf(kind, run);
    for (const [path, bytes] of state) model.put(path, bytes);
    const frames: LedgerFrame[] = [];
    recording.steps.forEach((step, index) => {
      replay(model, step);
      if (step.type === "frame") enter(frames, step.frame);
      for (const luck of lucks(random, options.chances)) {
        cuts++;
        const contents = model.afterPowerCut(run.base, luck);
        const at = `power cut after step ${index + 1} (${nameOfStep(step, run.base)}), ${kind} disk, ${luck.name}`;
        const cut: Cut = { run, kind, model, contents, frames, recording };
        for (const problem of problemsOf(cut)) if (problems.size < PROBLEMS_MAX) problems.add(`${problem}: ${at}`);
        if (kind === "journal" && options.only?.test(at) !== false) {
          restarts.push({ contents, frames: [...frames], at });
        }
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
  for (const folder of [...Object.values(run.folders), run.state]) model.put(folder, null);
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
  readonly recording: Recording;
}

function problemsOf(cut: Cut): string[] {
  const { output, raw, temp, proc } = cut.run.folders;
  const problems: string[] = [];
  for (const [path, bytes] of filesIn(cut.contents, [output])) {
    const name = path.slice(output.length + 1);
    const isWhole = cut.recording.whole.get(path)?.some((one) => equal(bytes, one)) ?? false;
    if (isVisible(name) && !isWhole) problems.push(`${name} is torn`);
  }
  const settings = cut.contents.get(settingsPath(cut.run.state));
  if (settings && markedIn(settings).includes(output) && !cut.contents.has(`${output}/${OUTPUT_MARKER}`)) {
    problems.push("the state says that the output has its marker, which is gone: it would get no frames any more");
  }
  // With the RAM disk goes what is in progress; what has left it is safe.
  const work = [raw, temp, proc];
  const running = new Map(work.flatMap((folder) => [...cut.model.contents(folder)]));
  const quarantine = `${output}/${QUARANTINE}`;
  const inQuarantine = filesIn(cut.contents, [quarantine]);
  for (const frame of cut.frames.filter((frame) => !frame.dark).flatMap(partsOf)) {
    const isOut = setOf(frame, cut).every((path) => cut.contents.has(path));
    if (isOut) continue;
    // What is retried comes from there.
    const rest = frame.retried ? inQuarantine : [];
    if (!isIn([...filesIn(running, work), ...rest], frame)) {
      problems.push(`${nameOf(frame)} has left the RAM disk and is not safe`);
    }
    if (cut.kind === "journal" && !isIn([...filesIn(cut.contents, work), ...rest], frame)) {
      problems.push(`${nameOf(frame)} is nowhere whole, with raw, temp and proc on a disk`);
    }
  }
  return [...problems, ...problemsOfLedger(cut), ...problemsOfConsumer(cut)];
}

/** A consumer's cursor is whole, behind no line that is lost, and what it stands behind the consumer has on the disk. */
function problemsOfConsumer({ run, contents }: Cut): string[] {
  const bytes = contents.get(`${run.state}/ledger/cursors.json`);
  if (!bytes) return [];
  let cursor: { readonly sequence: number; readonly notBefore: number } | undefined;
  try {
    cursor = JSON.parse(new TextDecoder().decode(bytes)).cursors["csv"];
  } catch {
    return ["the consumers' cursors are torn"];
  }
  if (cursor === undefined) return [];
  const { sequence, notBefore } = cursor;
  const lines = filesIn(contents, [`${run.state}/ledger`])
    .filter(([path]) => path.endsWith(".jsonl")).sort().flatMap(([, bytes]) => wholeLinesOf(bytes));
  const problems: string[] = [];
  if (sequence > Math.max(0, ...lines.map((line) => line.sequence))) {
    problems.push(`the cursor of csv stands at line ${sequence}, which is lost`);
  }
  const rows = new TextDecoder().decode(contents.get(run.csv) ?? new Uint8Array()).split("\r\n");
  for (const line of lines) {
    const isDone = line.sequence > notBefore && line.sequence <= sequence;
    if (!isDone || !["delivered", "dark_archived"].includes(line.type)) continue;
    if (!rows.includes(line.frame!)) problems.push(`csv has no row of ${line.frame}, and its cursor is behind it`);
  }
  return problems;
}

interface LedgerLineOnDisk {
  readonly sequence: number;
  readonly type: string;
  readonly frame?: string;
  readonly folder?: string;
  readonly fromQuarantine?: boolean;
  readonly files?: readonly { readonly name: string; readonly sha256: string | null }[];
}

/** What has left the folders has its line, and what a line says is there. */
function problemsOfLedger(cut: Cut): string[] {
  const { output, raw, temp, proc } = cut.run.folders;
  const problems: string[] = [];
  const lines = filesIn(cut.contents, [`${cut.run.state}/ledger`])
    .filter(([path]) => path.endsWith(".jsonl")).sort().flatMap(([, bytes]) => wholeLinesOf(bytes));
  const retried = new Set(lines.filter(({ fromQuarantine }) => fromQuarantine === true).map(({ frame }) => frame));
  const named = new Set<string>();
  for (const { type, frame, folder, files = [] } of lines) {
    if (!["delivered", "dark_archived", "quarantined", "late"].includes(type)) continue;
    for (const { name, sha256: sum } of files) {
      const path = [output, folder!, name].filter((part) => part !== "").join("/");
      named.add(path);
      // A person has put its image right, and it may be in progress again.
      if (type === "quarantined" && (retried.has(frame) || cut.frames.some((one) => one.retried))) continue;
      const bytes = cut.contents.get(path);
      if (!bytes) problems.push(`the ledger has ${frame}, whose ${name} is not there`);
      else if (sum !== null && hashOf(bytes) !== sum) problems.push(`the ledger has another checksum for ${name}`);
    }
  }
  const running = filesIn(new Map([raw, temp, proc].flatMap((at) => [...cut.model.contents(at)])), [raw, temp, proc]);
  for (const frame of cut.frames.filter(({ dark, retried }) => !dark && !retried)) {
    const image = { ...frame, sidecar: null, overflow: null, only: null };
    if (isIn(running, image)) continue;
    const missing = setOf(image, cut).filter((path) => path.endsWith(".tif") && !named.has(path));
    if (missing.length > 0) problems.push(`${nameOf(frame)} has left the folders and has no line in the ledger`);
  }
  return problems;
}

/** Up to the first that a cut has torn. */
function wholeLinesOf(bytes: Uint8Array): LedgerLineOnDisk[] {
  const lines: LedgerLineOnDisk[] = [];
  for (const text of new TextDecoder().decode(bytes).split("\n").slice(0, -1)) {
    try {
      lines.push(JSON.parse(text) as LedgerLineOnDisk);
    } catch {
      break;
    }
  }
  return lines;
}

const hashes = new WeakMap<Uint8Array, string>();

function hashOf(bytes: Uint8Array): string {
  const known = hashes.get(bytes) ?? sha256(bytes);
  hashes.set(bytes, known);
  return known;
}

/** The roots that have their marker, by what the daemon remembers; none where the file is torn: it is set aside then. */
function markedIn(settings: Uint8Array): readonly string[] {
  try {
    const { roots } = JSON.parse(new TextDecoder().decode(settings)) as { roots?: { marked?: string[] } };
    return roots?.marked ?? [];
  } catch {
    return [];
  }
}

/** A late sidecar and a late overflow list go their own way, behind the image. */
function partsOf(frame: LedgerFrame): Part[] {
  if (!frame.late) return [{ ...frame, only: null }];
  const alone = { ...frame, sidecar: null, overflow: null };
  const late = [
    ...frame.sidecar === null ? [] : [{ ...alone, sidecar: frame.sidecar, only: ".metadata" }],
    ...frame.overflow === null ? [] : [{ ...alone, overflow: frame.overflow, only: ".overflow" }],
  ];
  return [{ ...alone, only: null }, ...late];
}

interface Part extends LedgerFrame {
  /** The ending of the one file that is meant; null for the image and what comes with it. */
  readonly only: string | null;
}

/** What is known of a frame from now on. */
function enter(frames: LedgerFrame[], frame: LedgerFrame): void {
  const at = frames.findIndex(({ number }) => number === frame.number);
  if (at < 0) frames.push(frame);
  else frames[at] = frame;
}

function filesIn(contents: DiskContents, folders: readonly string[]): [string, Uint8Array][] {
  return [...contents].flatMap(([path, bytes]): [string, Uint8Array][] =>
    bytes !== null && folders.some((folder) => path.startsWith(`${folder}/`)) ? [[path, bytes]] : []
  );
}

/** Whether image, sidecar and overflow file of a frame are there, in raw or in a claim: they move one by one. */
function isIn(files: readonly [string, Uint8Array][], frame: Part): boolean {
  const has = (ending: string, hash: string | null) =>
    hash === null || files.some(([path, bytes]) => path.endsWith(`/${frame.image}${ending}`) && hashOf(bytes) === hash);
  const isImage = ([path, bytes]: [string, Uint8Array]) =>
    path.endsWith(`/${frame.image}`) && pixelsIn(bytes, frame) === frame.pixels;
  return (frame.only !== null || files.some(isImage)) && has(".metadata", frame.sidecar) &&
    has(".overflow", frame.overflow);
}

/** They lie where the detector wrote them, whatever was put behind them. */
function pixelsIn(bytes: Uint8Array, frame: LedgerFrame): string {
  if (frame.unreadable) return hashOf(bytes);
  const known = hashesOfPixels.get(bytes) ?? sha256(bytes.subarray(8, 8 + frame.pixelBytes));
  hashesOfPixels.set(bytes, known);
  return known;
}

/** All frames have as many. */
const hashesOfPixels = new WeakMap<Uint8Array, string>();

/** The paths under which a frame's files stand in the output in the end. */
function setOf(frame: Part, { recording, run }: Cut): string[] {
  const isImage = ([path, versions]: [string, readonly Uint8Array[]]) =>
    /\.tif$/.test(path) && versions.some((bytes) => pixelsIn(bytes, frame) === frame.pixels) &&
    (!frame.retried || path !== quarantinedImage(frame, run.folders.output));
  const image = [...recording.whole].find(isImage)?.[0];
  if (image === undefined) throw new Error(`${nameOf(frame)} was not delivered`);
  if (frame.only !== null) return [image + frame.only];
  const stem = image.replace(/\.tif$/, "");
  return [...recording.whole.keys()].filter((path) =>
    path === `${stem}.nxs` || (path.startsWith(image) && (!frame.late || path === image))
  );
}

/** Starts the daemon on what a cut left; all frames have to be delivered once, whole. */
async function restart(
  run: FaultRun,
  { contents, frames }: { contents: DiskContents; frames: readonly LedgerFrame[] },
): Promise<string[]> {
  for (const folder of [...Object.values(run.folders), run.state]) {
    Deno.removeSync(folder, { recursive: true });
    Deno.mkdirSync(folder);
  }
  const delivered = new Date(Date.now() - DELIVERED_AGE_MS);
  for (const [path, bytes] of contents) {
    if (bytes === null) Deno.mkdirSync(path, { recursive: true });
    else {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.writeFileSync(path, bytes);
      // What was delivered is older than what came to raw after it; the model has no times.
      if (path.startsWith(run.folders.output)) Deno.utimeSync(path, delivered, delivered);
    }
  }
  const watch = new OutputWatch(run.folders.output, () => frames);
  await run.start();
  const settled = await run.settled(SETTLE_S_MAX) && await retried(run, frames);
  const { code } = await run.end();
  if (!settled || code !== 0) {
    const log = run.logText().split("\n").slice(-LOG_LINES_SHOWN).join("\n");
    return [`for ${SETTLE_S_MAX} s nothing has changed, and frames are in progress (exit code ${code}):\n${log}`];
  }
  await watch.stop();
  return [...await judge(run.folders, frames, { watch, python: null, measured: true, state: run.state })];
}

/** An order to try again does not outlive a power cut. */
async function retried(run: FaultRun, frames: readonly LedgerFrame[]): Promise<boolean> {
  for (const frame of frames.filter((frame) => frame.retried)) {
    await retryImage(quarantinedImage(frame, run.folders.output), run);
  }
  return await run.settled(SETTLE_S_MAX);
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
