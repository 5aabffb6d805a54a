/**
 * Runs a shipped stage in the caller's thread, for `pewatch process`: a thread of its own takes a tenth of a second to
 * start, and some ten megabytes. The other side of the seam that host/open_worker.ts is.
 */
import type { WorkerEvents, WorkerHandle } from "../host/open_worker.ts";
import { PluginCalls } from "./plugin_calls.ts";

export function openInThread(events: WorkerEvents): WorkerHandle {
  let ended = false;
  const calls = new PluginCalls({
    trusted: true,
    // As of a thread: never before the call that led to it has returned.
    post: (message) =>
      queueMicrotask(() => {
        if (!ended) events.message(message);
      }),
  });
  const onError = (event: PromiseRejectionEvent | ErrorEvent) => {
    if (event.defaultPrevented || !calls.busy) return;
    event.preventDefault();
    calls.noteStray("reason" in event ? event.reason : event.error);
  };
  globalThis.addEventListener("unhandledrejection", onError);
  globalThis.addEventListener("error", onError);
  return {
    post: (message) => {
      if (!ended) calls.take(message, queueMicrotask);
    },
    terminate: () => {
      ended = true;
      globalThis.removeEventListener("unhandledrejection", onError);
      globalThis.removeEventListener("error", onError);
    },
  };
}
