/** Which signals ask for an end, and how a thread listens to them. */

/** As shells report a program that ended by SIGINT. */
export const EXIT_INTERRUPTED = 130;

/**
 * On Windows: Ctrl-C, Ctrl-Break, the console's closing, and from Deno 2.8 on log-off and shutdown. After those Windows
 * ends the program within seconds, whatever it does. A signal that a system does not have is left out.
 */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** In this thread alone: each thread that listens is called. @returns what takes the listeners off */
export function addSignalListeners(
  listener: (signal: Deno.Signal) => void,
  signals: readonly Deno.Signal[] = SIGNALS,
): Disposable {
  const handlers = new Map<Deno.Signal, () => void>();
  for (const signal of signals) {
    const handler = () => listener(signal);
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
