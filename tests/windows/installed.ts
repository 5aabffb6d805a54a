/** The Windows executable as a user has it: copied alone into an empty folder, all its things beside it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { Run } from "../e2e/child.ts";
import { Detector, pause } from "../faults/detector.ts";
import { inProgress, judge } from "../faults/judge.ts";
import { OutputWatch } from "../faults/output_watch.ts";
import { Random } from "../faults/random.ts";
import { TempFolder } from "../temp_folder.ts";
import { outputOn, type Ran, runOn, WINDOWS_EXECUTABLE, WINDOWS_PROGRAM } from "./programs.ts";

/** Letters that no code page of Windows has all of, and a space. */
const NAME = "Größe 样品";
const FRAMES_PER_S = 8;
/** On a busy machine Wine takes fewer frames than that: no more pile up than are delivered soon. */
const WAITING_MAX = 16;
/** Pixels in a row, and rows: what is looked at are frames, not bytes. */
const SIDE = 64;

/** Each question is a start of the executable. */
const BETWEEN_QUESTIONS_MS = 1000;
/** A busy machine's worker may take seconds to start. */
const PATIENCE_MS = 120_000;

/** What `plugins list --json` says of a plugin. */
export interface PluginRow {
  readonly name: string;
  readonly state: string;
  readonly firings: number;
  readonly file: string | null;
  readonly replaces: boolean;
  readonly lastError: string | null;
  readonly counters: Readonly<Record<string, number>>;
}

export class Installed implements AsyncDisposable {
  readonly #temp = new TempFolder();
  readonly path = this.#temp.join(NAME);
  readonly executable = join(this.path, "pewatch.exe");
  readonly folders = {
    raw: join(this.path, "pewatch-data", "raw"),
    temp: join(this.path, "pewatch-data", "temp"),
    proc: join(this.path, "pewatch-data", "proc"),
    output: join(this.path, "pewatch-data", "output"),
  };
  #flow: { detector: Detector; watch: OutputWatch } | null = null;
  #run: Run | null = null;

  constructor() {
    Deno.mkdirSync(this.path);
    Deno.copyFileSync(WINDOWS_EXECUTABLE, this.executable);
  }

  /** The daemon. */
  get run(): Run {
    assert.ok(this.#run, "it is not started");
    return this.#run;
  }

  /** `init` and `run`; from then on frames come. */
  async start(): Promise<void> {
    await this.output("init");
    const env = { PEWATCH_EXE: this.executable };
    this.#run = new Run(["run", "--json"], { program: WINDOWS_PROGRAM, cwd: this.path, env });
    await this.#run.running();
    const random = new Random(5); // any number: what it decides is late sidecars' delay and the pixels
    const detector: Detector = new Detector({
      raw: this.folders.raw,
      rate_per_s: FRAMES_PER_S,
      side: SIDE,
      random,
      holds: () => detector.ledger.filter((frame) => !frame.dark).length - watch.images.size >= WAITING_MAX,
    });
    const watch: OutputWatch = new OutputWatch(this.folders.output, () => detector.ledger);
    this.#flow = { detector, watch };
    detector.start();
    watch.start();
  }

  /** A file of the plugins folder; null removes it. */
  put(name: string, text: string | null): void {
    const path = join(this.path, "plugins", name);
    if (text === null) return Deno.removeSync(path);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }

  command(...args: string[]): Promise<Ran> {
    return runOn("windows", args, { executable: this.executable, cwd: this.path });
  }

  /** Of a command that must end well. */
  output(...args: string[]): Promise<string> {
    return outputOn("windows", args, { executable: this.executable, cwd: this.path });
  }

  /** What the daemon says of a plugin, asked by the executable. */
  async plugin(name: string): Promise<PluginRow> {
    const { running, plugins } = JSON.parse(await this.output("plugins", "list", "--json")) as {
      running: boolean;
      plugins: PluginRow[];
    };
    assert.ok(running, "no daemon was found");
    const row = plugins.find((plugin) => plugin.name === name);
    assert.ok(row, `${name} is not among ${plugins.map((plugin) => plugin.name).join(", ")}`);
    return row;
  }

  /** Asks until a plugin is as it should be. */
  async pluginUntil(name: string, is: (plugin: PluginRow) => boolean): Promise<void> {
    let row = await this.plugin(name);
    for (const end_ms = performance.now() + PATIENCE_MS; !is(row); row = await this.plugin(name)) {
      if (performance.now() > end_ms) throw new Error(`${name} stays so: ${Deno.inspect(row)}\n${this.run.text()}`);
      await pause(BETWEEN_QUESTIONS_MS);
    }
  }

  /** Waits until so many frames that are not written yet are delivered. */
  async framesGoOn(frames = 4): Promise<void> {
    const { detector, watch } = this.#flowing();
    const old = new Set(detector.ledger.map((frame) => frame.pixels));
    const isNew = () => [...watch.images.values()].filter((pixels) => !old.has(pixels)).length >= frames;
    await this.run.until(isNew, `${frames} more frames`);
  }

  /** Ends the detector and waits for the last frame's delivery. */
  async drain(): Promise<void> {
    await this.#flowing().detector.stop();
    await this.run.until(() => inProgress(this.folders).length === 0, "the last frame's delivery");
  }

  /** After the daemon's end: reports whatever is lost, torn or doubled. */
  async judgeFrames(): Promise<{ frames: number; problems: readonly string[] }> {
    const { detector, watch } = this.#flowing();
    await watch.stop();
    const python = Deno.env.get("PEWATCH_PYTHON") ?? null;
    const problems = await judge(this.folders, detector.ledger, { watch, python });
    return { frames: detector.ledger.length, problems };
  }

  #flowing() {
    assert.ok(this.#flow, "no frames come");
    return this.#flow;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flow?.detector.stop();
    await this.#flow?.watch.stop();
    await this.#run?.[Symbol.asyncDispose]();
    this.#temp[Symbol.dispose]();
  }
}
