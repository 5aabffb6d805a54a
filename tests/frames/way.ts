/** The way of a frame in a temporary folder, for tests: folders, frames as QXRD leaves them, the stages without ticks. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { renameToFreeName } from "../../ffi/system/files.ts";
import { openTiffLibrary } from "../../ffi/tiff/mod.ts";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import { Finalize } from "../../src/frames/deliver/finalize.ts";
import type { Condition, FrameEvent, Reporter, UnclaimedCounts } from "../../src/frames/events.ts";
import type { DrainingFolder, FolderKind } from "../../src/frames/stage.ts";
import { MergeData } from "../../src/frames/merge/merge_data.ts";
import type { ConfirmProgress, RetryProgress } from "../../src/frames/events.ts";
import { PrepareRaw } from "../../src/frames/prepare/prepare_raw.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { type LedgerLine, parseLine } from "../../src/ledger/line.ts";
import { listSegments } from "../../src/ledger/segments.ts";
import { retryClock } from "../../src/frames/retries.ts";
import { SeriesMasters } from "../../src/frames/series/series_masters.ts";
import type {
  ConfirmOrder,
  KnownRoots,
  ParameterSource,
  PluginProgress,
  StageOptions,
} from "../../src/frames/stage.ts";
import { readLayoutOfFile } from "../../src/tiff/layout.ts";
import { judgeLedger, type LedgerVerdict } from "../ledger/judge_lines.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { QUARANTINE_FOLDER } from "../../src/config/names/reserved_names.ts";
import { filesBelow, foldersIn, sha256 } from "../folders.ts";

/** The settings of a test: nobody writes any more, so nothing has to settle. */
export type Changes = { [Table in keyof Settings]?: Partial<Settings[Table]> };

export interface RawFrame {
  /** Below raw, forward slashes: "series/P-00001.tif". */
  readonly name: string;
  /** Makes its pixels differ from another frame's. */
  readonly seed?: number;
  /** The sidecar's text; null for none. */
  readonly sidecar?: string | null;
  /** The image's bytes instead of a made one. */
  readonly image?: Uint8Array;
}

/** What a person would look at after a run. */
export interface Heard {
  readonly lines: string[];
  readonly events: FrameEvent[];
  readonly conditions: Map<string, string>;
}

// Opens the system's own library, which stays open: not within one test, where that would be a leak.
renameToFreeName("", "");

/** One pair of libraries for all tests of a process, as the merging worker has it. */
const hdf5 = openHdf5Library();
export const libraries = { tiff: openTiffLibrary(), hdf5 };
// HDF5 closes itself badly at the end of a process that has not closed it.
globalThis.addEventListener("unload", () => {
  libraries.hdf5[Symbol.dispose]();
  libraries.tiff[Symbol.dispose]();
});

/** An hour lies between two rounds: whatever failed is retried in the next one. */
let hours = 0;
retryClock.now_ms = () => hours * 3_600_000;

/** Far longer than any pause between two looks of a stage; only a test that fails waits so long. */
const PATIENCE_MS = 60_000;

export class Way implements Disposable {
  readonly #folder: TempFolder;
  settings: Settings;
  /** How many delivery workers there may be; 1: none. */
  maxProc = 1;
  /** Folders that were left, with which the stages go on. */
  left: readonly DrainingFolder[] = [];
  /** Folders of earlier times, which claims may speak of. */
  roots: KnownRoots = { raw: [], output: [] };
  /** What is left in these, as the stages reported last, by their paths. */
  readonly leftFrames = new Map<string, number>();
  /** What stays in raw, as the first stage counted it last. */
  unclaimed: UnclaimedCounts = {};
  /** How many claims waited in proc, each time that it was reported. */
  readonly waitingInProc: number[] = [];
  /** How far the last order is to try the quarantine again. */
  retried: RetryProgress | null = null;
  #orders = 0;
  #confirm: ConfirmOrder | null = null;
  /** What plugins are done with that `[deliver] confirm` names. */
  progress: readonly PluginProgress[] = [];
  /** What came of the last confirmation. */
  confirmed: ConfirmProgress | null = null;
  readonly heard: Heard = { lines: [], events: [], conditions: new Map() };
  /** Who is asked for the parameters of frames. */
  parameters: ParameterSource | undefined;
  /** Without ticks a firing looks once at what is there. */
  ticks: { readonly nextTick_ms?: number; readonly signal?: AbortSignal } = {};
  /** Hears each condition as it is reported. */
  onCondition: (condition: Condition) => void = () => {};
  /** Added to the clock of firings. */
  later_ms = 0;
  #merge = this.#newMerge();
  #finalize = this.#newFinalize();
  #ledger: Ledger;
  #rounds = 0;
  #scans = 0;
  #masters = this.#newMasters();
  #prepare = this.#newPrepare();

