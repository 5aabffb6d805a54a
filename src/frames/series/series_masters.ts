/** The end of the merge stage: rewrites the master file of each series that frames were delivered of. */
import { join } from "node:path";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import { removeFile } from "../../files/durable.ts";
import { messageOf, reasonOf } from "../../files/errors.ts";
import { folderExists } from "../../files/listing.ts";
import { Once } from "../../log/logger.ts";
import { masterName } from "../../nexus/series/series_layout.ts";
import { VALUES_MAX } from "../../nexus/series/series_parameters.ts";
import { collectFrames, type KnownFrames } from "./series_frames.ts";
import { outputFault } from "../deliver/destination.ts";
import { PartSweep } from "../deliver/part_sweep.ts";
import { readMarks, removeMark, type SeriesMark } from "../claim/series_marks.ts";
import { publishMaster } from "./series_publish.ts";
import { isBelow, outputRoots } from "../claim/belief.ts";
import { allOf } from "../claim/draining_folders.ts";
import type { StageOptions } from "../stage.ts";

/** A master of n frames takes n times as long to write as one of one: with these it costs a twentieth of the time. */
export const REWRITE_PAUSE_MS = 1000;
export const REWRITE_PAUSE_FACTOR = 20;
/** After a start each frame's file is opened once; in one firing no longer than this, so that frames go on. */
const READING_MS_MAX = 2000;
/** What is known of more series is forgotten, which costs only reading again. */
const SERIES_MAX = 16;

/** A mark with the proc folder that it lies in. */
interface PlacedMark extends SeriesMark {
  readonly proc: string;
}

/** One series with its marks, oldest first. */
interface Series {
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  readonly root: string;
  readonly marks: readonly PlacedMark[];
}

/** What is kept of a series between firings; all of it can be had again from the output. */
interface Memory {
  readonly known: KnownFrames;
  /** Marks whose frames were forgotten, to be read anew. */
  readonly heeded: Set<string>;
  /** On the monotonic clock; not before this. */
  dueAt_ms: number;
  /** Why the last try failed, or null. */
  problem: string | null;
}

export class SeriesMasters {
  readonly #memories = new Map<string, Memory>();
  readonly #warned = new Once();
  readonly #parts = new PartSweep();
  readonly #now_ms: () => number;

  /** @param now_ms a monotonic clock, for tests */
  constructor(now_ms: () => number = () => performance.now()) {
    this.#now_ms = now_ms;
  }

