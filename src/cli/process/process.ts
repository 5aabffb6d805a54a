/** `pewatch process`: the main job once, for the frames that are in a folder. */
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { type LoadedConfiguration, loadSettings } from "../../config/load.ts";
import { faultOfReservedPath, QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";
import { checkCalibration } from "../../geometry/calibration_file.ts";
import type { Settings } from "../../config/settings.ts";
import { isGone } from "../../daemon/requests/ask_daemon.ts";
import { heldFaults, insideFaults } from "../../daemon/settings/folder_places.ts";
import { FolderInUseError, readHolder } from "../../daemon/settings/folder_lock.ts";
import { messageOf } from "../../files/errors.ts";
import { folderExists } from "../../files/listing.ts";
import { frameOf } from "../../frames/claim/record.ts";
import { openLog, type RunningLog } from "../../log/log.ts";
import { FolderError } from "../../daemon/settings/make_folders.ts";
import { type OnePassResult, runOnePass } from "../../daemon/one_pass.ts";
import type { FrameEvent } from "../../frames/events.ts";
import type { Candidate } from "../../frames/prepare/scan.ts";
import { unclaimedLines } from "../../frames/prepare/unclaimed.ts";
import { CONFIG_DESCRIPTION, EXIT, JSON_DESCRIPTION, parseArguments } from "../console/arguments.ts";
import { darks, frames } from "../console/counts_text.ts";
import { contentOf, type FolderContent, planFrames, type PlannedFrame } from "./plan.ts";
import { COPIES_MAX, CopiesFolder, framesUnderWay, passSettings, removeWorkFolder } from "./work_folder.ts";
import { type Progress, startProgress } from "../console/progress.ts";
import { onStopSignals } from "../console/stop_signals.ts";
import { printable, readableBytes } from "../console/terminal.ts";
import { WORK_NAME } from "../../files/service_names.ts";

const ARGUMENTS = object({
  folder: argument(string({ metavar: "DIR" }), { description: message`The folder of the frames, with all below it.` }),
  output: option("-o", "--output", string({ metavar: "OUT" }), { description: message`Where to deliver them.` }),
  move: option("--move", { description: message`Take the frames out of DIR as they are delivered.` }),
  keep: option("--keep", { description: message`Leave DIR as it is. This is the default.` }),
  dryRun: option("-n", "--dry-run", { description: message`Only report what would be done.` }),
  json: option("--json", { description: JSON_DESCRIPTION }),
  config: optional(option("-c", "--config", string({ metavar: "FILE" }), { description: CONFIG_DESCRIPTION })),
});

/** What came of it, over all passes. */
interface Outcome {
  found: number;
  delivered: number;
  /** Those of the delivered that the output had already, byte for byte. */
  alreadyThere: number;
  quarantined: number;
  darksRemoved: number;
  bytesDelivered: number;
  /** Frames that are still in the folder or in progress. */
  left: number;
  /** Why frames were left, each said once. */
  readonly problems: Set<string>;
  aborted: boolean;
}

interface Job {
  readonly folder: string;
  readonly output: string;
  /** Whether the frames leave the folder. */
  readonly move: boolean;
  readonly settings: Settings;
  readonly candidates: readonly Candidate[];
  readonly log: RunningLog;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly outcome: Outcome;
}

export async function runProcess(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "process",
    brief: message`Merges and delivers the frames that are in a folder, once.`,
    footer: message`pewatch works on copies and leaves DIR as it is; with --move the frames leave DIR as they are
delivered. The next run continues after one that was interrupted. Exit codes: 0 all delivered, 1 some are not or are in
quarantine, 2 wrong usage.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { move, keep, dryRun, json, config } = parsed.value;
  if (move && keep) return wrongUsage("Cannot both move and keep the frames: use either --move or --keep");
  const [folder, output] = [resolve(parsed.value.folder), resolve(parsed.value.output)];
  const settings = settingsOf(loadSettings({ config, checks: [checkCalibration] }));

  const fault = faultOfReservedPath(output);
  if (fault !== null) return wrongUsage(`Cannot deliver to ${output}: ${fault}`);
  if (isWithin(output, folder)) {
    return wrongUsage(`Cannot deliver to ${output}: the output must lie outside ${folder}`);
  }
  const archive = join(output, settings.dark.archive_dir);
  if (settings.dark.policy !== "keep" && isWithin(archive, folder)) {
    return wrongUsage(
      `Cannot archive darks in ${archive}: it lies in ${folder}; set [dark] archive_dir to another folder`,
    );
  }
  const placeFault = faultOfOutput(output, folder);
  if (placeFault !== null) return wrongUsage(`Cannot deliver to ${output}: ${placeFault}`);
  let content: FolderContent;
  try {
    content = contentOf(folder);
  } catch (error) {
    return wrongUsage(`Cannot read ${folder}: ${error instanceof Error ? error.message : error}`);
  }
  const candidates = content.frames;
  if (dryRun) return reportPlan(content, { folder, output, settings, json });

  using progress = startProgress(candidates.length, { quiet: json });
  const log = await openLog({
    settings: { ...settings.log, level: "warn", file: "" },
    terminal: "text",
    write: (line) => progress.line(line),
  });
  const abort = new AbortController();
  using _signals = onStopSignals(() => abort.abort());
  const outcome = newOutcome(candidates.length);
  const begin_ms = performance.now();
  const job: Job = { folder, output, move, settings, candidates, log, progress, signal: abort.signal, outcome };
  try {
    await (move ? moveFrames(job) : processCopies(job));
  } catch (error) {
    if (!(error instanceof FolderInUseError) && !(error instanceof FolderError)) throw error;
    outcome.problems.add(error.message);
  } finally {
    progress[Symbol.dispose]();
    await log.close();
  }
  return reportOutcome(job, { time_s: (performance.now() - begin_ms) / 1000, json });
}

function newOutcome(found: number): Outcome {
  return {
    found,
    delivered: 0,
    alreadyThere: 0,
    quarantined: 0,
    darksRemoved: 0,
    bytesDelivered: 0,
    left: found,
    problems: new Set(),
    aborted: false,
  };
}

/** DIR may be somebody's archive: darks are removed from it only where the configuration says so itself. */
function settingsOf({ settings, given }: LoadedConfiguration): Settings {
  return given.has("dark.policy") ? settings : { ...settings, dark: { ...settings.dark, policy: "archive" } };
}

/** Whether `path` is `folder` or below it. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way.split(/[\\/]/)[0] !== ".." && !isAbsolute(way));
}

/** Why frames of `folder` cannot go there, whatever links and mounts lead to it; null where they can. */
function faultOfOutput(output: string, folder: string): string | null {
  let path = output;
  while (dirname(path) !== path && !folderExists(path)) path = dirname(path);
  const place = { key: "OUT", path };
  const [inside = heldFaults(place)[0]] = insideFaults([{ key: "DIR", path: folder }], [place]);
  return inside === undefined ? null : inside.message;
}

function wrongUsage(text: string): number {
  console.error(`pewatch process: ${text}`);
  return EXIT.usage;
}

async function moveFrames(job: Job): Promise<void> {
  const work = join(job.folder, WORK_NAME);
  await pass(passSettings(job.settings, { raw: job.folder, work, output: job.output }), job);
  const underWay = removeWorkFolder(work);
  if (underWay > 0) {
    job.outcome.problems.add(`${frames(underWay)} in progress in ${work}; the next run continues with them`);
  }
  job.outcome.left = contentOf(job.folder).frames.length + underWay;
}

async function processCopies(job: Job): Promise<void> {
  const { outcome, folder } = job;
  refuseBusyFolder(folder);
  using copies = new CopiesFolder(job.output);
  const interrupted = framesUnderWay(join(folder, WORK_NAME));
  if (interrupted > 0) {
    outcome.problems.add(
      `${frames(interrupted)} of an interrupted --move in ${join(folder, WORK_NAME)}; --move continues with them`,
    );
  }
  const settings = passSettings(job.settings, { raw: copies.raw, work: copies.work, output: job.output });
  for (let first = 0; first < job.candidates.length; first += COPIES_MAX) {
    if (job.signal.aborted) {
      outcome.aborted = true;
      return;
    }
    for (const candidate of job.candidates.slice(first, first + COPIES_MAX)) {
      try {
        copies.copy(candidate);
      } catch (error) {
        // The file at fault may be one of DIR or the copy of it on a full disk; the other frames go on.
        outcome.problems.add(`${frameOf(candidate)}: cannot be copied: ${messageOf(error)}`);
      }
    }
    const goesOn = await pass(settings, job);
    outcome.left = outcome.found - outcome.delivered - outcome.quarantined - outcome.darksRemoved;
    if (!goesOn) return;
  }
}

/** @throws {FolderInUseError} where a daemon works on the folder: its frames move while they would be copied */
function refuseBusyFolder(folder: string): void {
  const holder = readHolder(folder);
  if (holder !== null && !isGone(holder)) throw new FolderInUseError(folder, holder);
}

/** @returns whether nothing speaks against another pass */
async function pass(settings: Settings, job: Job): Promise<boolean> {
  const result = await runOnePass(settings, {
    log: job.log,
    signal: job.signal,
    onFrame: (event) => count(event, job),
    transpiledRoot: join(dirname(settings.folders.temp), "plugins"),
  });
  const problems = problemsOf(result);
  for (const problem of problems) job.outcome.problems.add(problem);
  job.outcome.aborted ||= result.aborted;
  return problems.length === 0;
}

function problemsOf(result: OnePassResult): string[] {
  return [...result.conditions, ...result.stageError === null ? [] : [result.stageError]];
}

function count(event: FrameEvent, { outcome, progress }: Job): void {
  if (event.type === "delivered") {
    outcome.delivered++;
    if (event.bytes === 0) outcome.alreadyThere++;
    outcome.bytesDelivered += event.bytes;
  } else if (event.type === "quarantined") {
    outcome.quarantined++;
  } else if (event.type === "dark_removed") {
    outcome.darksRemoved++;
  } else {
    return;
  }
  const done = outcome.delivered + outcome.quarantined + outcome.darksRemoved;
  progress.update(done, printable(event.frame));
}

function reportOutcome({ folder, output, move, outcome }: Job, how: { time_s: number; json: boolean }): number {
  const { delivered, alreadyThere, quarantined, darksRemoved, bytesDelivered, left, aborted } = outcome;
  const problems = [...outcome.problems];
  const { unclaimed } = contentOf(folder);
  // Frames may be in these.
  const unseen = unclaimed.has("folder") || unclaimed.has("unreadable_name");
  const good = !unseen && quarantined === 0 && left === 0 && problems.length === 0 && !aborted;
  const rate_mb_per_s = bytesDelivered / 1e6 / Math.max(how.time_s, 1e-3);
  if (how.json) {
    const { found } = outcome;
    const counts = { found, delivered, alreadyThere, quarantined, darksRemoved, left, bytesDelivered };
    const notTaken = namesByKind({ unclaimed });
    console.log(
      JSON.stringify(
        { output, moved: move, ...counts, time_s: how.time_s, rate_mb_per_s, aborted, problems, notTaken },
        null,
        2,
      ),
    );
    return good ? EXIT.done : EXIT.failed;
  }
  for (const problem of problems) console.error(`pewatch process: ${problem}`);
  const speed = `${how.time_s.toFixed(1)} s, ${rate_mb_per_s.toFixed(0)} MB/s`;
  const written = delivered - alreadyThere;
  if (alreadyThere > 0) {
    console.log(`${frames(delivered)} found in ${folder}, ${alreadyThere} of them already in ${output}`);
  }
  if (written > 0 || alreadyThere === 0) {
    console.log(`${frames(written)} (${readableBytes(bytesDelivered)}) delivered to ${output} in ${speed}`);
  }
  if (darksRemoved > 0) console.log(move ? `${darks(darksRemoved)} removed` : `${darks(darksRemoved)} not delivered`);
  if (quarantined > 0) console.log(`${frames(quarantined)} in quarantine: ${join(output, QUARANTINE_FOLDER)}`);
  if (left > 0) console.log(`${frames(left)} left${aborted ? ": stopped before the end" : ""}`);
  for (const line of unclaimedLines(unclaimed)) console.log(printable(`Not taken: ${line}`));
  console.log(
    move
      ? `Delivered frames were moved out of ${folder}`
      : `${folder} is unchanged; with --move delivered frames leave it`,
  );
  return good ? EXIT.done : EXIT.failed;
}

function namesByKind({ unclaimed }: Pick<FolderContent, "unclaimed">): Record<string, readonly string[]> {
  const kinds = [...unclaimed].filter(([, list]) => list.length > 0);
  return Object.fromEntries(kinds.map(([kind, list]) => [kind, list.map(({ name }) => name)]));
}

function reportPlan(
  content: FolderContent,
  { folder, output, settings, json }: { folder: string; output: string; settings: Settings; json: boolean },
): number {
  const plan: PlannedFrame[] = planFrames(
    content.frames,
    passSettings(settings, { raw: folder, work: folder, output }),
  );
  if (json) {
    console.log(JSON.stringify({ folder, output, frames: plan, notTaken: namesByKind(content) }, null, 2));
    return EXIT.done;
  }
  for (const { frame, what, notes } of plan) {
    const note = notes.length > 0 ? `  (${notes.join("; ")})` : "";
    console.log(`${what.padEnd(12)}  ${printable(frame)}${printable(note)}`);
  }
  const bytes = plan.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const line of unclaimedLines(content.unclaimed)) console.log(printable(`Not taken: ${line}`));
  console.log(`${frames(plan.length)} (${readableBytes(bytes)}) in ${folder}; nothing was done`);
  return EXIT.done;
}
