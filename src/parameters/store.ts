/** The parameters of all plugins and clients: what they were when, kept over a restart. */
import { join } from "node:path";
import { messageOf } from "../files/errors.ts";
import type { Logger } from "../frames/events.ts";
import type { ParameterReading } from "./parameter.ts";
import { checkReading } from "./check.ts";
import { type HistoryLimits, ParameterHistory } from "./history.ts";
import { putAside, readParameterFile, writeParameterFile } from "./file.ts";

export const PARAMETERS_FILE = "parameters.jsonl";
/** What was set within this time before the program is killed is lost, except for frames that were claimed since. */
const WRITE_PERIOD_MS = 1000;
/** A slow disk, or a large file, is written to at most for this part of the time. */
const PAUSE_PER_WRITE = 9;
/** What was told is remembered, so that it is not told at each tick. */
const TOLD_MAX = 1000;

export interface ParameterStoreOptions {
  /** The folder of the file; it is made if it is missing. Null keeps the parameters in memory only. */
  readonly folder: string | null;
  readonly log: Logger;
  readonly limits?: Partial<HistoryLimits>;
  /** Milliseconds since 1970 UTC. */
  readonly now_ms?: () => number;
}

/** One for the whole daemon, in its main thread. Its calls never wait for the disk. */
export class ParameterStore {
  readonly #history: ParameterHistory;
  readonly #path: string | null;
  readonly #log: Logger;
  readonly #now_ms: () => number;
  readonly #told = new Set<string>();
  /** Counts changes; the file has those up to `#written`. */
  #changes = 0;
  #written = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();
  #writeFailed = false;

  /** Reads what is there from before. A file that cannot be read is told of and put aside; the start goes on. */
  constructor(options: ParameterStoreOptions) {
    this.#history = new ParameterHistory(options.limits);
    this.#path = options.folder === null ? null : join(options.folder, PARAMETERS_FILE);
    this.#log = options.log;
    this.#now_ms = options.now_ms ?? Date.now;
    if (this.#path !== null) this.#load(this.#path);
  }

  /** What cannot be taken is told of in the log; the others are kept. */
  set(readings: readonly ParameterReading[]): void {
    for (const reading of readings) {
      try {
        const checked = checkReading(reading);
        const before = this.#history.last(checked.name);
        const refusal = this.#history.add(checked, this.#now_ms());
        if (refusal !== null) {
          this.#tell(`Cannot keep parameter ${checked.name}: ${refusal}`);
          continue;
        }
        this.#changed();
        if (checked.path !== before?.path) this.#tellPlace(checked);
      } catch (error) {
        this.#tell(messageOf(error));
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

  /** From now on frames go without it, those too that were written before. */
  remove(name: string): void {
    if (this.#history.remove(name)) this.#changed();
  }

  /**
   * Of each parameter the last reading that is not newer than the time, but for what the granularity of file times
   * makes of it (FILE_TIME_LAG_MS).
   * @param time_ms milliseconds since 1970 UTC
   */
  at(time_ms: number): readonly ParameterReading[] {
    return this.#history.at(time_ms);
  }

  /** Writes what is not written yet. Never throws: where it cannot be written, that is in the log. */
  async flush(): Promise<void> {
    this.#clearTimer();
    await this.#writing;
    if (this.#path === null || this.#written === this.#changes) return;
    do await this.#startWriting(); while (this.#written < this.#changes && !this.#writeFailed);
  }

  /** To be awaited before the program ends. */
  async close(): Promise<void> {
    await this.flush();
    this.#clearTimer();
  }

  #load(path: string): void {
    try {
      for (const reading of readParameterFile(path)) this.#history.add(reading, this.#now_ms());
    } catch (error) {
      for (const name of this.#history.names()) this.#history.remove(name);
      const what = `the parameters of the last run cannot be read from ${path}: ${messageOf(error)}`;
      try {
        this.#log.warn(`${what}; the file is now ${putAside(path)}, and frames have parameters again as they are set`);
      } catch (second) {
        this.#log.warn(`${what}; nor can it be put aside: ${messageOf(second)}`);
      }
    }
  }

  #changed(): void {
    this.#changes++;
    if (this.#path !== null && this.#timer === null) this.#startTimer(WRITE_PERIOD_MS);
  }

  #startTimer(pause_ms: number): void {
    this.#timer = setTimeout(() => void this.#startWriting(), pause_ms);
    // The parameters alone keep no program running; close() writes them at its end.
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** One writer at a time. */
  #startWriting(): Promise<void> {
    return this.#writing = this.#writing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const begun_ms = performance.now();
    const changes = this.#changes;
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
    const pause_ms = Math.max(WRITE_PERIOD_MS, PAUSE_PER_WRITE * (performance.now() - begun_ms));
    this.#clearTimer();
    if (this.#written < this.#changes) this.#startTimer(pause_ms);
  }

  /** Of two for one place the first has it in each file; a person should know before looking into one. */
  #tellPlace(reading: ParameterReading): void {
    if (reading.path === undefined) return;
    const place = placeOf(reading.path);
    for (const name of this.#history.names()) {
      if (name === reading.name) return;
      const path = this.#history.last(name)!.path;
      if (path === undefined || placeOf(path) !== place) continue;
      this.#tell(
        `parameter ${reading.name} wants ${reading.path} too, where ${name} is: it stands in the default place`,
      );
      return;
    }
  }

  #tell(text: string): void {
    if (this.#told.has(text)) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.add(text);
    this.#log.warn(text);
  }
}

/** Without the classes of groups. */
function placeOf(path: string): string {
  return path.replaceAll(/:[^/]*/g, "");
}
