/** The first stage: finds frames in raw that are whole, treats darks by the policy, claims the rest. */
import { join, sep } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { removeFolder } from "../../files/durable.ts";
import { isHeldOpen, isMissing, mayBeHeldOpen, messageOf, reasonOf } from "../../files/errors.ts";
import { fileExists, statOf } from "../../files/listing.ts";
import { reportForeignTo } from "../../files/plain_file.ts";
import { assess, type Ready } from "./assess.ts";
import { withNamesToKeep } from "../claim/awkward_names.ts";
import { claimFrame, discardClaim, listClaims, listUnfinished, newClaimId, resumeClaim } from "../claim/claim.ts";
import { newestOf, parametersFor } from "../claim/claim_parameters.ts";
import type { KeptFrame } from "../claim/kept_frame.ts";
import type { Reporter } from "../events.ts";
import { HeldOpen } from "../held_open.ts";
import { type ClaimRecord, frameOf, type Member, readRecord, RECORD_VERSION } from "../claim/record.ts";
import { LateCompanions } from "./late_companions.ts";
import { type Claim, QuarantineRetry } from "./quarantine_retry.ts";
import { type DarkFate, fateOfDark } from "./dark_policy.ts";
import { exposedAt } from "../exposure_time.ts";
import { type DarkToKeep, keepReference } from "../reference_dark.ts";
import { allOf, drainingKey, drainingOf, drainingUnreadable } from "../claim/draining_folders.ts";
import { reportLacks } from "../report_lacks.ts";
import { LookOrder } from "./look_order.ts";
import { type Candidate, joined, type Scan, scanRaw } from "./scan.ts";
import type { FrameFolders, StageOptions } from "../stage.ts";
import { UnclaimedReport } from "./unclaimed.ts";
import { Watch } from "./watch.ts";
import { CLAIMING_PREFIX, DISCARD_PREFIX } from "../../files/service_names.ts";

/**
 * Frames that may be between raw and the output at once. Where the output is away, the others wait in raw as QXRD
 * wrote them, where any program can read them; and the lists that each firing reads stay short.
 */
const CLAIMS_MAX = 500;

/** So many of them at most from a crowd's frames that are not new: a new one overtakes those in raw, but not these. */
const CLAIMS_OF_CROWD_MAX = 60;

/**
 * A scan that found nothing to take is followed by a pause of so many times its own length, within limits: a hundred
 * thousand files that wait for the output cost a tenth of a core, and a new frame is still found soon.
 */
const PAUSE_PER_SCAN = 9;
const PAUSE_MS_MAX = 1000;
/** A scan this short may be done at each tick. */
const SCAN_SHORT_MS = 50;

export class PrepareRaw {
  readonly #watch = new Watch();
  readonly #held = new HeldOpen("raw");
  readonly #retry = new QuarantineRetry();
  readonly #unclaimed = new UnclaimedReport();
  readonly #order = new LookOrder();
  readonly #late: LateCompanions;
  readonly #refused = new Map<string, string>();
  /** On the monotonic clock. */
  #nextScan_ms = 0;

  /** @param clock.now_ms by which late files are waited for */
  constructor(clock: { readonly now_ms?: () => number } = {}) {
    this.#late = new LateCompanions(clock.now_ms);
  }

  /** One firing. */
  async work(options: StageOptions): Promise<void> {
    try {
      await this.#work(options);
    } finally {
      reportLacks(options);
    }
  }

