/** Ctrl-C: the first asks for an orderly end, the second ends at once. A file of its own: all commands that wait use it. */
import { endProcess } from "../process_end.ts";
import { addSignalListeners, EXIT_INTERRUPTED } from "./signal_listeners.ts";

/**
 * Calls `stop` at the first signal. The second ends the program at once, which is safe at any moment: what is in
 * progress is found by the next start. Neither is handled while a call holds up this thread: StopReports does it then.
 * @returns what takes the handlers off
 */
export function onStopSignals(stop: (signal: Deno.Signal) => void): Disposable {
  let stopping = false;
  return addSignalListeners((signal) => {
    if (stopping) endProcess(EXIT_INTERRUPTED);
    stopping = true;
    stop(signal);
  });
}
