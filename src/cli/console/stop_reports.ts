/**
 * Answers Ctrl-C while a system call holds up the main thread: a share that does not answer can let one read or flush
 * wait for minutes, and no handler of that thread runs meanwhile. Deno delivers signals to workers too, so a worker
 * reports at the first signal what is in progress, and ends the process at the second. It takes 10 ms to start.
 */
import { printable } from "../../log/terminal_text.ts";

/** What the worker is sent at its start. */
export interface StopReportsStart {
  readonly command: string;
  readonly note: string;
  /** Whether standard error is a terminal, on which a progress bar may be. */
  readonly terminal: boolean;
}

export class StopReports implements Disposable {
  readonly #worker = new Worker(new URL("./stop_reports_worker.ts", import.meta.url), { type: "module" });

  /**
   * @param command with which lines begin
   * @param note what a first signal reports, until `note` is called: "3 of 10 frames are done, in progress: P-00004.tif"
   */
  constructor(command: string, note: string) {
    // Without it, signals are handled as far as the main thread can.
    this.#worker.onerror = (event) => event.preventDefault();
    const start: StopReportsStart = { command, note: printable(note), terminal: Deno.stderr.isTerminal() };
    this.#worker.postMessage(start);
  }

  note(text: string): void {
    this.#worker.postMessage(printable(text));
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
