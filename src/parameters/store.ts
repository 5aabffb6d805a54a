/** The parameters of all plugins and clients: what they were when, kept over a restart. */
import { join } from "node:path";
import { messageOf } from "../files/errors.ts";
import { PARAMETERS_FILE } from "../files/service_names.ts";
import { type Logger, Once } from "../log/logger.ts";
import type { ParameterReading } from "./parameter.ts";
import { checkReading } from "./check.ts";
import { type HistoryLimits, ParameterHistory } from "./history.ts";
import { putAside, readParameterFile, writeParameterFile } from "./file.ts";

/** What was set within this time before the program is killed is lost, except for frames that were claimed since. */
const WRITE_PERIOD_MS = 1000;
/** Of readings that expire, and so come again by themselves: hundreds a second would wear a disk out. */
const EXPIRING_WRITE_PERIOD_MS = 30_000;
/** A slow disk, or a large file, is written to at most for this part of the time. */
const PAUSE_PER_WRITE = 9;
/** How long values stay in force after their plugin is gone: whoever exchanges a file has it back by then. */
export const ORPHAN_MS_MAX = 60_000;

export interface ParameterStoreOptions {
  /** The folder of the file; it is made if it is missing. Null keeps the parameters in memory only. */
  readonly folder: string | null;
  readonly log: Logger;
  readonly limits?: Partial<HistoryLimits>;
  /** Milliseconds since 1970 UTC. */
  readonly now_ms?: () => number;
}

/** In one log line. */
const NAMES_SHOWN_MAX = 20;

/** One for the whole daemon, in its main thread. Its calls never wait for the disk. */
export class ParameterStore {
  readonly #history: ParameterHistory;
  readonly #path: string | null;
  readonly #log: Logger;
  readonly #now_ms: () => number;
  readonly #reported = new Once();
  /** Plugins that have values but are not there, since when, on the clock of `endOrphans`. */
  readonly #gone = new Map<string | undefined, number>();
  /** Counts changes; the file has those up to `#written`. */
  #changes = 0;
  #written = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The next write is not before then. */
  #restUntil_ms = 0;
  /** Whether there is a change besides readings that expire. */
  #isUrgent = false;
  #writing: Promise<void> = Promise.resolve();
  #writeFailed = false;

