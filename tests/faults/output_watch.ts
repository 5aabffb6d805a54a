/** Watches the output while frames come: each name must be complete from the moment that it can be seen. */
import { join } from "node:path";
import {
  checkGeometry,
  checkNexus,
  imagePixels,
  isGeometry,
  isInQuarantine,
  isMaster,
  KEPT,
  readHdf5,
  REASON,
} from "./delivered_files.ts";
import { type LedgerFrame, pause } from "./frame_writer.ts";
import { NewNames } from "./new_names.ts";
import { sha256 } from "../folders.ts";

/** Far below the time that a frame takes, so that a name is mostly seen while its neighbours are still missing. */
const POLL_MS_MIN = 10;
/** In so many times the time of a look: thousands of names are not listed without a pause. */
const POLL_FACTOR = 10;

export class OutputWatch {
  /** SHA-256 of each file as it was when its name was first seen. */
  readonly seen = new Map<string, string>();
  /** SHA-256 of the pixels of each image seen. */
  readonly images = new Map<string, string>();
  /** SHA-256 of each file that is no image and was seen in the quarantine. */
  readonly quarantined = new Set<string>();
  readonly problems: string[] = [];
  readonly #leaving: string[] = [];
  readonly #output: string;
  readonly #names: NewNames;
  readonly #ledger: () => readonly LedgerFrame[];
  readonly #known = {
    upTo: 0,
    pixels: new Set<string>(),
    texts: new Set<string>(),
    unreadable: new Set<string>(),
    mayLackSidecar: new Set<string>(),
  };
  #stopped = false;
  #running: Promise<void> | null = null;

  constructor(output: string, ledger: () => readonly LedgerFrame[]) {
    this.#output = output;
    this.#names = new NewNames(output);
    this.#ledger = ledger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.look();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const start = performance.now();
      this.look();
      await pause(Math.max(POLL_MS_MIN, POLL_FACTOR * (performance.now() - start)));
    }
  }

  look(): void {
    // Listed name by name: the .nxs sorts before the .tif, and is checked against what is there then.
    for (const name of this.#names.list()) {
      if (this.seen.has(name) || this.#leaving.some((image) => name.startsWith(image))) {
        this.#names.done(name);
        continue;
      }
      try {
        this.#check(name);
      } catch (error) {
        this.problems.push(`${name}, when it was first seen: ${error instanceof Error ? error.message : error}`);
      }
      if (this.seen.has(name)) this.#names.done(name);
    }
  }

  #check(name: string): void {
    const path = join(this.#output, ...name.split("/"));
    if (isMaster(name)) return void readHdf5(path);
    if (isGeometry(name)) checkGeometry(path);
    const hash = sha256(Deno.readFileSync(path));
    this.seen.set(name, hash);
    this.#learn();
    if (isInQuarantine(name)) {
      if (this.#known.unreadable.has(hash)) this.quarantined.add(hash);
      else if (!this.#known.texts.has(hash) && !name.endsWith(REASON) && !name.endsWith(KEPT)) {
        throw new Error("it is nothing that was written");
      }
      return;
    }
    if (isGeometry(name)) return;
    if (name.endsWith(".tif")) {
      const pixels = sha256(imagePixels(path));
      this.images.set(name, pixels);
      if (!this.#known.pixels.has(pixels)) throw new Error("its pixels are of no frame that was written");
    } else if (name.endsWith(".nxs")) {
      const image = `${path.slice(0, -".nxs".length)}.tif`;
      const pixels = imagePixels(image);
      checkNexus(path, pixels);
      if (this.#known.mayLackSidecar.has(sha256(pixels))) return;
      if (!this.#known.texts.has(sha256(Deno.readFileSync(`${image}.metadata`)))) {
        throw new Error("its sidecar is torn");
      }
    } else if (!this.#known.texts.has(hash)) {
      throw new Error("it is nothing that was written");
    }
  }

  #learn(): void {
    const ledger = this.#ledger();
    for (; this.#known.upTo < ledger.length; this.#known.upTo++) {
      this.#learnOf(ledger[this.#known.upTo]!);
    }
  }

  #learnOf({ pixels, sidecar, overflow, unreadable, late, darkByName }: LedgerFrame): void {
    (unreadable ? this.#known.unreadable : this.#known.pixels).add(pixels);
    for (const text of [sidecar, overflow]) if (text !== null) this.#known.texts.add(text);
    if (late || darkByName) this.#known.mayLackSidecar.add(pixels);
  }

  /** A frame of the quarantine was put right: its files go from there as soon as it is retried. */
  mended(frame: LedgerFrame, image: string): void {
    this.#learnOf(frame);
    for (const name of [...this.seen.keys()]) if (name.startsWith(image)) this.seen.delete(name);
    this.#leaving.push(image);
  }
}
