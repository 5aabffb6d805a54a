/** A daemon with folders, a ledger and a watched output, for one kind of fault; judged from outside at its end. */
import { join } from "node:path";
import { type ChildConfiguration, type ChildFolders, DaemonChild, writeConfiguration } from "./daemon_child.ts";
import { Detector } from "./detector.ts";
import { type LedgerFrame, pause, type Shot } from "./frame_writer.ts";
import { DETECTOR_TOML, geometryToml, writeExposures } from "./exposures.ts";
import { type GeometryBeside, judge, waitUntilSettled } from "./judge.ts";
import { OutputWatch } from "./output_watch.ts";
import { Random } from "./random.ts";
import { inMemory, TempFolder } from "../temp_folder.ts";

export interface FaultRunOptions {
  /** Whether the plugin csv reads the ledger. */
  readonly csv?: boolean;
  /** Lines of TOML beside the usual ones, whole tables; not [daemon] and [log]. */
  readonly more?: string;
  /** Frames that a stage works on at once. */
  readonly maxProc?: number;
  readonly elsewhere?: Partial<ChildFolders>;
  /** The path by which the daemon reaches the output, where that is another than the one that is looked at. */
  readonly outputThrough?: string;
  /** Whether files with the geometry are asked for, and how they lie. */
  readonly geometry?: GeometryBeside;
  /** Whether the values of all frames are of one parameter, or each has a name of its own, which can be removed. */
  readonly values?: "one" | "each";
}

export interface FlowOptions {
  readonly rate_per_s?: number;
  /** Pixels in a row, and rows. */
  readonly side?: number;
  /** Decides the delay of late sidecars and the pixels. */
  readonly random?: Random;
  readonly shot?: (number: number) => Shot;
  readonly holds?: () => boolean;
  readonly onFrame?: (frame: LedgerFrame) => void;
}

/** Short ticks and waits: a fault meets a firing more often than a pause. */
const TICKTACK_S = 0.15;
const LOOK_MS = 10;
/** What the detector of the mission does. */
const FRAMES_PER_S = 15;
/** Pixels in a row, and rows: what is looked at are frames, not bytes. */
const SIDE = 64;

export class FaultRun implements AsyncDisposable {
  readonly #folder = new TempFolder(inMemory());
  readonly base = this.#folder.path;
  readonly folders: ChildFolders;
  readonly configuration: ChildConfiguration;
  readonly ledger: LedgerFrame[] = [];
  readonly watch: OutputWatch;
  readonly logFile: string;
  /** Of the daemon. */
  readonly state: string;
  #daemon: DaemonChild | null = null;
  #detector: Detector | null = null;
  readonly #geometry: GeometryBeside;
  readonly #values: "one" | "each";
  #hasExposures = false;
  /** Whether its folders are kept at the end, for somebody to look at. */
  keeps = true;