  /**
   * One firing. Never throws for a fault of the output: a master that cannot be written keeps its marks, is reported
   * as a condition and retried.
   */
  async work(hdf5: Hdf5Library, options: StageOptions): Promise<void> {
    const { folders, reporter, signal } = options;
    const marks = allOf(folders, "proc").flatMap((proc) => this.#marksIn(proc, options));
    let waiting = 0;
    const problems: string[] = [];
    for (const series of groupMarks(marks)) {
      if (signal.aborted) break;
      const memory = this.#memoryOf(series.key);
      if (this.#now_ms() >= memory.dueAt_ms) {
        const outcome = await this.#rewrite(series, memory, { hdf5, options });
        if (outcome === "later") waiting++;
      } else if (memory.problem === null) {
        waiting++;
      }
      if (memory.problem !== null) problems.push(memory.problem);
    }
    this.#parts.work(folders);
    reporter.condition({ key: "series", message: problems[0] ?? null });
    reporter.backlog({ series: waiting });
  }

  async #rewrite(
    series: Series,
    memory: Memory,
    tools: { hdf5: Hdf5Library; options: StageOptions },
  ): Promise<"done" | "later"> {
    const { reporter } = tools.options;
    const begin_ms = this.#now_ms();
    const path = join(series.folder, masterName(series.name));
    try {
      if (!await this.#write(series, memory, { ...tools, path })) return "later";
      memory.problem = null;
      removeMarks(series, memory);
    } catch (error) {
      this.#parts.mayHaveLeft(series.folder);
      memory.problem = `the series master ${path} cannot be written: ${messageOf(error)}; retrying`;
    }
    const time_ms = this.#now_ms() - begin_ms;
    this.#forgetValues(series.key);
    memory.dueAt_ms = begin_ms + time_ms + Math.max(REWRITE_PAUSE_MS, REWRITE_PAUSE_FACTOR * time_ms);
    if (memory.problem === null) reporter.log.debug(`${path} written in ${Math.round(time_ms)} ms`);
    return "done";
  }

  /** Gives false where there was no time to read all frames. */
  async #write(
    series: Series,
    memory: Memory,
    tools: { hdf5: Hdf5Library; options: StageOptions; path: string },
  ): Promise<boolean> {
    const { hdf5, options, path } = tools;
    // A mark says where a file is written, and whoever can write to proc can put one there.
    if (!isBelow(series.folder, outputRoots(options.folders))) {
      throw new Error("its folder is not, and never was, in the settings");
    }
    if (!folderExists(series.folder)) {
      const fault = outputFault(series.root, options.folders);
      if (fault !== null) throw new Error(fault);
      return true; // taken away with its frames
    }
    // A frame that was delivered anew under its old name is read anew.
    for (const { id, nexus } of series.marks) {
      if (!memory.heeded.has(id)) memory.known.delete(nexus);
      memory.heeded.add(id);
    }
    const until_ms = this.#now_ms() + READING_MS_MAX;
    const frames = collectFrames(hdf5, series, { known: memory.known, hasTime: () => this.#now_ms() < until_ms });
    if (frames === null) return false;
    const report = (text: string) => this.#warnOnce(text, options);
    for (const note of frames.skipped) report(`${path}: ${note}`);
    if (frames.frames.length === 0) return true;
    const { id, proc } = series.marks[0]!;
    const written = await publishMaster(hdf5, {
      path,
      series: series.name,
      id,
      frames: frames.frames,
      notes: frames.skipped,
      report: (text) => report(`${path}: ${text}`),
    }, { proc, ...options.settings.frames });
    if (!written) report(`${path} was not written by pewatch: it is kept, and the series has no master`);
    // The others are in the master now; the marks stay, so that it is written again with all of them.
    if (frames.unreadable !== null) throw frames.unreadable;
    return true;
  }

  /** One that cannot be read, or removed, does not hold up the others. */
  #marksIn(proc: string, options: StageOptions): PlacedMark[] {
    let found: ReturnType<typeof readMarks>;
    try {
      found = readMarks(proc);
    } catch {
      return []; // a vanished folder is reported where frames need it
    }
    for (const line of found.unreadable) {
      this.#warnOnce(`${line}; the master of a series may lack its last frames until it can be read`, options);
    }
    for (const name of found.damaged) {
      try {
        removeFile(join(proc, name));
        options.reporter.log.warn(
          `${join(proc, name)} is damaged and was removed; the master of a series may lack its last frames`,
        );
      } catch (error) {
        this.#warnOnce(`${join(proc, name)} is damaged and cannot be removed: ${reasonOf(error)}; remove it`, options);
      }
    }
    return found.marks.map((mark) => ({ ...mark, proc }));
  }

  #warnOnce(text: string, options: StageOptions): void {
    if (this.#warned.isFirst(text)) options.reporter.log.warn(text);
  }

  /** All series together hold the values of one large master besides the one that was just written. */
  #forgetValues(except: string): void {
    let values = 0;
    for (const [key, { known }] of [...this.#memories].reverse()) {
      if (key === except) continue;
      for (const image of known.values()) values += typeof image === "string" ? 0 : image.parameters.numbers.length;
      if (values > VALUES_MAX) known.clear();
    }
  }

  /** The series that was asked for longest ago is forgotten first. */
  #memoryOf(key: string): Memory {
    const memory = this.#memories.get(key) ??
      { known: new Map(), heeded: new Set<string>(), dueAt_ms: -Infinity, problem: null };
    this.#memories.delete(key);
    this.#memories.set(key, memory);
    for (const oldest of this.#memories.keys()) {
      if (this.#memories.size <= SERIES_MAX) break;
      this.#memories.delete(oldest);
    }
    return memory;
  }
}

/**
 * Those that cannot be removed are taken again at the next firing.
 * @throws the first error, when all were tried
 */
function removeMarks({ marks }: Series, { heeded }: Memory): void {
  let failure: unknown = null;
  for (const { id, proc } of marks) {
    try {
      removeMark(proc, id);
      heeded.delete(id);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
}

function groupMarks(marks: readonly PlacedMark[]): Series[] {
  const groups = new Map<string, Series & { marks: PlacedMark[] }>();
  for (const mark of marks) {
    const name = mark.series;
    const key = seriesKey(mark.folder, name);
    const group = groups.get(key);
    if (group !== undefined) group.marks.push(mark);
    else groups.set(key, { key, name, folder: mark.folder, root: mark.root, marks: [mark] });
  }
  return [...groups.values()];
}

/** On Windows names that differ in case only are one file. */
function seriesKey(folder: string, name: string): string {
  const key = join(folder, name);
  return Deno.build.os === "windows" ? key.toLowerCase() : key;
}
