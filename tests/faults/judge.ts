/** Judges a run by nothing but what lies in the folders, against the detector's ledger. */
import { OUTPUT_MARKER } from "../../src/files/service_names.ts";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { judgeLedger } from "../ledger/judge_lines.ts";
import { ofSeveralLooks } from "../several_looks.ts";
import type { ChildFolders } from "./daemon_child.ts";
import {
  GEOMETRY_ENDINGS,
  isInQuarantine,
  isMaster,
  isVisible,
  KEPT,
  PARAMETERS,
  pixelsSha256,
  QUARANTINE,
  REASON,
} from "./delivered_files.ts";
import { measuredWith } from "./exposures.ts";
import { type LedgerFrame, pause } from "./frame_writer.ts";
import type { OutputWatch } from "./output_watch.ts";
import { filesBelow, foldersIn, sha256 } from "../folders.ts";

const READER = fileURLToPath(new URL("./read_nexus.py", import.meta.url));

/** While nothing runs: each frame is whole in at least one place that a restart finds (invariant 1). */
export function lostFrames(folders: ChildFolders, ledger: readonly LedgerFrame[], watch: OutputWatch): string[] {
  watch.look();
  const found = new Set(watch.images.values());
  for (const folder of [folders.raw, folders.temp, folders.proc]) {
    for (const name of filesBelow(folder).filter((name) => name.endsWith(".tif"))) {
      try {
        found.add(pixelsSha256(join(folder, ...name.split("/"))));
      } catch {
        // no image, or the detector is at it, or it is the torn copy of a whole one
        addFile(found, join(folder, ...name.split("/")));
      }
    }
  }
  for (const hash of watch.quarantined) found.add(hash);
  return ledger.filter((frame) => !frame.dark && !found.has(frame.pixels)).map(nameOf);
}

function addFile(hashes: Set<string>, path: string): void {
  try {
    hashes.add(sha256(Deno.readFileSync(path)));
  } catch {
    // the detector has renamed it
  }
}

export function nameOf(frame: LedgerFrame): string {
  return `frame ${frame.number} (${frame.folder === "" ? "" : `${frame.folder}/`}${frame.image})`;
}

export type GeometryBeside = "frame" | "folder" | null;

/** What a set is judged by. */
interface JudgedOutput {
  readonly output: ReadonlyMap<string, string>;
  readonly accounted: Set<string>;
  readonly below: readonly string[];
  readonly geometry: GeometryBeside;
  readonly measured: boolean;
}

/** How a set is judged. */
export interface SetOptions {
  /** Folders below the output that frames may have been delivered to, where it is not the output itself. */
  readonly below?: readonly string[];
  /** What `[geometry] beside` says, where such files are asked for. */
  readonly geometry?: GeometryBeside;
  /** Whether each frame has a parameter of its own (exposures.ts). */
  readonly measured?: boolean;
}

/** What is wrong at the end, with everything delivered and the daemon stopped. */
export async function judge(
  folders: ChildFolders,
  ledger: readonly LedgerFrame[],
  options: SetOptions & {
    readonly watch: OutputWatch;
    readonly python: string | null;
    /** The daemon's state folder: its ledger has each frame once, and each of its lines has its files. */
    readonly state?: string;
  },
): Promise<readonly string[]> {
  const output = new Map(filesBelow(folders.output).map((name) => [name, join(folders.output, ...name.split("/"))]));
  const { watch, python, state, geometry = null } = options;
  const { problems, sets } = judgeSets(output, ledger, options);
  problems.push(...watch.problems, ...changedSince(watch, output), ...leftBehind(folders));
  if (state !== undefined) problems.push(...judgeLines(folders, ledger, { state, output, geometry }));
  if (python !== null) problems.push(...await readByPython(python, { output: folders.output, sets }));
  return problems;
}

/**
 * Each frame's files against the files of an output, by their names.
 * @returns the NeXus files, each with the SHA-256 of its frame's pixels
 */
