/** The folders of one test: a configuration for them, frames put into raw, and what has become of each. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { dirname, join } from "node:path";
import { ofSeveralLooks } from "../several_looks.ts";
import { Run, type StartOptions } from "./child.ts";
import type { TestImage } from "./frames.ts";
import { exists, filesBelow, sha256 } from "../folders.ts";

/** Tables of a configuration; what is not named has the tests' short times or the program's defaults. */
type TableValue = string | number | boolean | readonly string[];
export type Tables = Readonly<Record<string, Readonly<Record<string, TableValue>>>>;

const SHORT_TIMES: Tables = {
  daemon: { ticktack: 0.1 },
  frames: { settle_s: 0.05, sidecar_wait_s: 0.5 },
  // Daemons of tests would take each other's port.
  http: { enabled: false },
};

/** How often the folders are looked at before a file counts as lost: one could be missed at each move of its frame. */
const LOOKS = 20;

export interface PlaceOptions {
  readonly tables?: Tables;
  /** Where the output is, instead of beside the other folders. */
  readonly output?: string;
  readonly temp?: string;
  readonly proc?: string;
  /** The folder to make the place in. */
  readonly on?: string;
}

/** One file that was put into raw. */
interface PutFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly image: boolean;
}

/** The folders of one test, and what was put into them. */
export class Place implements Disposable {
  readonly path: string;
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly output: string;
  readonly config: string;
  readonly #put: PutFile[] = [];
  #parts = 0;

  constructor(options: PlaceOptions = {}) {
    this.path = Deno.makeTempDirSync({ prefix: "pewatch-e2e-", ...options.on ? { dir: options.on } : {} });
    this.raw = join(this.path, "raw");
    this.temp = options.temp ?? join(this.path, "temp");
    this.proc = options.proc ?? join(this.path, "proc");
    this.output = options.output ?? join(this.path, "output");
    this.config = join(this.path, "pewatch.toml");
    for (const folder of [this.raw, this.temp, this.proc, this.output]) Deno.mkdirSync(folder, { recursive: true });
    this.configure(options.tables ?? {});
  }

  /** Writes the configuration anew; the folders are always this place's. */
  configure(tables: Tables): void {
    const { raw, temp, proc, output } = this;
    const all = new Map<string, Record<string, TableValue>>();
    const folders = { folders: { raw, temp, proc, output_root: output } };
    for (const source of [SHORT_TIMES, folders, tables]) {
      for (const [table, values] of Object.entries(source)) all.set(table, { ...all.get(table), ...values });
    }
    const lines: string[] = [];
    for (const [table, values] of all) {
      lines.push(`[${table}]`);
      for (const [key, value] of Object.entries(values)) {
        lines.push(`${key} = ${typeof value === "string" ? `'${value}'` : JSON.stringify(value)}`);
      }
    }
    Deno.writeTextFileSync(this.config, lines.join("\n") + "\n");
  }

