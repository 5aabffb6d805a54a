/** The workers of `pewatch integrate`, one for each processor core, and the results in the order of the images. */
import { commandWriter } from "../../patterns/part_names.ts";
import type { IntegrateDone, IntegrateJob, IntegrateStart } from "./messages.ts";

/** A table takes a second and a hundred megabytes: not worth it for a few images. */
const IMAGES_PER_WORKER_MIN = 4;

export interface PoolOptions extends Omit<IntegrateStart, "type" | "writer"> {
  readonly jobs: readonly Pick<IntegrateJob, "path" | "folder">[];
  readonly signal: AbortSignal;
}

/** Results come in the order of the jobs; those behind an abort do not come. */
export async function* runPool({ jobs, signal, options, settings }: PoolOptions): AsyncGenerator<IntegrateDone> {
  const count = Math.max(1, Math.min(navigator.hardwareConcurrency, Math.floor(jobs.length / IMAGES_PER_WORKER_MIN)));
  const done = new Map<number, IntegrateDone>();
  let wake = Promise.withResolvers<void>(), next = 0, failure: Error | null = null;
  const give = (worker: Worker) => {
    const job = signal.aborted ? undefined : jobs[next];
    if (job !== undefined) worker.postMessage({ type: "image", index: next++, ...job } satisfies IntegrateJob);
  };
  const workers = Array.from({ length: count }, (_, index) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<IntegrateDone>) => {
      done.set(data.index, data);
      give(worker);
      wake.resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      failure = new Error(`a worker of pewatch integrate ended: ${event.message}`);
      wake.resolve();
    };
    const start: IntegrateStart = { type: "start", options, settings, writer: commandWriter(index) };
    worker.postMessage(start);
    give(worker);
    return worker;
  });
  try {
    for (let index = 0; index < (signal.aborted ? next : jobs.length); index++) {
      while (!done.has(index)) {
        if (failure !== null) throw failure;
        await wake.promise;
        wake = Promise.withResolvers();
      }
      yield done.get(index)!;
      done.delete(index);
    }
  } finally {
    for (const worker of workers) worker.terminate();
  }
}
