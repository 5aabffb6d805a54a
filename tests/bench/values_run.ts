/**
 * A daemon that reads values of other systems, fed with frames: how long each takes, whether it has the values, and what
 * the daemon and its processes need for it. What is delivered is taken away at once.
 */
import { join } from "node:path";
import type { Hdf5File, Hdf5Library } from "../../ffi/hdf5/library.ts";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { openGroup } from "../../src/nexus/series/read_at.ts";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import { filesBelow } from "../folders.ts";
import { putPresentFrame } from "../tango/values/present_frames.ts";
import { readProcess } from "./process_readings.ts";

export const RATE_PER_S = 15;
const SIDE = 512;
const LOOK_MS = 10;
const SAMPLE_MS = 1000;
/** Only a daemon that is stuck takes so long. */
const STUCK_MS = 120_000;

/** Of the daemon and of the processes that it has started. */
export interface Usage {
  readonly daemon: number;
  readonly client: number;
}

/** What was seen in one time of frames. */
export interface Turn {
  readonly delays_ms: readonly number[];
  /** Seconds of a processor a second. */
  readonly cores: Usage;
  readonly rss_mb: readonly Usage[];
  /** Frames without one or more of the good values. */
  readonly incomplete: readonly string[];
}

export class ValuesDaemon implements AsyncDisposable {
  readonly #configuration: ReturnType<typeof writeConfiguration>;
  readonly #daemon: DaemonChild;
  readonly #expected: readonly string[];
  readonly #hdf5: Hdf5Library = openHdf5Library();
  #frames = 0;
  /** When each frame that is not delivered yet was written, by its NeXus file's name. */
  readonly #waiting = new Map<string, number>();
  #delays_ms: number[] = [];
  #incomplete: string[] = [];

  private constructor(base: string, tables: string, expected: readonly string[]) {
    const state = `[daemon]\nstate_dir = '${join(base, "state")}'`;
    this.#configuration = writeConfiguration(base, `[log]\nfile = '${join(base, "log.txt")}'\n${state}\n${tables}`);
    this.#daemon = new DaemonChild(this.#configuration);
    this.#expected = expected;
  }

  /**
   * Comes back when frames have the values.
   * @param expected the parameters that each frame has
   */
  static async start(base: string, tables: string, expected: readonly string[]): Promise<ValuesDaemon> {
    const daemon = new ValuesDaemon(base, tables, expected);
    await daemon.#daemon.holdsFolders();
    const end_ms = performance.now() + STUCK_MS;
    do {
      daemon.#incomplete = [];
      await daemon.#put();
      await daemon.#drain();
      if (performance.now() > end_ms) throw new Error(`frames have not all values: ${daemon.#incomplete.at(-1)}`);
    } while (daemon.#incomplete.length > 0);
    return daemon;
  }

  get log(): string {
    return Deno.readTextFileSync(join(this.#configuration.folders.raw, "..", "log.txt"));
  }

  /** Processor time in cores without frames. */
  async idle(seconds: number): Promise<number> {
    const [before, begun_ms] = [this.#usage("processor_s"), performance.now()];
    await pause(seconds * 1000);
    const { daemon, client } = difference(this.#usage("processor_s"), before);
    return (daemon + client) * 1000 / (performance.now() - begun_ms);
  }

  /**
   * Frames at the detector's rate.
   * @param each is called with the seconds since the beginning, once for each frame
   */
  async feed(seconds: number, each: (at_s: number) => void = () => {}): Promise<Turn> {
    [this.#delays_ms, this.#incomplete] = [[], []];
    const before = this.#usage("processor_s");
    const rss_mb: Usage[] = [];
    const begun_ms = performance.now();
    let isWriting = true;
    const looking = this.#lookWhile(() => isWriting);
    for (let number = 0; number < RATE_PER_S * seconds; number++) {
      const at_ms = performance.now() - begun_ms;
      each(at_ms / 1000);
      if (at_ms >= rss_mb.length * SAMPLE_MS) rss_mb.push(this.#usage("rss_mb"));
      await this.#put();
      await pause(Math.max(0, begun_ms + (number + 1) * 1000 / RATE_PER_S - performance.now()));
    }
    isWriting = false;
    await looking;
    const took_s = (performance.now() - begun_ms) / 1000;
    const used = difference(this.#usage("processor_s"), before);
    await this.#drain();
    return {
      delays_ms: this.#delays_ms,
      cores: { daemon: used.daemon / took_s, client: used.client / took_s },
      rss_mb,
      incomplete: this.#incomplete,
    };
  }

  async #put(): Promise<void> {
    const image = `F-${String(this.#frames).padStart(6, "0")}.tif`;
    await putPresentFrame(this.#configuration.folders.raw, image, { side: SIDE, seed: this.#frames++ });
    this.#waiting.set(image.replace(".tif", ".nxs"), performance.now());
  }

  async #lookWhile(isOn: () => boolean): Promise<void> {
    while (isOn()) {
      this.#takeDelivered();
      await pause(LOOK_MS);
    }
  }

  async #drain(): Promise<void> {
    const end_ms = performance.now() + STUCK_MS;
    for (this.#takeDelivered(); this.#waiting.size > 0; this.#takeDelivered()) {
      if (this.#daemon.ended !== null) throw new Error(`The daemon has ended: ${JSON.stringify(this.#daemon.ended)}`);
      if (performance.now() > end_ms) throw new Error(`${[...this.#waiting.keys()].join(", ")}: not delivered`);
      await pause(LOOK_MS);
    }
  }

  #takeDelivered(): void {
    const { output } = this.#configuration.folders;
    for (const name of filesBelow(output)) {
      const written_ms = name.startsWith(".") ? undefined : this.#waiting.get(name);
      if (written_ms === undefined) continue;
      this.#delays_ms.push(performance.now() - written_ms);
      this.#waiting.delete(name);
      const path = join(output, name);
      if (this.#expected.length > 0) this.#inspect(path);
      const image = path.replace(/\.nxs$/, ".tif");
      for (const one of [image, `${image}.metadata`, path]) Deno.removeSync(one);
    }
  }

  #inspect(path: string): void {
    using file = this.#hdf5.openFile(path);
    const names = new Set(namesIn(file));
    const missing = this.#expected.filter((name) => !names.has(name));
    if (missing.length > 0) this.#incomplete.push(`${path}: without ${missing.slice(0, 5).join(", ")}`);
  }

  #usage(what: "processor_s" | "rss_mb"): Usage {
    const { pid } = this.#daemon;
    const clients = childrenOf(pid).map((child) => readProcess(child)[what]);
    return { daemon: readProcess(pid)[what], client: clients.reduce((sum, one) => sum + one, 0) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon.end("SIGTERM");
    this.#hdf5.close();
  }
}

function difference(after: Usage, before: Usage): Usage {
  return { daemon: after.daemon - before.daemon, client: after.client - before.client };
}

function namesIn(file: Hdf5File): string[] {
  // A frame without parameters has no such group.
  using list = openGroup(file.root, "entry/process/parameters");
  if (list === null) return [];
  const names = list.readAttribute("names", { elementsMax: 10_000 });
  return Array.isArray(names) ? names.map(String) : [];
}

function childrenOf(parent: number): number[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent ? [Number(name)] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
