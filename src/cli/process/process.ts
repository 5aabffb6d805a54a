/** `pewatch process`: the main job once, for the frames that are in a folder. */
import { dirname, join, resolve } from "node:path";
import { argument, message, object, option, string } from "@optique/core";
import { isWithin } from "../../config/folder_rules.ts";
import { type LoadedConfiguration, loadSettings } from "../../config/load.ts";
import { faultOfReservedPath } from "../../config/names/reserved_names.ts";
import { SETTINGS_CHECKS } from "../../nexus/settings_checks.ts";
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
import type { Candidate } from "../../frames/prepare/sort_names.ts";
import { command, CommandError, CONFIG_OPTION, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { frames } from "../console/counts_text.ts";
import { InProgress } from "./in_progress.ts";
import { contentOf, type FolderContent } from "./plan.ts";
import { newOutcome, type Outcome, reportOutcome, reportPlan } from "./report.ts";
import { COPIES_MAX, CopiesFolder, framesUnderWay, passSettings, removeWorkFolder } from "./work_folder.ts";
import { type Progress, startProgress } from "../console/progress.ts";
import { StopReports } from "../console/stop_reports.ts";
import { onStopSignals } from "../console/stop_signals.ts";
import { printable } from "../../log/terminal_text.ts";
import { WORK_NAME } from "../../files/service_names.ts";

const ARGUMENTS = object({
  folder: argument(string({ metavar: "DIR" }), { description: message`The folder of the frames, with all below it.` }),
  output: option("-o", "--output", string({ metavar: "OUT" }), { description: message`Where to deliver them.` }),
  move: option("--move", { description: message`Take the frames out of DIR as they are delivered.` }),
  keep: option("--keep", { description: message`Leave DIR as it is. This is the default.` }),
  dryRun: option("-n", "--dry-run", { description: message`Only report what would be done.` }),
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

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
  readonly inProgress: InProgress;
  /** What a stop is answered with. */
  readonly reports: StopReports;
}

export const runProcess = command(ARGUMENTS, {
  command: "process",
  brief: message`Merges and delivers the frames that are in a folder, once.`,
  footer: message`pewatch works on copies and leaves DIR as it is; with --move the frames leave DIR as they are
delivered. Ctrl-C finishes the frames in progress, a second one ends at once; the next run continues. Exit codes: 0 all delivered,
1 some are not or are in quarantine, 2 wrong usage, 130 ended at once.`,
}, async ({ move, keep, dryRun, json, config, ...paths }) => {
  if (move && keep) throw wrongUsage("Cannot both move and keep the frames: use either --move or --keep");
  const [folder, output] = [resolve(paths.folder), resolve(paths.output)];
  const settings = settingsOf(loadSettings({ config, checks: SETTINGS_CHECKS }));

  const fault = faultOfReservedPath(output);
  if (fault !== null) throw wrongUsage(`Cannot deliver to ${output}: ${fault}`);
  if (isWithin(output, folder)) {
    throw wrongUsage(`Cannot deliver to ${output}: the output must lie outside ${folder}`);
  }
  const archive = join(output, settings.dark.archive_dir);
  if (settings.dark.policy !== "keep" && isWithin(archive, folder)) {
    throw wrongUsage(
      `Cannot archive darks in ${archive}: it lies in ${folder}; set [dark] archive_dir to another folder`,
    );
  }
  const placeFault = faultOfOutput(output, folder);
  if (placeFault !== null) throw wrongUsage(`Cannot deliver to ${output}: ${placeFault}`);
  let content: FolderContent;
  try {
    content = contentOf(folder);
  } catch (error) {
    throw wrongUsage(`Cannot read ${folder}: ${messageOf(error)}`);
  }
  const candidates = content.frames;
  if (dryRun) return reportPlan(content, { folder, output, settings, json });

  using progress = startProgress(candidates.length, { quiet: json });
  const log = openLog({
    settings: { ...settings.log, level: "warn", file: "" },
    terminal: "text",
    write: (line) => progress.line(line),
  });
  const abort = new AbortController();
  using _signals = onStopSignals(() => abort.abort());
  const outcome = newOutcome(candidates.length), inProgress = new InProgress();
  using reports = new StopReports("pewatch process", inProgress.text(outcome, output));
  const begin_ms = performance.now();
  const job: Job = {
    folder,
    output,
    move,
    settings,
    candidates,
    log,
    progress,
    signal: abort.signal,
    outcome,
    inProgress,
    reports,
  };
  try {
    await (move ? moveFrames(job) : processCopies(job));
  } catch (error) {
    if (!(error instanceof FolderInUseError) && !(error instanceof FolderError)) throw error;
    outcome.problems.add(error.message);
  } finally {
    progress[Symbol.dispose]();
    await log.close();
  }
  const time_s = (performance.now() - begin_ms) / 1000;
  return reportOutcome(outcome, { folder, output, move, time_s, json });
});

/** DIR may be somebody's archive: darks are removed from it only where the configuration says so itself. */
function settingsOf({ settings, given }: LoadedConfiguration): Settings {
  return given.has("dark.policy") ? settings : { ...settings, dark: { ...settings.dark, policy: "archive" } };
}

/** Why frames of `folder` cannot go there, whatever links and mounts lead to it; null where they can. */
function faultOfOutput(output: string, folder: string): string | null {
  let path = output;
  while (dirname(path) !== path && !folderExists(path)) path = dirname(path);
  const place = { key: "OUT", path };
  const [inside = heldFaults(place)[0]] = insideFaults([{ key: "DIR", path: folder }], [place]);
  return inside === undefined ? null : inside.message;
}

function wrongUsage(text: string): CommandError {
  return new CommandError(text, EXIT.usage);
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
      job.reports.note(`copying ${join(candidate.path, candidate.image)} to ${copies.raw}`);
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
  job.reports.note(job.inProgress.text(job.outcome, job.output));
  const result = await runOnePass(settings, {
    log: job.log,
    signal: job.signal,
    inThread: true,
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

function count(event: FrameEvent, job: Job): void {
  const { outcome, progress, inProgress } = job;
  inProgress.take(event);
  if (event.type === "delivered") {
    outcome.delivered++;
    if (event.dark === true) outcome.darksArchived++;
    if (event.bytes === 0) outcome.alreadyThere++;
    outcome.bytesDelivered += event.bytes;
  } else if (event.type === "quarantined") {
    outcome.quarantined++;
  } else if (event.type === "dark_removed") {
    outcome.darksRemoved++;
  }
  job.reports.note(inProgress.text(outcome, job.output));
  if (event.type === "claimed" || event.type === "merged") return;
  const done = outcome.delivered + outcome.quarantined + outcome.darksRemoved;
  progress.update(done, printable(event.frame));
}
