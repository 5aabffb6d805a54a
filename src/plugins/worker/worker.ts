/** The inside of a plugin's worker: its guards, its port, its memory. Imports no library: memory. */
import process from "node:process";
import { workerData } from "node:worker_threads";
import { guardConsole } from "../../log/terminal_text.ts";
import type { Answer, ToWorker, WorkerMessage, WorkerStart } from "../messages.ts";
import { guardWorker } from "./guards.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { PluginCalls } from "./plugin_calls.ts";

// Kept from plugins that replace these.
const { setImmediate } = globalThis;
const now_ms = Date.now;
const { port, memory_limit_mib, trusted, stage, alive } = workerData as WorkerStart;
const post = port.postMessage.bind(port) as (message: Answer | WorkerMessage) => void;
const signOfLife = new BigInt64Array(alive);
const memory = new MemoryWatch({
  limit_mib: memory_limit_mib,
  onExhausted: (reason) => post({ type: "exhausted", reason }),
  onLook: () => void Atomics.store(signOfLife, 0, BigInt(now_ms())),
});
const calls = new PluginCalls({ post, trusted, begin: () => memory.begin(), end: () => memory.end() });

// The port is the only channel to the main thread, and the plugin cannot reach it.
delete (workerData as { port?: MessagePort }).port;
guardWorker({ workers: stage });
guardConsole();
// Without these two an error in a timer or a forgotten promise would end the worker.
process.on("uncaughtException", (thrown) => calls.noteStray(thrown));
process.on("unhandledRejection", (thrown) => calls.noteStray(thrown));
port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  // Behind the handler: code that is cut off at the memory limit within it reports nothing, and the port is dead.
  calls.take(data, (run) => void setImmediate(run));
};
