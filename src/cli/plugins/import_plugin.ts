/** Imports a plugin in a worker of its own, with a time limit, and tells what it exports. */
import { oneLine } from "../../files/errors.ts";
import type { ImportOutcome, ImportRequest } from "./check_worker.ts";

/** Imports of plugins take milliseconds; one that opens a device while it is imported may take some seconds. */
const IMPORT_S_MAX = 10;

/** Never rejects: whatever goes wrong is the outcome. */
export async function importPlugin(request: ImportRequest, limit_s = IMPORT_S_MAX): Promise<ImportOutcome> {
  const { promise, resolve } = Promise.withResolvers<ImportOutcome>();
  const fail = (error: string) => resolve({ error, exports: [], refusal: null });
  // The literal form: `deno compile` has the module by --include, and both agree on its URL.
  const worker = new Worker(new URL("./check_worker.ts", import.meta.url), { type: "module" });
  const timer = setTimeout(() => fail(`its import did not end within ${limit_s} s`), limit_s * 1000);
  worker.addEventListener("message", (event) => resolve(event.data));
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // else the whole program ends with it
    fail(oneLine(event.message));
  });
  worker.addEventListener("messageerror", () => fail("what it exports cannot be read"));
  worker.postMessage(request);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
