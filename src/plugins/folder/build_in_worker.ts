/** Has plugins made in a worker that ends afterwards, with the memory that it took. */
import { oneLine } from "../../files/errors.ts";
import type { BuildReport, BuildRequest } from "./build.ts";
import type { FromStripWorker } from "./strip_worker.ts";

/** The build failed or hung; `path` is the file that it worked on. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly path: string | null;

  constructor(message: string, path: string | null) {
    super(message);
    this.path = path;
  }
}

export type StripWorkerMaker = () => Worker;

function startStripWorker(): Worker {
  // The literal form: `deno compile` has the module by --include, and both agree on its URL.
  return new Worker(new URL("./strip_worker.ts", import.meta.url), { type: "module" });
}

/** @throws {BuildError} where the worker dies or does not answer in time */
export async function buildInWorker(
  request: BuildRequest,
  options: { limit_ms: number; start?: StripWorkerMaker },
): Promise<BuildReport> {
  const worker = (options.start ?? startStripWorker)();
  const { promise, resolve, reject } = Promise.withResolvers<BuildReport>();
  let path: string | null = null;
  const fail = (text: string) => reject(new BuildError(oneLine(text), path));
  worker.addEventListener("message", (event: MessageEvent<FromStripWorker>) => {
    const message = event.data;
    if (message.type === "file") path = message.path;
    else if (message.type === "built") resolve(message.report);
    else fail(message.error);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // else the whole program ends with it
    fail(event.message);
  });
  worker.addEventListener("messageerror", () => fail("its answer cannot be read"));
  const timer = setTimeout(() => fail(`it did not finish within ${options.limit_ms / 1000} s`), options.limit_ms);
  try {
    worker.postMessage(request);
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