  /** Reads what is there from before. A file that cannot be read is reported and renamed; the start goes on. */
  constructor(options: ParameterStoreOptions) {
    this.#history = new ParameterHistory(options.limits);
    this.#path = options.folder === null ? null : join(options.folder, PARAMETERS_FILE);
    this.#log = options.log;
    this.#now_ms = options.now_ms ?? Date.now;
    if (this.#path !== null) this.#load(this.#path);
  }

  /** What cannot be taken is reported in the log; the others are kept. */
  set(readings: readonly ParameterReading[]): void {
    for (const reading of readings) {
      try {
        const checked = checkReading(reading);
        const before = this.#history.last(checked.name);
        const refusal = this.#history.add(checked, this.#now_ms());
        if (refusal !== null) {
          this.#report(`Cannot keep parameter ${checked.name}: ${refusal}`);
          continue;
        }
        this.#changed({ expires: checked.until !== undefined });
        if (checked.path !== before?.path) this.#reportPlace(checked);
      } catch (error) {
        this.#report(messageOf(error));
      }
    }
  }

  /** The last reading by its time; undefined where there is none. */
  get(name: string): ParameterReading | undefined {
    return this.#history.last(name);
  }

  /** In the order in which they were first set. */
  names(): readonly string[] {
    return this.#history.names();
  }

  /**
   * From now on frames go without it, those too that were written before.
   * @returns whether there was one
   */
  remove(name: string): boolean {
    const removed = this.#history.remove(name);
    if (removed) this.#changed();
    return removed;
  }

  /** The last reading of each, in the order in which they were first set. */
  last(): readonly ParameterReading[] {
    return this.#history.names().map((name) => this.#history.last(name)!);
  }

  /**
   * Ends the values of plugins that are not among `plugins` for longer than ORPHAN_MS_MAX: frames go on without them,
   * and their places in the file are free.
   * @param clock_ms on a monotonic clock
   */
  endOrphans(plugins: ReadonlySet<string>, clock_ms: number): void {
    const owners = new Set(this.last().map(({ plugin }) => plugin));
    for (const owner of [...this.#gone.keys()]) {
      if (!owners.has(owner) || (owner !== undefined && plugins.has(owner))) this.#gone.delete(owner);
    }
    for (const owner of owners) {
      if (owner !== undefined && plugins.has(owner)) continue;
      const since_ms = this.#gone.get(owner);
      if (since_ms === undefined) this.#gone.set(owner, clock_ms);
      else if (clock_ms - since_ms > ORPHAN_MS_MAX) this.#endValuesOf(owner);
    }
  }

  #endValuesOf(owner: string | undefined): void {
    this.#gone.delete(owner);
    const names = this.last().filter(({ plugin }) => plugin === owner).map(({ name }) => name);
    for (const name of names) this.#history.end(name, this.#now_ms());
    this.#changed();
    const who = owner === undefined ? "no plugin has set them since the start" : `plugin ${owner} no longer exists`;
    const which = names.length > NAMES_SHOWN_MAX
      ? `${names.slice(0, NAMES_SHOWN_MAX).join(", ")} and ${names.length - NAMES_SHOWN_MAX} more`
      : names.join(", ");
    this.#log.warn(`parameters end: ${which}; ${who}. Frames from now on do not have them`);
  }

  /**
   * Of each parameter the last reading that is not newer than the time, but for what the granularity of file times
   * makes of it (FILE_TIME_LAG_MS); of one over the exposure what was read since `from_ms`.
   * @param time_ms milliseconds since 1970 UTC, as from_ms
   */
  at(time_ms: number, from_ms = time_ms): readonly ParameterReading[] {
    return this.#history.at(time_ms, from_ms);
  }

  /**
   * Writes what is not written yet; to be awaited before the program ends. Never throws: where it cannot be written, that
   * is in the log.
   */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#path !== null && this.#written < this.#changes) {
      do await this.#startWriting(); while (this.#written < this.#changes && !this.#writeFailed);
    }
    this.#clearTimer();
  }

  #load(path: string): void {
    try {
      for (const reading of readParameterFile(path)) this.#history.add(reading, this.#now_ms(), { former: true });
    } catch (error) {
      for (const name of this.#history.names()) this.#history.remove(name);
      const what = `the parameters of the last run are lost: ${messageOf(error)}`;
      try {
        this.#log.warn(`${what}; the file is now ${putAside(path)}; frames have parameters again as plugins set them`);
      } catch (second) {
        this.#log.warn(`${what}; the file cannot be renamed either: ${messageOf(second)}`);
      }
    }
  }

  #changed({ expires = false }: { expires?: boolean } = {}): void {
    this.#changes++;
    const isFirst = !expires && !this.#isUrgent;
    this.#isUrgent ||= !expires;
    if (this.#path === null || (this.#timer !== undefined && !isFirst)) return;
    this.#clearTimer();
    this.#startTimer(expires ? EXPIRING_WRITE_PERIOD_MS : WRITE_PERIOD_MS);
  }

  #startTimer(period_ms: number): void {
    const pause_ms = Math.max(period_ms, this.#restUntil_ms - performance.now());
    this.#timer = setTimeout(() => void this.#startWriting(), pause_ms);
    // The parameters alone keep no program running; close() writes them at its end.
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One writer at a time. */
  #startWriting(): Promise<void> {
    return this.#writing = this.#writing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const begun_ms = performance.now();
    const changes = this.#changes;
    this.#isUrgent = false;
    try {
      await writeParameterFile(this.#path!, this.#history.lines());
      this.#written = changes;
      if (this.#writeFailed) this.#log.info(`parameters are kept over a restart again, in ${this.#path}`);
      this.#writeFailed = false;
    } catch (error) {
      if (!this.#writeFailed) {
        this.#log.warn(`parameters cannot be kept over a restart, in ${this.#path}: ${messageOf(error)}`);
      }
      this.#writeFailed = true;
    }
    const period_ms = this.#isUrgent || this.#writeFailed ? WRITE_PERIOD_MS : EXPIRING_WRITE_PERIOD_MS;
    this.#restUntil_ms = performance.now() + PAUSE_PER_WRITE * (performance.now() - begun_ms);
    this.#clearTimer();
    if (this.#written < this.#changes) this.#startTimer(period_ms);
  }

  /** Of two for one place the first has it in each file; a person should know before looking into one. */
  #reportPlace(reading: ParameterReading): void {
    if (reading.path === undefined) return;
    const place = placeOf(reading.path);
    for (const name of this.#history.names()) {
      if (name === reading.name) return;
      const path = this.#history.last(name)!.path;
      if (path === undefined || placeOf(path) !== place) continue;
      this.#report(
        `parameter ${reading.name} cannot go to ${reading.path}, which parameter ${name} uses; it goes to /entry/instrument/parameters/${reading.name}`,
      );
      return;
    }
  }

  #report(text: string): void {
    if (this.#reported.isFirst(text)) this.#log.warn(text);
  }
}

/** Without the classes of groups. */
function placeOf(path: string): string {
  return path.replaceAll(/:[^/]*/g, "");
}