  constructor(changes: Changes = {}, options: { on?: string } = {}) {
    this.#folder = new TempFolder(options);
    const defaults = defaultSettings(this.#folder.path);
    const merged: Record<string, unknown> = {};
    const quick: Changes = { frames: { settle_s: 0, sidecar_wait_s: 0 } };
    for (const [table, values] of Object.entries(defaults)) {
      merged[table] = { ...values, ...quick[table as keyof Settings], ...changes[table as keyof Settings] };
    }
    this.settings = merged as unknown as Settings;
    const { raw, temp, proc, output_root } = this.settings.folders;
    for (const path of [raw, temp, proc, output_root, this.settings.daemon.state_dir]) {
      Deno.mkdirSync(path, { recursive: true });
    }
    this.#ledger = this.#newLedger();
  }

  get raw(): string {
    return this.settings.folders.raw;
  }

  get output(): string {
    return join(this.settings.folders.output_root, ...this.settings.folders.output_dir.split("/"));
  }

  /** Puts frames into raw, as QXRD has left them when it is done. */
  put(...frames: readonly RawFrame[]): void {
    for (const frame of frames) this.#put(frame);
  }

  #put(frame: RawFrame): void {
    const path = join(this.raw, ...frame.name.split("/"));
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(path, frame.image ?? imageBytes(frame.seed ?? 1));
    if (frame.sidecar !== null) {
      Deno.writeTextFileSync(`${path}.metadata`, frame.sidecar ?? sidecarText({ seed: frame.seed ?? 1 }));
    }
  }

  /** As after a client has set other folders: what is in progress in the old ones still finishes. */
  leave(others: Partial<Record<FolderKind, string>>, options: { until_ms?: number; closed?: boolean } = {}): void {
    const { until_ms = null, closed = true } = options;
    for (const [kind, path] of Object.entries(others) as [FolderKind, string][]) {
      Deno.mkdirSync(path, { recursive: true });
      const id = this.left.length + 1;
      this.left = [...this.left, { id, kind, path: this.settings.folders[kind], until_ms, closed }];
      this.settings = { ...this.settings, folders: { ...this.settings.folders, [kind]: path } };
    }
  }

  /** From the next firing on. */
  retryQuarantine(): void {
    this.#orders++;
  }

  /** From the next firing on. */
  confirm(consumer: string, sums: readonly string[]): void {
    this.#confirm = { id: (this.#confirm?.id ?? 0) + 1, consumer, sums };
  }

  /** As after a start of the program: nothing is remembered. */
  restart(): void {
    this.#finalize[Symbol.dispose]();
    this.#prepare = this.#newPrepare();
    this.#merge = this.#newMerge();
    this.#finalize = this.#newFinalize();
    this.#masters = this.#newMasters();
    this.#ledger[Symbol.dispose]();
    this.#ledger = this.#newLedger();
  }

  /** All lines of the ledger. */
  lines(): LedgerLine[] {
    const segments = listSegments(this.#ledger.folder);
    return segments.flatMap(({ path }) =>
      Deno.readTextFileSync(path).trimEnd().split("\n").map((text) => parseLine(text)!)
    );
  }

  /** What is wrong with the ledger, against what stands in the output; and how many lines it has of each type. */
  judgeLedger(): LedgerVerdict {
    return judgeLedger(this.#ledger.folder);
  }

  /** Fires the stages in turn, so often. */
  async fire(rounds = 1): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      this.#rounds++;
      hours++;
      await this.firePrepare();
      await this.#merge.work(this.stageOptions());
      await this.#masters.work(libraries.hdf5, this.stageOptions());
      await this.#finalize.work(this.stageOptions());
    }
  }

