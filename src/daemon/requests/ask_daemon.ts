/** Asks the running daemon of a configuration, from another process; request_files.ts says by which files. */
import { hostname } from "node:os";
import type { Settings } from "../../config/settings.ts";
import { transpiledFolder } from "../settings/make_folders.ts";
import { makeFolder } from "../../files/listing.ts";
import { FolderLock, type LockHolder, readHolder } from "../settings/folder_lock.ts";
import {
  type Answer,
  answerPath,
  parseAnswer,
  type Request,
  requestFolder,
  requestPath,
  writeJson,
} from "./request_files.ts";
import { tryToRemove } from "../../files/durable.ts";
import { isHeldOpen, isMissing } from "../../files/errors.ts";
import { readPlain } from "../../files/plain_file.ts";
import { isProcessGone } from "../../frames/claim/owner.ts";

/** The largest are the parameters, which may fill as much as their file. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

/** A daemon answers within a tick; one that starts ticks only when its plugins are ready, or 10 s later. */
const PATIENCE_S = 20;
const LOOK_MS = 20;
/** From the daemon's release of the folders to its process's end there is only the log to close. */
const END_MS_MAX = 10_000;

/** There is nobody to ask. */
export class NoDaemonError extends Error {
  override readonly name: string = "NoDaemonError";
}

/**
 * What the daemon answers, or what `stopped` finds in the state that the last one left.
 * @throws {DaemonAnswerError} and what `stopped` throws
 */
export async function askOrRead<T>(
  settings: Settings,
  request: Request,
  stopped: () => T | Promise<T>,
): Promise<{ readonly running: boolean; readonly value: T }> {
  try {
    return { running: true, value: (await askDaemon(settings, request)).value as T };
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    return { running: false, value: await stopped() };
  }
}

/**
 * As above, for what changes the state: without a daemon, under the lock that keeps one from starting meanwhile, since
 * it reads the state at its start and writes over it.
 * @throws {FolderInUseError} besides
 */
export async function askOrChange<T>(settings: Settings, request: Request, stopped: () => T | Promise<T>): Promise<T> {
  const { value } = await askOrRead(settings, request, async () => {
    const held = transpiledFolder(settings);
    makeFolder(held);
    using _lock = FolderLock.take([held]);
    return await stopped();
  });
  return value;
}

/** The daemon ended while it was asked. */
export class DaemonEndedError extends NoDaemonError {
  readonly holder: LockHolder;

  constructor(holder: LockHolder) {
    super(`${nameOf(holder)} ended before it answered`);
    this.holder = holder;
  }
}

/** The daemon is there, but did not do it; the message says why. */
export class DaemonAnswerError extends Error {
  override readonly name = "DaemonAnswerError";
}

/** The process that takes requests for this configuration, or null. One that was killed is distinguished from one that runs. */
export function findDaemon(settings: Settings): LockHolder | null {
  const holder = readHolder(requestFolder(settings));
  return holder === null || isGone(holder) ? null : holder;
}

export interface DaemonAnswer {
  /** A DaemonStatus for "status", else null. */
  readonly value: unknown;
  /** Who answered. */
  readonly holder: LockHolder;
}

/**
 * Asks and waits for the answer.
 * @throws {NoDaemonError} {@linkcode DaemonAnswerError}
 */
export async function askDaemon(
  settings: Settings,
  request: Request,
  options: { readonly patience_s?: number } = {},
): Promise<DaemonAnswer> {
  const holder = findDaemon(settings);
  if (holder === null) throw new NoDaemonError(nobody(settings));
  const folder = requestFolder(settings);
  const patience_s = options.patience_s ?? PATIENCE_S + 2 * settings.daemon.ticktack / settings.daemon.multiplier;
  const id = crypto.randomUUID();
  try {
    await writeJson(requestPath(folder, id), request);
    const answer = await waitForAnswer(answerPath(folder, id), holder, performance.now() + patience_s * 1000);
    if (answer === null && isFree(folder)) throw new NoDaemonError(nobody(settings));
    if (answer === "gone") throw new DaemonEndedError(holder);
    if (answer === null) {
      throw new DaemonAnswerError(`${nameOf(holder)} did not answer within ${patience_s.toFixed(0)} s`);
    }
    if (answer.error !== undefined) throw new DaemonAnswerError(answer.error);
    return { value: answer.value, holder };
  } finally {
    // The daemon took the request, or never answered it.
    for (const path of [requestPath(folder, id), answerPath(folder, id)]) tryToRemove(path);
  }
}

/**
 * Waits until the process has released the folders and ended.
 * @returns false where it still works when the time is over
 */
export async function waitForEnd(settings: Settings, holder: LockHolder, limit_s: number): Promise<boolean> {
  const end_ms = performance.now() + limit_s * 1000;
  while (!isGone(holder) && isHeldBy(requestFolder(settings), holder)) {
    if (performance.now() > end_ms) return false;
    await pause();
  }
  const last_ms = Math.min(end_ms, performance.now() + END_MS_MAX);
  while (!isGone(holder) && performance.now() < last_ms) {
    if (holder.host !== hostname()) break; // its process cannot be seen from here
    await pause();
  }
  return true;
}

export function nameOf(holder: LockHolder): string {
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  return `The daemon (process ${holder.pid}${where})`;
}

function nobody(settings: Settings): string {
  const { raw } = settings.folders;
  const other = readHolder(raw);
  if (other === null || isGone(other)) return `No daemon is running for ${raw}`;
  return `Process ${other.pid} on ${other.host} works on ${raw} (${other.program}, since ${other.since}), ` +
    `but takes no requests in ${requestFolder(settings)}`;
}

/** Null where none came in time, "gone" where none can come any more. */
async function waitForAnswer(path: string, holder: LockHolder, end_ms: number): Promise<Answer | "gone" | null> {
  while (true) {
    // Asked before the look: an answer that was written just before the end is still seen.
    const gone = isGone(holder);
    const answer = readAnswer(path);
    if (answer !== null) return answer;
    if (gone) return "gone";
    if (performance.now() > end_ms) return null;
    await pause();
  }
}

function readAnswer(path: string): Answer | null {
  try {
    const bytes = readPlain(path, ANSWER_BYTES_MAX);
    return bytes === null ? null : parseAnswer(new TextDecoder().decode(bytes));
  } catch (error) {
    if (isMissing(error) || isHeldOpen(error)) return null;
    throw error;
  }
}

function isHeldBy(folder: string, holder: LockHolder): boolean {
  const now = readHolder(folder);
  return now !== null && now.pid === holder.pid && now.since === holder.since;
}

/** Whether the process is known to have ended; one on another computer counts as running. */
export function isGone(holder: LockHolder): boolean {
  return holder.host === hostname() && isProcessGone(holder.pid);
}

/**
 * Whether nobody holds the folder's lock, whatever its description says: the number of a process that was killed may
 * belong to another by now. Asked last, since it keeps a daemon out that starts in the same instant.
 */
function isFree(folder: string): boolean {
  try {
    FolderLock.take([folder]).release();
    return true;
  } catch {
    return false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
