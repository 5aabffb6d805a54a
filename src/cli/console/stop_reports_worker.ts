/// <reference lib="deno.worker" />
/** The worker of stop_reports.ts: reports the first signal, ends the process at the second. */
import { endAtOnce } from "../../../ffi/system/exit.ts";
import type { StopReportsStart } from "./stop_reports.ts";
import { addSignalListeners, EXIT_INTERRUPTED } from "./signal_listeners.ts";

/** Clears the line of a progress bar, and shows the cursor, which the bar hides. */
const BEFORE_ON_TERMINAL = "\r\x1b[K\x1b[?25h";

let note = "";

self.onmessage = ({ data }: MessageEvent<StopReportsStart | string>) => {
  if (typeof data === "string") note = data;
  else listen(data);
};

function listen(start: StopReportsStart): void {
  note = start.note;
  let stopping = false;
  addSignalListeners(() => {
    if (stopping) endAtOnce(EXIT_INTERRUPTED);
    stopping = true;
    write(
      `${start.terminal ? BEFORE_ON_TERMINAL : ""}${start.command}: stopping after the step in progress: ${note}. ` +
        "A second Ctrl-C ends it at once, which loses nothing\n",
    );
  });
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // the terminal was closed
  }
}
