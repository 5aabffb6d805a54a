/** Ctrl-C and its kin: the first asks for an orderly end, the second ends at once. */

import { endProcess } from "../process_end.ts";

/** As shells report a program that ended by SIGINT. */
const EXIT_INTERRUPTED = 130;

/**
 * On Windows: Ctrl-C, Ctrl-Break, the console's closing, and from Deno 2.8 on log-off and shutdown. After those Windows
 * ends the program within seconds, whatever it does. A signal that a system does not have is left out.
 */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Calls `stop` at the first signal. The second ends the program at once, which is safe at any moment: what is on its
 * way is found by the next start.
 * @returns what takes the handlers off
 */
export function onStopSignals(stop: (signal: Deno.Signal) => void): Disposable {
  let stopping = false;
  const handlers = new Map<Deno.Signal, () => void>();
  for (const signal of SIGNALS) {
    const handler = () => {
      if (stopping) endProcess(EXIT_INTERRUPTED);
      stopping = true;
      stop(signal);
    };
    try {
      Deno.addSignalListener(signal, handler);
      handlers.set(signal, handler);
    } catch {
      // not on this system
    }
  }
  return {
    [Symbol.dispose]: () => {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
