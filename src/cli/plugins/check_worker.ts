/** The inside of the worker that imports a plugin to see what it exports; neither setup nor work is called. */
import { checkConfig } from "../../plugins/worker/config_schema.ts";
import { guardConsole } from "../../log/terminal_text.ts";
import { textOfError } from "../../plugins/worker/postable.ts";

declare const self: {
  postMessage(message: ImportOutcome): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
};

export interface ImportRequest {
  readonly url: string;
  /** Its file's name without the ending. */
  readonly name: string;
  /** All `[plugins.X]` of the configuration. */
  readonly tables: Readonly<Record<string, unknown>>;
}

export interface ImportOutcome {
  /** Why it cannot be imported; the rest is empty then. */
  readonly error: string | null;
  readonly exports: readonly PluginExport[];
  /** Why CONFIG refuses the plugin's table; null where it does not, or where there is no CONFIG. */
  readonly refusal: string | null;
}

export interface PluginExport {
  readonly name: string;
  /** As typeof returns it. */
  readonly type: string;
  /** Of numbers and texts. */
  readonly value: number | string | null;
}

guardConsole({ standardError: true });
// What a plugin may do while it is imported is kept from it here as in its own worker.
Deno.exit = () => {
  throw new Error("A plugin cannot end the program");
};
self.close = () => {
  throw new Error("A plugin cannot close its worker");
};
self.addEventListener("message", (event) => void answer((event as MessageEvent<ImportRequest>).data));
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail((event as PromiseRejectionEvent).reason);
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  fail((event as ErrorEvent).error ?? (event as ErrorEvent).message);
});

async function answer({ url, name, tables }: ImportRequest): Promise<void> {
  try {
    const module: Readonly<Record<string, unknown>> = await import(url);
    const exports = Object.entries(module).map(([name, value]) => describe(name, value));
    const own = module["NAME"];
    const called = typeof own === "string" && own !== "" ? own : name;
    const refusal = module["CONFIG"] === undefined
      ? null
      : await refusalOf(module["CONFIG"], tables[called] ?? {}, called);
    // Rejections without a handler are reported only after the microtasks: this waits for them.
    await new Promise((resolve) => setTimeout(resolve, 0));
    self.postMessage({ error: null, exports, refusal });
  } catch (error) {
    fail(error);
  }
}

async function refusalOf(schema: unknown, table: unknown, name: string): Promise<string | null> {
  const checked = await checkConfig(schema, table, name);
  return "refusal" in checked ? checked.refusal : null;
}

function describe(name: string, value: unknown): PluginExport {
  return { name, type: typeof value, value: typeof value === "number" || typeof value === "string" ? value : null };
}

function fail(thrown: unknown): void {
  self.postMessage({ error: textOfError(thrown), exports: [], refusal: null });
}
