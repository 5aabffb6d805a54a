/** `pewatch run` that serves its device, in a process of its own, beside a detector; judged by its folders. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildFolders, DaemonChild, writeConfiguration } from "../../faults/daemon_child.ts";
import { Detector, pause } from "../../faults/detector.ts";
import type { LedgerFrame } from "../../faults/frame_writer.ts";
import { inProgress, judge, lostFrames } from "../../faults/judge.ts";
import { OutputWatch } from "../../faults/output_watch.ts";
import { Random } from "../../faults/random.ts";
import { TempFolder } from "../../temp_folder.ts";

export interface ServedPewatchOptions {
  /** Further lines of [tango]. */
  readonly tango?: string;
  /** None by default. */
  readonly frames_per_s?: number;
  /** Of the configuration. */
  readonly output_dir?: string;
  /** The folder to make its folders in. */
  readonly on?: string;
  /** Names of the output roots that clients are to use, side by side; the first is the configuration's. */
  readonly outputs?: readonly string[];
  /** Pixels in a row of each frame, and rows. */
  readonly side?: number;
  /** Another program than the sources. */
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A busy machine takes seconds to start. */
const PATIENCE_MS = 120_000;
const SIDE = 64;
/** Of the log, where a test fails. */
const LOG_LINES = 20;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** What the variable says of the machine that runs the tests is not meant. */
const ENVIRONMENT = ["/usr/bin/env", "-u", "TANGO_HOST"];
const SOURCES = [Deno.execPath(), "run", "-A", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts")];
/**
 * By SIGSEGV. Debian's PyTango 9 ends so with subscribed events where the heartbeat of any server, also one in PyTango,
 * is 10 s late, as on a machine that is very busy; PyTango 10 goes on.
 */
const CRASHED = 139;
const CRASHES_MAX = 3;
const SERVED = /Tango device ready: (tango:\S+) \(/;

export class ServedPewatch implements AsyncDisposable {
  readonly #temp: TempFolder;
  readonly #configuration: ReturnType<typeof writeConfiguration>;
  readonly detector: Detector;
  /** The output here is what all outputs lie in. */
  readonly #judged: ChildFolders;
  readonly #others: Detector[] = [];
  readonly #program: readonly string[];
  #child: DaemonChild;
  readonly #watch: OutputWatch;
  /** Where the log of the process that runs now begins. */
  #logStart = 0;

  constructor(options: ServedPewatchOptions = {}) {
    const { tango = "", frames_per_s = 0, output_dir = "", outputs = [], on, env = {} } = options;
    const { side = SIDE, program = SOURCES } = options;
    this.#temp = new TempFolder(on === undefined ? {} : { on });
    this.#configuration = writeConfiguration(
      this.#temp.path,
      [
        // Still of [folders].
        `output_dir = '${output_dir}'`,
        "[daemon]\nticktack = 0.1\nmultiplier = 1",
        `state_dir = '${this.#temp.join("state")}'`,
        `[plugins]\ndir = '${this.#temp.join("plugins")}'`,
        `[log]\nfile = '${this.logFile}'`,
        `[tango]\nenabled = true\n${tango}`,
      ].join("\n"),
      outputs[0] === undefined ? {} : { output: this.folder(`outputs/${outputs[0]}`) },
    );
    this.#judged = { ...this.folders, ...outputs.length > 0 ? { output: this.#temp.join("outputs") } : {} };
    const random = new Random(1); // any number: what it decides is late sidecars' delay and the pixels
    this.detector = new Detector({ raw: this.folders.raw, rate_per_s: frames_per_s, side, random });
    this.#watch = new OutputWatch(this.#judged.output, () => this.#ledger);
    // Frames that a test puts there itself are not in the ledger.
    if (frames_per_s > 0) this.#watch.start();
    this.#program = [...ENVIRONMENT, ...Object.entries(env).map(([key, value]) => `${key}=${value}`), ...program];
    this.#child = new DaemonChild(this.#configuration, this.#program);
  }

  get child(): DaemonChild {
    return this.#child;
  }

  /** Starts it again, on the same folders; it must have ended. */
  restart(): void {
    assert.notEqual(this.#child.ended, null);
    this.#logStart = this.#wholeLog().length;
    this.#child = new DaemonChild(this.#configuration, this.#program);
  }

  /** Ends it as `pewatch stop` does. */
  async stop(): Promise<void> {
    await this.#child.end("SIGTERM");
    assert.equal(await this.ended(), 0, this.#logTail);
  }

  /** A folder beside the others; a path without "/" at its beginning. */
  folder(name: string): string {
    const path = this.#temp.join(name);
    Deno.mkdirSync(path, { recursive: true });
    return path;
  }

  /** Puts a frame into the raw folder as QXRD leaves it: the sidecar last. */
  put(name: string, image: Uint8Array, sidecar: string): void {
    const path = join(this.folders.raw, name);
    Deno.writeFileSync(path, image);
    Deno.writeTextFileSync(`${path}.metadata.part`, sidecar);
    Deno.renameSync(`${path}.metadata.part`, `${path}.metadata`);
  }

  get folders() {
    return this.#configuration.folders;
  }

  get configurationFile(): string {
    return this.#configuration.file;
  }

  get logFile(): string {
    return this.#temp.join("pewatch.log");
  }

  /** Of the process that runs now. */
  get log(): string {
    return this.#wholeLog().slice(this.#logStart);
  }

  #wholeLog(): string {
    try {
      return Deno.readTextFileSync(this.logFile);
    } catch {
      return ""; // not there yet
    }
  }

  get #logTail(): string {
    return this.log.split("\n").slice(-LOG_LINES).join("\n");
  }

  /** What a client is to be given, once it is served. */
  async name(): Promise<string> {
    await this.until(() => SERVED.test(this.log), "the device");
    return SERVED.exec(this.log)![1]!;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (const end_ms = performance.now() + PATIENCE_MS; !condition();) {
      assert.equal(this.#child.ended, null, `pewatch ended before: ${what}\n${this.#logTail}`);
      if (performance.now() > end_ms) throw new Error(`never came: ${what}\n${this.#logTail}`);
      await pause(10);
    }
  }

  /** Waits for its end; gives the exit code. */
  async ended(): Promise<number> {
    for (const end_ms = performance.now() + PATIENCE_MS; this.#child.ended === null;) {
      if (performance.now() > end_ms) throw new Error(`it does not end\n${this.#logTail}`);
      await pause(10);
    }
    return this.#child.ended.code;
  }

  /** Waits until nothing is in progress. */
  async drained(): Promise<void> {
    await this.until(() => inProgress(this.folders).length === 0, "the last frame's delivery");
  }

  /**
   * What is lost, torn or doubled of the frames that the detector wrote; pewatch must have ended.
   * @param below folders of the output that frames may have been delivered to
   */
  async problems(below: readonly string[] = []): Promise<readonly string[]> {
    await this.#watch.stop();
    return await judge(this.#judged, this.#ledger, { watch: this.#watch, python: null, below });
  }

  get #ledger(): readonly LedgerFrame[] {
    return [...this.detector.ledger, ...this.#others.flatMap(({ ledger }) => ledger)];
  }

  /** What another detector writes is to be found as well; those before must have stopped, since ledgers are read in order. */
  alsoJudge(detector: Detector): void {
    this.#others.push(detector);
  }

  /** Frames that are not whole in any folder of the output, or more than once: wherever clients wanted them to go. */
  async lostOrDoubled(): Promise<readonly string[]> {
    await this.#watch.stop();
    const images = [...this.#watch.images.values()];
    const doubled = images.filter((pixels, index) => images.indexOf(pixels) !== index);
    return [...lostFrames(this.#judged, this.#ledger, this.#watch), ...doubled, ...this.#watch.problems];
  }

  /** Runs checks of client.py one after the other, which must hold; gives what they printed. */
  async check(python: string, name: string, ...checks: readonly string[]): Promise<string> {
    const run = () =>
      new Deno.Command(python, {
        args: [join(import.meta.dirname!, "client.py"), name, ...checks],
        stdout: "piped",
        stderr: "piped",
        signal: AbortSignal.timeout(checks.length * PATIENCE_MS),
      }).output();
    let output = await run();
    for (let crashes = 1; output.code === CRASHED && crashes < CRASHES_MAX; crashes++) output = await run();
    const { code, stdout, stderr } = output;
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout);
    assert.equal(code, 0, `${checks.join(", ")}: ${text}${decoder.decode(stderr)}\n${this.#logTail}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.detector.stop();
    await this.#watch.stop();
    await this.#child[Symbol.asyncDispose]();
    this.#temp[Symbol.dispose]();
  }
}