  async #work(options: StageOptions): Promise<void> {
    const { folders, reporter, signal } = options;
    reportForeignTo(reporter.log);
    await this.#resume(options);
    const begun_ms = performance.now();
    if (begun_ms < this.#nextScan_ms) return;
    const scan = scanAll(options);
    const taken = new Set<Candidate>();
    const onTheWay = countClaims(folders);
    const room = CLAIMS_MAX - onTheWay;
    let claimed = 0, stuck = false;
    const takeAll = async (candidates: Iterable<Candidate>, room: number) => {
      if (room <= 0) return;
      for (const candidate of candidates) {
        if (signal.aborted || stuck) return;
        const outcome = await this.#treat(candidate, options);
        stuck ||= outcome === "stuck";
        if (outcome !== "claimed" && outcome !== "removed") continue;
        taken.add(candidate);
        if (outcome === "claimed" && ++claimed >= room) return;
      }
    };
    const { first, others } = this.#order.looks(scan.candidates, scan.serial);
    await takeAll(first, room);
    // Without ticks nobody measures now.
    const roomForOthers = options.nextTick_ms === undefined ? room : CLAIMS_OF_CROWD_MAX - onTheWay;
    await takeAll(others, Math.min(room, roomForOthers));
    if (this.#order.roundIsOver) {
      this.#watch.endRound();
      this.#held.endRound(reporter);
    }
    const scan_ms = performance.now() - begun_ms;
    // The tries at a file that is held open take time too, and are no reason to look less often.
    const idle = taken.size === 0 && scan_ms > SCAN_SHORT_MS && this.#held.count === 0;
    this.#nextScan_ms = begun_ms + scan_ms + (idle ? Math.min(PAUSE_MS_MAX, PAUSE_PER_SCAN * scan_ms) : 0);
    const claim: Claim = (candidate, verdict, kept) => this.#claim(candidate, { verdict, options, kept });
    await this.#retry.work(options, { onTheWay, claim });
    const waits = (candidate: Candidate) => !taken.has(candidate);
    const left = drainingInRaw(scan, { folders, waits });
    const raw = scan.candidates.length - taken.size;
    const { stays, others: more } = await this.#late.work(scan.companions, options);
    const counts = this.#unclaimed.report(new Map([...scan.unclaimed, ["companion", stays]]), reporter);
    const unclaimed = more === 0 ? counts : { ...counts, companion: stays.length + more };
    reporter.backlog(scan.read.has(folders.raw) ? { raw, left, unclaimed } : { left });
  }

  async #claim(
    candidate: Candidate,
    claim: { verdict: Ready; options: StageOptions; kept?: KeptFrame | null },
  ): Promise<"claimed" | "removed"> {
    const { outcome, record } = await claimReady(candidate, claim);
    this.#late.sentTo(record.destination);
    return outcome;
  }

  /** Goes on with what a crash left, before anything new is claimed. */
  async #resume(options: StageOptions): Promise<void> {
    for (const temp of allOf(options.folders, "temp")) await this.#resumeIn(temp, options);
  }

  async #resumeIn(temp: string, options: StageOptions): Promise<void> {
    const { folders, reporter } = options;
    for (const name of listOrNothing(temp, CLAIMING_PREFIX)) {
      try {
        const record = await resumeClaim(name, { folders, temp });
        if (record !== null) reporter.log.info(`${frameOf(record)}: continued after a restart`);
        this.#refused.delete(name);
      } catch (error) {
        if (mayBeHeldOpen(error)) this.#held.add(name, { frame: join(temp, name), error });
        else this.#sayOnce(name, { text: `claim ${join(temp, name)}: ${messageOf(error)}`, reporter });
      }
    }
    for (const name of listOrNothing(temp, DISCARD_PREFIX)) {
      const path = join(temp, name);
      try {
        await removeDark(path, reporter);
      } catch (error) {
        if (mayBeHeldOpen(error)) this.#held.add(name, { frame: path, error });
        else this.#sayOnce(name, { text: `${path} cannot be removed: ${messageOf(error)}`, reporter });
      }
    }
  }

  async #treat(candidate: Candidate, options: StageOptions): Promise<"claimed" | "removed" | "waiting" | "stuck"> {
    const { settings, reporter } = options;
    const frame = frameOf(candidate);
    try {
      const verdict = assess(candidate, this.#watch, settings.frames);
      if (verdict.state === "waiting") return "waiting";
      const outcome = await this.#claim(candidate, { verdict, options });
      this.#refused.delete(frame);
      reporter.condition({ key: "temp", message: null });
      return outcome;
    } catch (error) {
      // Its files are in the claim, whose folder cannot be renamed while one of them is open: the next firing goes on.
      const isTaken = mayBeHeldOpen(error) && !fileExists(join(candidate.path, candidate.image));
      if (isHeldOpen(error) || isTaken) {
        this.#held.add(frame, { frame, error });
        return "waiting";
      }
      const text = `${frame}: cannot be claimed: ${reasonOf(error)}; it stays in the raw folder`;
      // The temp folder itself is at fault where no claim can be made: then the other frames need not be tried.
      const stuck = !canMakeClaims(options.folders.temp);
      const { temp } = options.folders;
      if (stuck) {
        reporter.condition({
          key: "temp",
          message: `no frame can be moved to the temp folder ${temp}: ${reasonOf(error)}`,
        });
      } else this.#sayOnce(frame, { text, reporter });
      return stuck ? "stuck" : "waiting";
    }
  }

  #sayOnce(key: string, message: { text: string; reporter: Reporter }): void {
    if (this.#refused.get(key) === message.text) return;
    if (this.#refused.size > REMEMBERED_MAX) this.#refused.clear();
    this.#refused.set(key, message.text);
    message.reporter.log.warn(message.text);
  }
}

/** Messages are repeated after so many others rather than remembered for ever. */
const REMEMBERED_MAX = 10_000;