export function judgeSets(
  output: ReadonlyMap<string, string>,
  ledger: readonly LedgerFrame[],
  { below = [], geometry = null, measured = false }: SetOptions,
): { problems: string[]; sets: ReadonlyMap<string, string> } {
  const problems: string[] = [];
  const accounted = new Set<string>();
  const judged: JudgedOutput = { output, accounted, below, geometry, measured };
  const byPixels = new Map<string, string[]>();
  for (const [name, path] of output) {
    if (!isVisible(name) && name.split("/").at(-1) !== OUTPUT_MARKER) problems.push(`${name} was left in the output`);
    if (!name.endsWith(".tif") || isInQuarantine(name)) continue;
    const pixels = pixelsSha256(path);
    byPixels.set(pixels, [...byPixels.get(pixels) ?? [], name]);
  }
  const sets = new Map<string, string>();
  for (const frame of ledger) {
    const images = byPixels.get(frame.pixels) ?? [];
    if (frame.unreadable) {
      problems.push(...judgeQuarantined(frame, judged));
      continue;
    }
    if (frame.dark) {
      if (images.length > 0) problems.push(`${nameOf(frame)} is a dark and was delivered as ${images.join(", ")}`);
      continue;
    }
    if (images.length !== 1) problems.push(`${nameOf(frame)} was delivered ${images.length} times`);
    for (const image of images) {
      problems.push(...judgeSet(frame, image, judged));
    }
    if (images[0] !== undefined) sets.set(images[0].replace(/\.tif$/, ".nxs"), frame.pixels);
  }
  for (const name of output.keys()) {
    if (isVisible(name) && !isMaster(name) && !accounted.has(name)) problems.push(`${name} belongs to no frame`);
  }
  return { problems, sets };
}

/** Frames taken = delivered + darks + quarantined, once each, and every line's files are there as it says. */
function judgeLines(
  { output: root }: ChildFolders,
  ledger: readonly LedgerFrame[],
  { state, output, geometry }: { state: string; output: ReadonlyMap<string, string>; geometry: GeometryBeside },
): string[] {
  const { problems, counts, files } = judgeLedger(join(state, "ledger"), { output: root, mended: true });
  const found = [...problems];
  const isForFolder = (name: string) => geometry === "folder" && /(^|\/)geometry[^/]*$/.test(name);
  for (const [name, path] of output) {
    if (!isVisible(name) || isMaster(name) || isForFolder(name) || isInQuarantine(name)) continue;
    if (!files.has(path)) found.push(`${name} stands in no line of the ledger`);
  }
  const removed = counts["dark_removed"] ?? 0;
  const darks = ledger.filter(({ dark }) => dark).length;
  if (removed !== darks) found.push(`the ledger has ${removed} removed darks, ${darks} were taken`);
  const quarantined = ledger.filter(({ unreadable, retried }) => unreadable || retried).length;
  if ((counts["quarantined"] ?? 0) < quarantined) {
    found.push(`the ledger has not all ${quarantined} frames of the quarantine`);
  }
  return found.map((problem) => `ledger: ${problem}`);
}

function judgeQuarantined(frame: LedgerFrame, judged: JudgedOutput): string[] {
  const { output, accounted } = judged;
  const image = [QUARANTINE, frame.folder, frame.image].filter((part) => part !== "").join("/");
  const expected = new Map([[image, frame.pixels]]);
  if (frame.sidecar !== null) expected.set(`${image}.metadata`, frame.sidecar);
  if (frame.overflow !== null) expected.set(`${image}.overflow`, frame.overflow);
  accounted.add(`${image}${REASON}`);
  accounted.add(`${image}${KEPT}`);
  const problems = filesProblems(frame, expected, { output, accounted });
  const kept = output.get(`${image}${KEPT}`);
  if (kept === undefined || (judged.measured && !holds(kept, measuredWith(frame.number)))) {
    problems.push(`nothing keeps the parameters of ${nameOf(frame)}`);
  }
  if (!output.has(`${image}${REASON}`)) problems.push(`nothing says why ${nameOf(frame)} is in the quarantine`);
  return problems;
}

/** Whether each of the files is there with the content whose SHA-256 is given. */
function filesProblems(
  frame: LedgerFrame,
  expected: ReadonlyMap<string, string>,
  { output, accounted }: { output: ReadonlyMap<string, string>; accounted: Set<string> },
): string[] {
  const problems: string[] = [];
  for (const [name, wanted] of expected) {
    accounted.add(name);
    const path = output.get(name);
    if (path === undefined) problems.push(`${name} of ${nameOf(frame)} is missing`);
    else if (sha256(Deno.readFileSync(path)) !== wanted) problems.push(`${name} is not that of ${nameOf(frame)}`);
  }
  return problems;
}

function judgeSet(frame: LedgerFrame, image: string, judged: JudgedOutput): string[] {
  const { output, accounted } = judged;
  const problems: string[] = [];
  const stem = image.replace(/\.tif$/, "");
  const below = frame.darkByName ? [ARCHIVE] : judged.below;
  const folder = below.find((one) => image.startsWith(`${one}/`));
  const name = folder === undefined ? stem : stem.slice(folder.length + 1);
  const own = `${frame.folder === "" ? "" : `${frame.folder}/`}${frame.image.replace(/\.tif$/, "")}`;
  if (name !== own && !(name.startsWith(`${own}-`) && /^\d{5}$/.test(name.slice(own.length + 1)))) {
    problems.push(`${nameOf(frame)} was delivered as ${image}`);
  }
  const expected = new Map<string, string>();
  if (frame.sidecar !== null) expected.set(`${image}.metadata`, frame.sidecar);
  if (frame.overflow !== null) expected.set(`${image}.overflow`, frame.overflow);
  accounted.add(image).add(`${stem}.nxs`);
  problems.push(...judgeNexus(frame, stem, judged), ...judgeGeometry(image, judged));
  return [...problems, ...filesProblems(frame, expected, { output, accounted })];
}

