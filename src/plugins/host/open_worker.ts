/** Starts a plugin's worker: the seam between the host and threads. */
import { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerStart } from "../messages.ts";

/** A worker as the host holds it. */
export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Ends it now. A thread that hangs in a call of the system ends when the call returns; one in a loop never does. */
  terminate(): void;
  /** Whether its thread has given no sign of life for a while, though a request is pending. */
  stuck?(): boolean;
}

export interface WorkerEvents {
  message(message: FromWorker): void;
  /** It ended, or is of no use any more; may come more than once, and after `terminate` too. */
  death(reason: string): void;
}

export interface WorkerOptions {
  readonly memory_limit_mib: number;
  readonly trusted: boolean;
  readonly stage: boolean;
}

export type OpenWorker = (events: WorkerEvents, options: WorkerOptions) => WorkerHandle;

/** The code of the error by which a worker ends that has used up its heap. */
const OUT_OF_MEMORY = "ERR_WORKER_OUT_OF_MEMORY";

/**
 * V8's share for objects that were just made, three times what it fills before it collects. Left alone a worker takes
 * 96 MiB, of which its heap comes to fill 64, and there is one worker for each stage and plugin; what a frame makes fits
 * into two many times.
 */
const YOUNG_GENERATION_MIB = 6;

/** Without a sign of life for so long a thread is stuck: there are four a second while a request is pending. */
const STUCK_MS = 700;

/**
 * A worker of Node's kind: only these can be given a limit of memory, and say when they end. Buffers lie outside of the
 * heap that is limited: memory_watch.ts looks after these.
 */
export function openWorker(events: WorkerEvents, options: WorkerOptions): WorkerHandle {
  const { memory_limit_mib } = options;
  const { port1, port2 } = new MessageChannel();
  const alive = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const start: WorkerStart = { port: port2, alive, ...options };
  // The literal form: `deno compile` has the module by --include, and both agree on its URL.
  const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), {
    workerData: start,
    // deno-lint-ignore no-explicit-any -- Node's types know Node's own MessagePort only
    transferList: [port2 as any],
    resourceLimits: { maxOldGenerationSizeMb: memory_limit_mib, maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
  });
  port1.onmessage = ({ data }) => events.message(data);
  port1.onmessageerror = () => events.death("it posted a message that cannot be read");
  worker.on("error", (error: Error & { code?: string }) => {
    const memory = `it needs more memory than memory_limit_mib = ${memory_limit_mib}`;
    events.death(error?.code === OUT_OF_MEMORY ? memory : String(error?.message ?? error));
  });
  worker.on("exit", () => {
    events.death("it ended by itself");
    port1.close();
  });
  return {
    post: (message) => port1.postMessage(message),
    stuck: () => {
      const last_ms = Number(Atomics.load(new BigInt64Array(alive), 0));
      return last_ms > 0 && Date.now() - last_ms > STUCK_MS;
    },
    terminate: () => {
      port1.close();
      void worker.terminate();
    },
  };
}
