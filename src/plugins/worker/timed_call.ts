/**
 * Calls a plugin so that a loop in it can be cut off from within: from outside nothing can. Since 2.7.6 Deno's
 * `terminate` leaves a thread running that is in JavaScript, in workers of both kinds.
 *
 * Code after an `await`, and the import of a module, are out of reach. For these the host sees that the
 * worker gives no sign of life, and suspends the plugin at once (plugin_worker.ts).
 */
import { Script } from "node:vm";

/** Cut off here some time before the host ends the worker, which would leave the loop running. */
const MARGIN_MS_MAX = 1000;
const MARGIN_PART = 0.25;
const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";

const CALL = Symbol.for("pewatch.call");
const script = new Script('globalThis[Symbol.for("pewatch.call")]()');

/** It was cut off: what it has left half done is not to be trusted, the worker has to be ended. */
export class CutOffError extends Error {
  override readonly name = "CutOffError";
}

/** Some 10 µs more than a plain call. @throws {CutOffError} and whatever `run` throws */
export function callTimed<Value>(run: () => Value, limit_ms: number): Value {
  const timeout = Math.max(1, Math.round(limit_ms - Math.min(MARGIN_MS_MAX, limit_ms * MARGIN_PART)));
  Object.defineProperty(globalThis, CALL, { value: run, configurable: true, enumerable: false });
  try {
    return script.runInThisContext({ timeout }) as Value;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === TIMED_OUT) throw new CutOffError("it was cut off");
    throw error;
  }
}
