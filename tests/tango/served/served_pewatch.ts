/** `pewatch run` that serves its device, in a process of its own, beside a detector; judged by its folders. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DaemonChild, writeConfiguration } from "../../faults/daemon_child.ts";
import { filesBelow, foldersIn } from "../../faults/delivered_files.ts";
import { Detector, pause } from "../../faults/detector.ts";
import { judge, lostFrames } from "../../faults/judge.ts";
import { OutputWatch } from "../../faults/output_watch.ts";
import { Random } from "../../faults/random.ts";
import { TempFolder } from "../../temp_folder.ts";

export interface ServedPewatchOptions {
  /** Further lines of [tango]. */
  readonly tango?: string;
  /** None by default. */
  readonly frames_per_s?: number;
  /** Pixels in a row of each frame, and rows. */
  readonly side?: number;
  /** Another program than the sources. */
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A busy machine takes seconds to start. */
const PATIENCE_MS = 60_000;
const SIDE = 64;
/** Of the log, where a test fails. */
const LOG_LINES = 20;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** What the variable says of the machine that runs the tests is not meant. */
const ENVIRONMENT = ["/usr/bin/env", "-u", "TANGO_HOST"];
const SOURCES = [Deno.execPath(), "run", "-A", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts")];
const SERVED = /Tango: (tango:\S+) is served/;

export class ServedPewatch implements AsyncDisposable {
  readonly #temp = new TempFolder();
  readonly #configuration: ReturnType<typeof writeConfiguration>;
  readonly detector: Detector;
  readonly child: DaemonChild;
  readonly #watch: OutputWatch;

  constructor(options: ServedPewatchOptions = {}) {
    const { tango = "", frames_per_s = 0, side = SIDE, env = {}, program = SOURCES } = options;
    this.#configuration = writeConfiguration(
      this.#temp.path,
      [
        "[daemon]\nticktack = 0.1\nmultiplier = 1",
        `state_dir = '${this.#temp.join("state")}'`,
        `[plugins]\ndir = '${this.#temp.join("plugins")}'`,
        `[log]\nfile = '${this.logFile}'`,
        `[tango]\nenabled = true\n${tango}`,
      ].join("\n"),
    );
    const random = new Random(1); // any number: what it decides is late sidecars' delay and the pixels
    this.detector = new Detector({ raw: this.folders.raw, rate_per_s: frames_per_s, side, random });
    this.#watch = new OutputWatch(this.folders.output, () => this.detector.ledger);
    this.#watch.start();
    const environment = [...ENVIRONMENT, ...Object.entries(env).map(([key, value]) => `${key}=${value}`)];
    this.child = new DaemonChild(this.#configuration, [...environment, ...program]);
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

  get log(): string {
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
      assert.equal(this.child.ended, null, `pewatch ended before: ${what}\n${this.#logTail}`);
      if (performance.now() > end_ms) throw new Error(`never came: ${what}\n${this.#logTail}`);
      await pause(10);
    }
  }

  /** Waits for its end; gives the exit code. */
  async ended(): Promise<number> {
    for (const end_ms = performance.now() + PATIENCE_MS; this.child.ended === null;) {
      if (performance.now() > end_ms) throw new Error(`it does not end\n${this.#logTail}`);
      await pause(10);
    }
    return this.child.ended.code;
  }

  /** Waits until nothing is on its way. */
  async drained(): Promise<void> {
    const { raw, temp, proc } = this.folders;
    await this.until(
      () =>
        !filesBelow(raw).some((name) => !name.startsWith(".")) && foldersIn(temp).length + foldersIn(proc).length === 0,
      "the last frame's delivery",
    );
  }

  /** What is lost, torn or doubled of the frames that the detector wrote; pewatch must have ended. */
  async problems(): Promise<readonly string[]> {
    await this.#watch.stop();
    return (await judge(this.folders, this.detector.ledger, { watch: this.#watch, python: null })).problems;
  }

  /** Frames that are not whole in any folder of the output, or more than once: wherever clients wanted them to go. */
  async lostOrDoubled(): Promise<readonly string[]> {
    await this.#watch.stop();
    const images = [...this.#watch.images.values()];
    const doubled = images.filter((pixels, index) => images.indexOf(pixels) !== index);
    return [...lostFrames(this.folders, this.detector.ledger, this.#watch), ...doubled, ...this.#watch.problems];
  }

  /** Runs a check of client.py, which must hold; gives what it printed. */
  async check(python: string, name: string, check: string): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command(python, {
      args: [join(import.meta.dirname!, "client.py"), name, check],
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout);
    assert.equal(code, 0, `${check}: ${text}${decoder.decode(stderr)}\n${this.#logTail}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.detector.stop();
    await this.#watch.stop();
    await this.child[Symbol.asyncDispose]();
    this.#temp[Symbol.dispose]();
  }
}