  /** Fires until a condition holds; fails by name where it does not come. */
  async fireUntil(condition: () => boolean, what: string): Promise<void> {
    for (const end_ms = performance.now() + PATIENCE_MS; !condition(); await this.fire()) {
      if (performance.now() > end_ms) throw new Error(`never came: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What lies in raw is merged, and waits in proc. */
  async fireBeforeDelivery(): Promise<void> {
    await this.firePrepare();
    await this.fireMerge();
  }

  firePrepare(): Promise<void> {
    this.#scans++;
    return this.#prepare.work(this.stageOptions());
  }

  /** The merge of frames alone, without the masters of series. */
  fireMerge(): Promise<void> {
    return this.#merge.work(this.stageOptions());
  }

  fireFinalize(): Promise<void> {
    return this.#finalize.work(this.stageOptions());
  }

  /** Everything visible below the output root, forward slashes, sorted; hidden files too where asked. */
  delivered(options: { hidden?: boolean } = {}): string[] {
    return filesBelow(this.settings.folders.output_root).filter((name) =>
      options.hidden || !name.split("/").some((part) => part.startsWith("."))
    );
  }

  /** These files are in the output, and no hidden ones, and nothing is in raw or in progress any more. */
  assertDone(names: readonly string[], message?: string): void {
    assert.deepEqual(this.delivered({ hidden: true }), names, message);
    assert.deepEqual([...filesBelow(this.raw), ...this.inProgress()], [], message);
  }

  /** After a restart these firings finish what was in progress: nothing else is left. */
  async assertRestartFinishes(rounds: number, names: readonly string[], when: string): Promise<void> {
    this.restart();
    await this.fire(rounds);
    this.assertDone(names, when);
  }

  read(name: string): Uint8Array<ArrayBuffer> {
    return Deno.readFileSync(join(this.settings.folders.output_root, ...name.split("/")));
  }

  text(name: string): string {
    return new TextDecoder().decode(this.read(name));
  }

  /** What lies in temp and proc. */
  inProgress(): string[] {
    const { temp, proc } = this.settings.folders;
    const left = this.left.filter(({ kind }) => kind !== "raw").map(({ path }) => path);
    return [temp, proc, ...left].flatMap((folder) => [...filesBelow(folder), ...foldersIn(folder)]);
  }

  #newLedger(): Ledger {
    const { log } = this.#reporter();
    return new Ledger({
      stateDir: this.settings.daemon.state_dir,
      log,
      settings: () => ({ fsync: this.settings.frames.fsync, keep_days: 0 }),
      onFault: (message) => this.#reporter().condition({ key: "ledger", message }),
    });
  }

  #newMerge(): MergeData {
    return new MergeData(libraries, () => performance.now() + this.later_ms);
  }

  #newFinalize(): Finalize {
    return new Finalize(() => performance.now() + this.later_ms);
  }

  /** An hour lies between two scans: none waits after a long one, which each is on a busy machine, nor a late file. */
  #newPrepare(): PrepareRaw {
    return new PrepareRaw(() => this.#scans * 3_600_000);
  }

  /** An hour lies between two rounds: no master waits for its time. */
  #newMasters(): SeriesMasters {
    return new SeriesMasters(() => this.#rounds * 3_600_000);
  }

  /** What a stage is given for one firing. */
  stageOptions(): StageOptions {
    const { folders } = this.settings;
    return {
      folders: {
        raw: folders.raw,
        temp: folders.temp,
        proc: folders.proc,
        outputRoot: folders.output_root,
        outputDir: folders.output_dir,
        left: this.left,
        roots: this.roots,
        ...this.#confirm === null ? {} : { confirm: this.#confirm },
        progress: this.progress,
        ...this.#orders === 0
          ? {}
          : { retry: { id: this.#orders, path: join(folders.output_root, QUARANTINE_FOLDER) } },
      },
      settings: this.settings,
      maxProc: this.maxProc,
      reporter: this.#reporter(),
      signal: new AbortController().signal,
      ...this.ticks,
      parameters: this.parameters,
      ledger: this.#ledger,
    };
  }

  #reporter(): Reporter {
    const { lines, events, conditions } = this.heard;
    return {
      log: {
        debug: () => {},
        info: (message) => void lines.push(`info ${message}`),
        warn: (message) => void lines.push(`warn ${message}`),
        error: (message) => void lines.push(`error ${message}`),
      },
      event: (event) => void events.push(event),
      condition: ({ key, message }) => {
        this.onCondition({ key, message });
        if (message === null) conditions.delete(key);
        else conditions.set(key, message);
      },
      backlog: (
        { left = [], retried = this.retried, unclaimed = this.unclaimed, confirmed = this.confirmed, proc },
      ) => {
        if (proc !== undefined) this.waitingInProc.push(proc);
        this.confirmed = confirmed;
        this.retried = retried;
        this.unclaimed = unclaimed;
        for (const { id, frames } of left) this.leftFrames.set(this.left.find((one) => one.id === id)!.path, frames);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#finalize[Symbol.dispose]();
    this.#ledger[Symbol.dispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** A way with these frames in raw. */
export function wayOf(frames: readonly RawFrame[], changes: Changes = {}): Way {
  const way = new Way(changes);
  way.put(...frames);
  return way;
}

/** A way whose stages have fired once, with these frames in raw before. */
export async function firedWayOf(frames: readonly RawFrame[], changes: Changes = {}): Promise<Way> {
  const way = wayOf(frames, changes);
  await way.fire();
  return way;
}

/** The only claim in a folder. */
export function claimIn(folder: string): string {
  const claims = foldersIn(folder);
  if (claims.length !== 1) throw new Error(`${folder} has ${claims.length} folders`);
  return join(folder, claims[0]!);
}

/** The files of the sets of these stems, as `delivered` names them. */
export function setOf(...stems: readonly string[]): string[] {
  return stems.flatMap((stem) => [`${stem}.nxs`, `${stem}.tif`, `${stem}.tif.metadata`]);
}

/** A float32 image of 32 x 16 pixels as QXRD writes it: one strip at offset 8, the directory at the end. */
export function imageBytes(seed: number): Uint8Array {
  const pixels = new Float32Array(32 * 16).map((_, index) => Math.fround(Math.sin(index * 0.1 + seed) * 1000));
  const extra = [{ tag: 306, type: 2, values: "2017:11:09 23:08:28" }] as const;
  return makeTiff({ width: 32, height: 16, pixels: new Uint8Array(pixels.buffer), extra });
}

export function sidecarText(
  options: { seed?: number; width?: number; height?: number; dark?: boolean; more?: string } = {},
): string {
  const { seed = 1, width = 32, height = 16, dark = false, more = "" } = options;
  return [
    "[metadata]",
    `width=${width}`,
    `height=${height}`,
    "qxrdVersion=0.11.8",
    `dataType=${dark ? 2 : 5}`,
    "exposureTime=1.5",
    "summedExposures=10",
    `imageNumber=${dark ? -1 : seed}`,
    `phaseNumber=${dark ? -1 : 0}`,
    `nPhases=${dark ? 0 : 1}`,
    "dateString=2017.11.09 : 23:08:28.053",
    `userComment1=frame ${seed}`,
    more,
    "",
  ].join("\n");
}

/** The SHA-256 of a TIFF's pixels, wherever its tags are. */
export function pixelsOf(path: string): string {
  const { pixels } = readLayoutOfFile(path);
  if (pixels === null) throw new Error(`${path} has no plain pixels`);
  const bytes = Deno.readFileSync(path).subarray(pixels.offset, pixels.offset + pixels.byteCount);
  return sha256(bytes);
}