interface ScanOfAll extends Scan {
  /** The raw folders that could be read. */
  readonly read: ReadonlySet<string>;
}

/** The raw folder, and before it those that were left, each reported where it cannot be read. */
function scanAll({ folders, reporter }: StageOptions): ScanOfAll {
  const scans: Scan[] = [];
  const read = new Set<string>();
  for (const left of drainingOf(folders, "raw")) {
    const key = drainingKey(left.path);
    try {
      const scan = scanRaw(left.path);
      scans.push({ ...scan, candidates: writtenInTime(scan.candidates, left.until_ms) });
      read.add(left.path);
      reporter.condition({ key, message: null });
    } catch (error) {
      // Whoever takes an old raw folder away when its time is over has looked into it.
      const over = isMissing(error) && isOver(left.until_ms);
      if (over) read.add(left.path);
      reporter.condition({ key, message: over ? null : drainingUnreadable("raw", left.path, reasonOf(error)) });
    }
  }
  try {
    scans.push(scanRaw(folders.raw));
    read.add(folders.raw);
    reporter.condition({ key: "raw", message: null });
  } catch (error) {
    reporter.condition({ key: "raw", message: `the raw folder cannot be read: ${messageOf(error)}` });
  }
  return { ...(scans.length === 1 ? scans[0]! : joined(scans)), read };
}

function isOver(until_ms: number | null): boolean {
  return until_ms !== null && Date.now() > until_ms;
}

/** Without those that were written to a folder long after it was left. */
function writtenInTime(candidates: readonly Candidate[], until_ms: number | null): readonly Candidate[] {
  if (!isOver(until_ms)) return candidates;
  return candidates.filter(({ path, image }) => {
    try {
      return (statOf(join(path, image))?.modified_ms ?? Infinity) <= until_ms!;
    } catch {
      return true; // its own turn says what is wrong with it
    }
  });
}

/** How many frames of each raw folder that was left are still to be taken; as long as QXRD may write there, nothing. */
function drainingInRaw(
  { candidates, read }: ScanOfAll,
  { folders, waits }: { folders: FrameFolders; waits: (candidate: Candidate) => boolean },
): { id: number; frames: number }[] {
  return drainingOf(folders, "raw")
    .filter(({ closed, until_ms, path }) => closed && isOver(until_ms) && read.has(path))
    .map(({ id, path }) => ({
      id,
      frames: candidates.filter((candidate) => candidate.raw === path && waits(candidate)).length,
    }));
}

function countClaims(folders: FrameFolders): number {
  return [...allOf(folders, "temp"), ...allOf(folders, "proc")].reduce((count, folder) => {
    try {
      return count + listClaims(folder).length;
    } catch {
      return count; // the folder's own stage says what is wrong with it
    }
  }, 0);
}

function listOrNothing(folder: string, prefix: string): string[] {
  try {
    return listUnfinished(folder, prefix);
  } catch {
    return []; // a folder that is gone is reported where it is needed
  }
}

function canMakeClaims(temp: string): boolean {
  const probe = join(temp, CLAIMING_PREFIX + newClaimId());
  try {
    Deno.mkdirSync(probe);
    removeFolder(probe);
    return true;
  } catch {
    return false;
  }
}

async function claimReady(
  candidate: Candidate,
  claim: { verdict: Ready; options: StageOptions; kept?: KeptFrame | null },
): Promise<{ outcome: "claimed" | "removed"; record: ClaimRecord }> {
  const { verdict, options, kept = null } = claim;
  const { settings, folders, reporter } = options;
  const frame = frameOf(candidate);
  const fate = treatDark(candidate, { verdict, options });
  const record = recordOf(candidate, { verdict, options, fate, kept });
  // What is removed or goes to quarantine is reported when that is done.
  const notes = record.remove || record.quarantine !== null ? [] : verdict.notes;
  for (const note of notes) reporter.log.warn(`${frame}: ${note}; delivered as it is`);
  for (const remark of verdict.remarks) reporter.log.warn(`${frame}: ${remark}`);
  for (const { name, reason } of verdict.notAttached) {
    reporter.log.warn(`${frame}: ${name} is not part of it and stays where it is: ${reason}`);
  }
  // A frame that goes to quarantine may be tried again when nobody knows them any more.
  const source = record.remove ? undefined : options.parameters;
  const asked = await parametersFor(record, { source, log: reporter.log });
  const parameters = kept === null ? asked : newestOf(kept.parameters, asked);
  const fsync = settings.frames.fsync;
  await claimFrame(record, { from: candidate.path, temp: folders.temp, fsync, parameters });
  if (record.remove) {
    await removeDark(join(folders.temp, DISCARD_PREFIX + record.id), reporter);
    return { outcome: "removed", record };
  }
  reporter.event({ type: "claimed", frame });
  return { outcome: "claimed", record };
}