  /** Puts a frame into raw as QXRD leaves it: the sidecar, if any, after the image. */
  put(name: string, image: TestImage | Uint8Array, sidecar: string | Uint8Array | null): void {
    const shows = [this.#write(name, image instanceof Uint8Array ? image : image.bytes, { image: true })];
    if (sidecar !== null) {
      const bytes = typeof sidecar === "string" ? new TextEncoder().encode(sidecar) : sidecar;
      shows.push(this.#write(`${name}.metadata`, bytes));
    }
    // Both are written by now: on a slow disk the image would else wait for its sidecar longer than `sidecar_wait_s`.
    for (const show of shows) show();
  }

  /** Puts one file into raw. It appears with its whole content: these tests are not about half-written ones. */
  putFile(name: string, bytes: Uint8Array): void {
    this.#write(name, bytes)();
  }

  /** Writes a file beside raw; the function returned moves it there. */
  #write(name: string, bytes: Uint8Array, { image = false } = {}): () => void {
    const path = this.rawPath(name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    // In the place itself, so that the rename stays on one volume.
    const part = join(this.path, `being-written-${this.#parts++}.part`);
    Deno.writeFileSync(part, bytes);
    return () => {
      Deno.renameSync(part, path);
      this.#put.push({ name, bytes, image });
    };
  }

  rawPath(name: string): string {
    return join(this.raw, ...name.split("/"));
  }

  outputPath(name: string): string {
    return join(this.output, ...name.split("/"));
  }

  /** Everything visible below the output, forward slashes, sorted. */
  delivered(): string[] {
    return filesBelow(this.output).filter((name) => !name.split("/").some((part) => part.startsWith(".")));
  }

  has(name: string): boolean {
    return exists(this.outputPath(name));
  }

  /** Claims and other frames' files between raw and the output. */
  inProgress(): readonly string[] {
    return ofSeveralLooks(() =>
      [...filesBelow(this.temp), ...filesBelow(this.proc)].filter((name) => !name.startsWith(".pewatch."))
    );
  }

  /**
   * Fails where a file that was put into raw is in no folder any more. pewatch may be moving files, also back,
   * while they are listed and read: only what several looks miss is lost.
   * @param options.removed names whose removal was asked for (darks)
   */
  assertNothingLost(options: { removed?: readonly string[] } = {}): void {
    let lost: string[] = [];
    for (let look = 0; look < LOOKS; look++) {
      lost = this.#missing(options.removed ?? []);
      if (lost.length === 0) return;
    }
    assert.fail(`${lost.join(", ")}: lost; there are ${this.#files().join(", ")}`);
  }

  /** Paths of all files in the folders, in the order in which frames move. */
  #files(): string[] {
    return [this.raw, this.temp, this.proc, this.output].filter(exists)
      .flatMap((folder) => filesBelow(folder).map((name) => join(folder, name)));
  }

  /** Names of the files that one look at the folders finds nowhere. */
  #missing(removed: readonly string[]): string[] {
    const kept = this.#files().map((path) => ({ path, bytes: contentOf(path) }));
    const bySum = new Set(kept.map(({ bytes }) => sha256(bytes)));
    const images = kept.filter(({ path }) => /\.tiff?$/i.test(path));
    return this.#put.filter((file) =>
      !removed.includes(file.name) && !bySum.has(sha256(file.bytes)) &&
      !(file.image && images.some(({ bytes }) => isSameImage(file.bytes, bytes)))
    ).map(({ name }) => name);
  }

  /** Stops a run: no frame is between the folders then, and none is lost. */
  async stop(run: Run): Promise<void> {
    await run.stop();
    assert.deepEqual(this.inProgress(), []);
    this.assertNothingLost();
  }

  /** Waits for the NeXus files of these images, which come last. */
  async arrive(run: Run, names: readonly string[]): Promise<void> {
    const files = names.map((name) => name.replace(/\.tiff?$/i, ".nxs"));
    await run.until(() => files.every((file) => this.has(file)), `all of ${files.join(", ")}`);
  }

  start(options: StartOptions = {}): Run {
    return new Run(["run", "--json", "--config", this.config], options);
  }

  /** `pewatch process --move` on raw, to be stopped in between. */
  process(options: StartOptions = {}): Run {
    return new Run(["process", this.raw, "--output", this.output, "--move"], options);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Whether `now` is `before` with its directory pointer turned to tags behind its end. */
function isSameImage(before: Uint8Array, now: Uint8Array): boolean {
  if (now.length < before.length || before.length < 16) return false;
  const pointerEnd = before[2] === 43 || before[3] === 43 ? 16 : 8;
  const sameMagic = before.subarray(0, 4).every((byte, index) => byte === now[index]);
  return sameMagic && Buffer.compare(before.subarray(pointerEnd), now.subarray(pointerEnd, before.length)) === 0;
}

/** The bytes of a file that was listed; none where it has gone meanwhile. */
function contentOf(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}
