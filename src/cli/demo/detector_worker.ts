/// <reference lib="deno.worker" />
/**
 * The simulated detector of the demo, in a thread of its own as QXRD is a program of its own. A file of its own: the
 * entry of a worker.
 */
import { simulate, type SimulateOptions } from "../../qxrd/simulator/simulate.ts";
import { thrownText } from "../../text/thrown_text.ts";

/** What it writes, or that it ends after the frame that is being written. */
export type DetectorRequest = SimulateOptions | "stop";

/** Whether a frame that was written is a dark; at the end, why it ended before all were there. */
export type DetectorNews = { readonly dark: boolean } | { readonly error: string | null };

const abort = new AbortController();

self.onmessage = ({ data }: MessageEvent<DetectorRequest>) => {
  if (data === "stop") abort.abort();
  else void write(data);
};

async function write(options: SimulateOptions): Promise<void> {
  let error: string | null = null;
  try {
    for await (const { kind } of simulate(options, abort.signal)) {
      self.postMessage({ dark: kind === "dark" } satisfies DetectorNews);
    }
  } catch (thrown) {
    error = thrownText(thrown);
  }
  self.postMessage({ error } satisfies DetectorNews);
}
