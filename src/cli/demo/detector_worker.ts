/**
 * The simulated detector of the demo, in a thread of its own as QXRD is a program of its own. A file of its own: the
 * entry of a worker.
 */
import { simulate, type SimulateOptions } from "../../qxrd/simulator/simulate.ts";
import { thrownText } from "../../text/thrown_text.ts";

export type DetectorRequest = { readonly type: "start"; readonly options: SimulateOptions } | { readonly type: "stop" };

export type DetectorNews =
  | { readonly type: "frame"; readonly dark: boolean; readonly imagePath: string }
  | { readonly type: "end"; readonly error: string | null };

const abort = new AbortController();
const scope = self as unknown as { postMessage(news: DetectorNews): void };

self.addEventListener("message", (event) => {
  const request = (event as MessageEvent<DetectorRequest>).data;
  if (request.type === "stop") abort.abort();
  else void write(request.options);
});

async function write(options: SimulateOptions): Promise<void> {
  let error: string | null = null;
  try {
    for await (const { kind, imagePath } of simulate(options, abort.signal)) {
      scope.postMessage({ type: "frame", dark: kind === "dark", imagePath });
    }
  } catch (thrown) {
    error = thrownText(thrown);
  }
  scope.postMessage({ type: "end", error });
}
