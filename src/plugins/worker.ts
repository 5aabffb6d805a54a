/** The inside of a plugin's worker: imports the module, calls what it exports, answers. Imports no library: memory. */
import { ContextMaker } from "./context.ts";
import type { PluginContext, PluginModule } from "./contract.ts";
import { Line } from "./line.ts";
import type { Answer, ContextData, Telling, ToWorker } from "./messages.ts";
import { textOfError } from "./postable.ts";

declare const self: DedicatedWorkerGlobalScope;
/** The part of a worker's global scope that is used here: the compiler's library has no type for it in all versions. */
interface DedicatedWorkerGlobalScope extends EventTarget {
  postMessage(message: Answer | Telling): void;
  close(): void;
}

const stop = new AbortController();
let plugin: Partial<PluginModule> = {};
let name = "";
/** The first error that came outside of the call under way, or null; undefined while no call is. */
let stray: string | null | undefined;
const line = new Line((telling) => self.postMessage(telling));
const contexts = new ContextMaker(line);

self.addEventListener("message", (event) => void receive((event as MessageEvent<ToWorker>).data));
// Without these two an error in a timer or a forgotten promise would end the worker, and without a handler there, the
// whole program.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  noteStray((event as PromiseRejectionEvent).reason);
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  noteStray((event as ErrorEvent).error ?? (event as ErrorEvent).message);
});
// A worker that closes itself does so without a word to the main thread, which would wait for ever.
self.close = () => {
  throw new Error("A plugin cannot close its worker");
};
Deno.exit = () => {
  throw new Error("A plugin cannot end the program");
};

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "load":
      return self.postMessage(await load(message));
    case "setup":
      return self.postMessage({
        type: "set_up",
        error: await call((context) => plugin.setup?.(context), message.context),
      });
    case "fire":
      return self.postMessage(await fire(message.context));
    case "teardown":
      return self.postMessage({
        type: "torn_down",
        error: await call((context) => plugin.teardown?.(context), message.context),
      });
    case "stop":
      return stop.abort();
    case "reply":
      return line.reply(message.id, message.value);
  }
}

async function load(message: { url: string; name: string }): Promise<Answer> {
  name = message.name;
  let error: string | null = null;
  try {
    plugin = await import(message.url);
    if (typeof plugin.work !== "function") error = "it exports no function `work`";
    if (typeof plugin.NAME === "string" && plugin.NAME !== "") name = plugin.NAME;
  } catch (thrown) {
    error = textOfError(thrown);
  }
  return { type: "loaded", error, name, ticktack: plain(plugin.TICKTACK), offset: plain(plugin.TICKTACK_OFFSET) };
}

async function fire(data: ContextData): Promise<Answer> {
  const start_ms = performance.now();
  const error = await call((context) => plugin.work?.(context), data);
  return { type: "fired", error, time_ms: performance.now() - start_ms };
}

/** Calls a function of the plugin; gives the text of what it threw, or of what went wrong beside it meanwhile. */
async function call(
  run: (context: PluginContext) => void | Promise<void>,
  data: ContextData,
): Promise<string | null> {
  stray = null;
  contexts.begin();
  let error: string | null = null;
  try {
    await run(contexts.make(data, { name, signal: stop.signal }));
  } catch (thrown) {
    error = textOfError(thrown);
  }
  // Rejections without a handler are told only after the microtasks: this waits for them.
  await new Promise((resolve) => setTimeout(resolve, 0));
  contexts.end();
  const beside: string | null | undefined = stray;
  stray = undefined;
  return error ?? beside ?? null;
}

function noteStray(thrown: unknown): void {
  const error = textOfError(thrown);
  if (stray === undefined) self.postMessage({ type: "stray_error", error });
  else stray ??= error;
}

function plain(value: unknown): unknown {
  return typeof value === "number" || value === undefined ? value : String(value);
}
