/**
 * The inside of the short-lived worker that makes plugins of files: one request, one answer. A file of its own: the
 * entry of a worker.
 */
import { thrownText } from "../../text/thrown_text.ts";
import { buildPlugins, type BuildReport, type BuildRequest } from "./build.ts";
import { CompilerEndError } from "./strip.ts";

declare const self: {
  addEventListener(type: "message", listener: (event: MessageEvent<BuildRequest>) => void): void;
  postMessage(message: FromStripWorker): void;
};

export type FromStripWorker =
  /** What it works on now. */
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "built"; readonly report: BuildReport }
  | { readonly type: "failed"; readonly error: string };

self.addEventListener("message", (event) => void build(event.data));

async function build(request: BuildRequest): Promise<void> {
  try {
    const report = await buildPlugins(request, (path) => self.postMessage({ type: "file", path }));
    self.postMessage({ type: "built", report });
  } catch (error) {
    // A failure of the compiler has a message for the author of the file.
    const name = error instanceof Error && !(error instanceof CompilerEndError) ? `${error.name}: ` : "";
    self.postMessage({ type: "failed", error: name + thrownText(error) });
  }
}
