/** The inside of a plugin's worker: imports the module, calls what it exports, answers. Imports no library: memory. */
import process from "node:process";
import { workerData } from "node:worker_threads";
import { ContextMaker } from "./context.ts";
import type { PluginModule } from "../contract.ts";
import { guardConsole } from "../../log/terminal_text.ts";
import { faultOfName } from "../plugin_name_rule.ts";
import { guardWorker } from "./guards.ts";
import { Channel } from "./channel.ts";
import { MemoryWatch } from "./memory_watch.ts";
import type { Answer, ContextData, ToWorker, WorkerMessage, WorkerStart } from "../messages.ts";
import { textOfError } from "./postable.ts";
import { callTimed, CutOffError } from "./timed_call.ts";

// Kept from plugins that replace these.
const { setTimeout, performance } = globalThis;
const now_ms = Date.now;
const { port, memory_limit_mib, trusted, stage, alive } = workerData as WorkerStart;
const post = port.postMessage.bind(port) as (message: Answer | WorkerMessage) => void;
const signOfLife = new BigInt64Array(alive);
const stop = new AbortController();
const channel = new Channel(post, trusted ? { messagesMax: Infinity } : {});
const contexts = new ContextMaker(channel);
const memory = new MemoryWatch({
  limit_mib: memory_limit_mib,
  onExhausted: (reason) => post({ type: "exhausted", reason }),
  onLook: () => void Atomics.store(signOfLife, 0, BigInt(now_ms())),
});
let plugin: Partial<PluginModule> = {};
let name = "";
/** Where the plugin's own modules lie, for the place of an error. */
let home = "";
/** The first error beside the present call, or null; undefined while there is no call. */
let stray: string | null | undefined;
/** Whether one was reported since the last call: a timer that keeps throwing counts as one failure a firing. */
let strayReported = false;

// The port is the only channel to the main thread, and the plugin cannot reach it.
delete (workerData as { port?: MessagePort }).port;
guardWorker({ workers: stage });
guardConsole();
// Without these two an error in a timer or a forgotten promise would end the worker.
process.on("uncaughtException", noteStray);
process.on("unhandledRejection", noteStray);
port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "stop") return stop.abort();
  if (data.type === "reply") return channel.reply(data.id, data.value);
  // From a timer: code that is cut off at the memory limit in a port's handler reports nothing, and the port is dead.
  setTimeout(() => void receive(data), 0);
};

async function receive(message: Exclude<ToWorker, { type: "stop" | "reply" }>): Promise<void> {
  switch (message.type) {
    case "load":
      return post(await load(message));
    case "setup":
      return post({ type: "set_up", error: await call("setup", message.context) });
    case "fire":
      return post(await fire(message.context));
    case "teardown": {
      const error = await call("teardown", message.context);
      return post({ type: "torn_down", error });
    }
  }
}

async function load({ url, name: fileName }: { url: string; name: string }): Promise<Answer> {
  name = fileName;
  home = url.slice(0, url.lastIndexOf("/") + 1);
  const error = await guarded(async () => {
    plugin = await import(url);
    if (typeof plugin.work !== "function") return "it exports no function `work`";
    const called = typeof plugin.NAME === "string" && plugin.NAME !== "" ? plugin.NAME : fileName;
    const fault = faultOfName(called);
    if (fault !== null) return `its name ${fault}`;
    name = called;
    return null;
  });
  return { type: "loaded", error, name, ticktack: plain(plugin.TICKTACK), offset: plain(plugin.TICKTACK_OFFSET) };
}

async function fire(data: ContextData): Promise<Answer> {
  const start_ms = performance.now();
  const error = await call("work", data);
  return { type: "fired", error, time_ms: performance.now() - start_ms };
}

/** Calls a function of the plugin; returns the text of the error. */
function call(what: "setup" | "work" | "teardown", data: ContextData): Promise<string | null> {
  return guarded(async () => {
    const { CONFIG: schema } = plugin;
    const asBefore = what === "teardown";
    const made = await contexts.make(data, { name, signal: stop.signal, schema, asBefore });
    if ("refusal" in made) return made.refusal;
    const { time_limit_s } = data.settings.plugins;
    try {
      // Shipped plugins are never cut off: see PluginWorker.
      await (trusted
        ? plugin[what]?.(made.context)
        : callTimed(() => plugin[what]?.(made.context), time_limit_s * 1000));
    } catch (error) {
      if (!(error instanceof CutOffError)) throw error;
      const call = what === "work" ? "firing" : what;
      post({ type: "exhausted", reason: `its ${call} took longer than time_limit_s = ${time_limit_s}` });
    }
    return null;
  });
}

/** Returns the text that `run` returns, of what it throws, or of an error beside it meanwhile. */
async function guarded(run: () => Promise<string | null>): Promise<string | null> {
  stray = null;
  strayReported = false;
  channel.begin();
  contexts.begin();
  memory.begin();
  let error: string | null = null;
  try {
    error = await run();
  } catch (thrown) {
    error = textOfError(thrown, home);
  }
  // Rejections without a handler are reported only after the microtasks: this waits for them.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const { dropped } = channel;
  channel.begin(); // what follows has to come through
  contexts.end();
  memory.end();
  const beside: string | null | undefined = stray;
  stray = undefined;
  return error ?? beside ?? (dropped > 0 ? `it posted too many messages at once: ${dropped} were dropped` : null);
}

function noteStray(thrown: unknown): void {
  const error = textOfError(thrown, home);
  if (stray !== undefined) stray ??= error;
  else if (!strayReported) {
    strayReported = true;
    channel.post({ type: "stray_error", error });
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "number" || value === undefined) return value;
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