/** Tells of it when its record is gone, so once, also where another program keeps the rest of it open for a while. */
async function removeDark(claim: string, reporter: Reporter): Promise<void> {
  const record = readRecord(claim);
  await discardClaim(claim);
  if (record === null) return;
  const bytes = record.members.reduce((sum, member) => sum + member.size, 0);
  reporter.event({ type: "dark_removed", frame: frameOf(record), bytes });
}

/**
 * Keeps a dark as the reference where that is asked for, and decides what becomes of it. What cannot be kept as the
 * reference is not removed either: it goes to the archive, so that it does not fill the raw folder.
 */
function treatDark(candidate: Candidate, claim: { verdict: Ready; options: StageOptions }): DarkFate {
  const { verdict, options } = claim;
  const { dark: darks } = options.settings;
  const { log } = options.reporter;
  if (verdict.dark === null || verdict.quarantine !== null) return "deliver";
  const frame = frameOf(candidate);
  const fate = fateOfDark(verdict.dark, darks.policy);
  const archived = `is archived in ${darks.archive_dir} instead of removed`;
  if (verdict.dark === "name") {
    if (darks.policy === "delete") log.warn(`${frame}: only its name says that it is a dark: it ${archived}`);
    return fate;
  }
  if (!darks.reference || candidate.sidecar === null) return fate;
  const problem = reasonAgainstKeeping(options.settings, {
    folder: candidate.path,
    image: candidate.image,
    sidecar: candidate.sidecar,
    frame,
    written_ms: verdict.written_ms,
  });
  if (problem === null) return fate;
  log.warn(`${frame}: cannot be kept as the reference dark: ${problem}${fate === "remove" ? `; it ${archived}` : ""}`);
  return fate === "remove" ? "archive" : fate;
}

/** In words, or null where the dark is the reference now. */
function reasonAgainstKeeping({ daemon, detector, frames }: Settings, dark: DarkToKeep): string | null {
  try {
    return keepReference(daemon.state_dir, dark, { fsync: frames.fsync, timeZone: detector.time_zone });
  } catch (error) {
    return reasonOf(error);
  }
}

function recordOf(
  candidate: Candidate,
  claim: { verdict: Ready; options: StageOptions; fate: DarkFate; kept: KeptFrame | null },
): ClaimRecord {
  const { verdict, options, fate, kept } = claim;
  const { settings, folders } = options;
  const named = kept === null
    ? { ...candidate, members: verdict.members }
    : asOnce(verdict.members, { candidate, kept });
  const { image, members, notes } = withNamesToKeep(named, named.members);
  const archived = fate === "archive" ? settings.dark.archive_dir : "";
  return {
    version: RECORD_VERSION,
    id: newClaimId(),
    raw: candidate.raw,
    folder: named.folder,
    ...named.folder === candidate.folder ? {} : { origin: candidate.folder },
    image,
    members,
    dark: verdict.dark !== null,
    remove: fate === "remove",
    destination: { root: folders.outputRoot, dir: forward([folders.outputDir, archived]) },
    quarantine: verdict.quarantine,
    notes: [...verdict.notes, ...verdict.remarks, ...notes],
    // The time of the measurement, whoever has mended a file since.
    written_ms: kept?.written_ms ?? verdict.written_ms,
    exposed_ms: kept?.exposed_ms ?? exposedAt(verdict, settings),
    attempts: 0,
    merge: null,
    deliverAs: null,
  };
}

/** A frame of the quarantine under the names and in the folder that it had in raw. */
function asOnce(
  members: readonly Member[],
  { candidate, kept }: { candidate: Candidate; kept: KeptFrame },
): { folder: string; image: string; members: readonly Member[] } {
  const originals = new Map(kept.files.map(({ name, original }) => [name, original]));
  const named = members.map((member) => {
    const name = originals.get(member.name) ?? member.name;
    return name === member.name ? member : { ...member, name, from: member.name };
  });
  const isEachOnce = new Set(named.map(({ name }) => name)).size === named.length;
  const image = originals.get(candidate.image) ?? candidate.image;
  if (!isEachOnce) return { folder: candidate.folder, image: candidate.image, members };
  return { folder: kept.folder, image, members: named };
}

/** Folders below each other with forward slashes, whatever this system's separator is. */
function forward(parts: readonly string[]): string {
  return parts.flatMap((part) => part.split(sep)).filter((part) => part !== "").join("/");
}