/** The default of `[dark] archive_dir`. */
const ARCHIVE = "dark";

/** The parameters are those of the exposure; where there is no NeXus file, they lie beside the frame. */
function judgeNexus(frame: LedgerFrame, stem: string, { output, accounted, measured }: JudgedOutput): string[] {
  const problems: string[] = [];
  const nexus = output.get(`${stem}.nxs`);
  if (nexus === undefined) problems.push(`${nameOf(frame)} has no NeXus file`);
  const beside = `${stem}.tif${PARAMETERS}`;
  if (nexus === undefined) accounted.add(beside);
  // Without a sidecar of its own a frame has the time of its file.
  if (!measured || frame.late || frame.darkByName) return problems;
  const path = nexus ?? output.get(beside);
  if (path === undefined || !holds(path, measuredWith(frame.number))) {
    problems.push(`${nameOf(frame)} has not the parameters that it was measured with`);
  }
  return problems;
}

function judgeGeometry(image: string, { output, accounted, geometry }: JudgedOutput): string[] {
  if (geometry === null) return [];
  const stem = geometry === "frame" ? image.replace(/\.tif$/, "") : image.replace(/[^/]*$/, "geometry");
  const names = GEOMETRY_ENDINGS.map((ending) => `${stem}.${ending}`);
  for (const name of names) accounted.add(name);
  return names.filter((name) => !output.has(name)).map((name) => `${name} is missing beside ${image}`);
}

function holds(path: string, text: string): boolean {
  return Buffer.from(Deno.readFileSync(path)).includes(text);
}

/** What was complete when it was first seen has to be the same at the end. */
function changedSince(watch: OutputWatch, output: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  for (const [name, hash] of watch.seen) {
    const path = output.get(name);
    if (path === undefined) problems.push(`${name} was seen in the output and is gone`);
    else if (sha256(Deno.readFileSync(path)) !== hash) problems.push(`${name} has changed since it was first seen`);
  }
  return problems;
}

/** What is not delivered yet: frames in raw, claims, marks of series. What else is hidden is the daemon's own. */
export function inProgress({ raw, temp, proc }: ChildFolders): readonly string[] {
  return ofSeveralLooks(() => {
    const inRaw = filesBelow(raw).filter((name) => !name.startsWith("."));
    const marks = filesBelow(proc).filter((name) => name.startsWith(".series-"));
    return [...inRaw, ...[temp, proc].flatMap(foldersIn), ...marks];
  });
}

/**
 * Waits until no frame is in progress. The limit counts from the last change of what is in progress, since a machine
 * that is busy with others takes long for many frames; it ends at once where `isOver` says so.
 */
export async function waitUntilSettled(
  folders: ChildFolders,
  { limit_s, pause_ms, isOver }: { limit_s: number; pause_ms: number; isOver: () => boolean },
): Promise<boolean> {
  let seen = "";
  let deadline = Infinity;
  while (true) {
    const remaining = inProgress(folders).join("\n");
    if (remaining === "") return true;
    if (isOver()) return false;
    if (remaining !== seen) deadline = performance.now() + limit_s * 1000;
    else if (performance.now() > deadline) return false;
    seen = remaining;
    await pause(pause_ms);
  }
}

function leftBehind(folders: ChildFolders): string[] {
  const { raw, temp, proc } = folders;
  return [
    ...filesBelow(raw).map((name) => `${name} was left in raw`),
    ...[...foldersIn(temp), ...filesBelow(temp)].map((name) => `${name} was left in temp`),
    ...[...foldersIn(proc), ...filesBelow(proc)].map((name) => `${name} was left in proc`),
  ];
}

async function readByPython(
  python: string,
  { output, sets }: { output: string; sets: ReadonlyMap<string, string> },
): Promise<string[]> {
  const list = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(list, [...sets.keys()].join("\n"));
    const reader = await new Deno.Command(python, { args: [READER, output, list] }).output();
    if (!reader.success) return [`h5py: ${new TextDecoder().decode(reader.stderr).trim().split("\n").at(-1)}`];
    const read = new Map(
      new TextDecoder().decode(reader.stdout).trim().split("\n").map((line) => {
        const [name, result] = line.split("\t");
        return [name!, result!];
      }),
    );
    return [...sets].filter(([name, pixels]) => read.get(name) !== pixels)
      .map(([name]) => `${name}: h5py sees other pixels than the detector wrote: ${read.get(name)}`);
  } finally {
    Deno.removeSync(list);
  }
}