  constructor(options: FaultRunOptions = {}) {
    const { more = "", maxProc = 1, elsewhere = {}, outputThrough } = options;
    this.#geometry = options.geometry ?? null;
    this.#values = options.values ?? "one";
    this.logFile = join(this.base, "pewatch.log");
    this.state = join(this.base, "state");
    const daemon = [`ticktack = ${TICKTACK_S}`, `max_proc = ${maxProc}`, `state_dir = '${this.state}'`];
    const lines = ["[daemon]", ...daemon, "[log]", 'level = "debug"', `file = '${this.logFile}'`, more, DETECTOR_TOML];
    if (this.#geometry !== null) lines.push(geometryToml(this.#geometry));
    if (options.csv === true) lines.push("[plugins.csv]", `file = '${this.csv}'`, 'columns = ["name"]');
    const through = outputThrough === undefined ? {} : { output: join(this.base, outputThrough) };
    this.configuration = writeConfiguration(this.base, lines.join("\n"), { ...elsewhere, ...through });
    this.folders = { ...this.configuration.folders, output: elsewhere.output ?? join(this.base, "output") };
    Deno.mkdirSync(this.folders.output, { recursive: true });
    this.watch = new OutputWatch(this.folders.output, () => this.ledger);
  }

  /** What the plugin csv writes, where it is configured. */
  get csv(): string {
    return join(this.state, "frames.csv");
  }

  get daemon(): DaemonChild {
    if (this.#daemon === null) throw new Error("no daemon runs");
    return this.#daemon;
  }

  /** Comes back when it is at work, or has ended. */
  async start(program?: readonly string[]): Promise<DaemonChild> {
    await this.putExposures();
    this.#daemon = new DaemonChild(this.configuration, program);
    await this.#daemon.holdsFolders();
    return this.#daemon;
  }

  /** Once; before the first start. */
  async putExposures(): Promise<void> {
    if (!this.#hasExposures) await writeExposures(this.state, this.#values);
    this.#hasExposures = true;
  }

  /** Lets frames come; they are entered in the ledger. */
  flow({ onFrame = () => {}, ...options }: FlowOptions = {}): Detector {
    this.#detector = new Detector({
      raw: this.folders.raw,
      rate_per_s: FRAMES_PER_S,
      side: SIDE,
      random: new Random(3), // any number
      ...options,
      onFrame: (frame) => {
        this.ledger.push(frame);
        onFrame(frame);
      },
    });
    this.#detector.start();
    this.watch.start();
    return this.#detector;
  }

  /** A frame of the quarantine was put right: from now on it is that one. */
  mended(frame: LedgerFrame, mended: LedgerFrame, image: string): void {
    this.ledger[this.ledger.indexOf(frame)] = mended;
    this.watch.mended(mended, image);
  }

  /** @returns how the daemon ended */
  async end(signal: "SIGKILL" | "SIGINT" = "SIGINT"): Promise<Deno.CommandStatus> {
    const daemon = this.daemon;
    this.#daemon = null;
    return await daemon.end(signal);
  }

  /**
   * Waits for a condition.
   * @returns whether it came within the time and before the daemon's end
   */
  async waitFor(condition: () => boolean, limit_s: number): Promise<boolean> {
    const deadline = performance.now() + limit_s * 1000;
    while (!condition()) {
      if (performance.now() > deadline || this.#daemon === null || this.#daemon.ended !== null) return condition();
      await pause(LOOK_MS);
    }
    return true;
  }

  /** Waits until no frame is in progress; the limit counts from the last change. */
  settled(limit_s: number): Promise<boolean> {
    const isOver = () => this.#daemon === null || this.#daemon.ended !== null;
    return waitUntilSettled(this.folders, { limit_s, pause_ms: LOOK_MS, isOver });
  }

  /** What the daemon complained of in a time (milliseconds since 1970 UTC), as far as it stands in its log by now. */
  said({ begin_ms, end_ms }: { begin_ms: number; end_ms: number }): string[] {
    return this.logText().split("\n").flatMap((line) => {
      const [, time, text] = /^(\S+) +(?:warn|error) +(.*)$/.exec(line) ?? [];
      if (time === undefined || text === undefined) return [];
      const time_ms = Date.parse(time);
      return time_ms >= begin_ms && time_ms <= end_ms ? [text] : [];
    });
  }

  /** The daemon's log as it stands by now. */
  logText(): string {
    try {
      return Deno.readTextFileSync(this.logFile);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /**
   * After the last settling: ends the daemon and reports whatever is lost, torn or doubled.
   * @param options.keptState false where the state folder was removed, and with it lines of the ledger
   */
  async judged({ keptState = true } = {}): Promise<string[]> {
    const problems: string[] = [];
    if (this.#daemon !== null) {
      const { code } = await this.end();
      if (code !== 0) problems.push(`the daemon ended with code ${code} when it was asked to stop`);
    }
    await this.watch.stop();
    const python = Deno.env.get("PEWATCH_PYTHON") ?? null;
    const found = await judge(this.folders, this.ledger, {
      watch: this.watch,
      python,
      geometry: this.#geometry,
      ...keptState ? { state: this.state } : {},
      measured: true,
    });
    problems.push(...found);
    this.keeps = problems.length > 0;
    return problems;
  }

  /** The folders are kept where something was found. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#detector?.stop();
    await this.#daemon?.[Symbol.asyncDispose]();
    await this.watch.stop();
    if (this.keeps) console.log(`everything lies in ${this.base}`);
    else this.#folder[Symbol.dispose]();
  }
}
