/** Runs the simulated detector and counts what it writes. */
import type { SimulateOptions } from "../../qxrd/simulator/simulate.ts";
import type { DetectorNews, DetectorRequest } from "./detector_worker.ts";

export class Detector implements Disposable {
  readonly #worker = new Worker(new URL("./detector_worker.ts", import.meta.url), { type: "module" });
  readonly #ended = Promise.withResolvers<void>();
  #frames = 0;
  #darks = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<DetectorNews>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#ended.reject(new Error(`the simulated detector ended: ${event.message}`));
    };
  }

  /** Processed frames and darks written so far. */
  get frames(): number {
    return this.#frames;
  }

  get darks(): number {
    return this.#darks;
  }

  /**
   * Writes frames until they are all there.
   * @throws what the simulator throws
   */
  run(options: SimulateOptions): Promise<void> {
    this.#worker.postMessage(options satisfies DetectorRequest);
    return this.#ended.promise;
  }

  /** Ends it after the frame that is being written; `run` comes back then. */
  stop(): void {
    this.#worker.postMessage("stop" satisfies DetectorRequest);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #hear(news: DetectorNews): void {
    if ("dark" in news) {
      if (news.dark) this.#darks++;
      else this.#frames++;
    } else if (news.error === null) {
      this.#ended.resolve();
    } else {
      this.#ended.reject(new Error(`the simulated detector failed: ${news.error}`));
    }
  }
}
