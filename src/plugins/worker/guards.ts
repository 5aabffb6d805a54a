/**
 * Takes from a plugin's worker what would reach beyond it. Nothing here is a wall against malice: a plugin is the
 * user's own program, with all permissions. It keeps slips from ending the daemon.
 */
import process from "node:process";
import * as threads from "node:worker_threads";

/** Call it before the plugin is imported, after the worker has kept what it needs. `workers`: whether it may start some. */
export function guardWorker({ workers }: { readonly workers: boolean }): void {
  const scope = globalThis as unknown as Record<string, unknown>;
  // Node's workers have no `self`, which libraries for browsers and Deno's own examples ask for.
  if (scope["self"] === undefined) put(scope, "self", globalThis);

  // Each would end the worker or the program, some of them without a word to the main thread.
  put(Deno, "exit", forbids("A plugin cannot end the program"));
  for (const name of ["exit", "reallyExit", "abort"]) put(process, name, forbids("A plugin cannot end the program"));
  put(scope, "close", forbids("A plugin cannot close its worker"));
  put(Deno, "kill", killOthers(Deno.kill));
  put(process, "kill", killOthers(process.kill));

  // Both belong to the whole process: the stages and the other plugins would work in another folder all at once.
  put(Deno, "chdir", forbids("A plugin cannot change the program's folder: use absolute paths"));
  put(process, "chdir", forbids("A plugin cannot change the program's folder: use absolute paths"));
  put(Deno, "umask", readUmask(Deno.umask));
  put(process, "umask", readUmask(process.umask));

  // The main thread listens to the private port only, but would have to take each message off this line all the same.
  const mute = forbids("A plugin cannot post messages to pewatch: use its context");
  put(scope, "postMessage", mute);
  if (threads.parentPort !== null) put(threads.parentPort, "postMessage", mute);

  // A worker's own workers live on when it is terminated, and could not be ended. Those of Node's module cannot be
  // taken away. The last stage cannot do without.
  if (!workers) put(scope, "Worker", refusingWorker());
}

function forbids(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

/** Other processes may be killed; 0 and negative numbers are groups, of which this process may be one. */
function killOthers(kill: (pid: number, signal?: Deno.Signal) => unknown) {
  return (pid: number, signal?: Deno.Signal | number): unknown => {
    if (signal !== 0 && !(Number(pid) > 0 && Number(pid) !== Deno.pid)) {
      throw new Error("A plugin cannot end the program");
    }
    return kill(pid, signal as Deno.Signal);
  };
}

function readUmask(umask: (mask?: number) => number) {
  return (mask?: number): number => {
    if (mask !== undefined) throw new Error("A plugin cannot change the program's umask");
    return umask();
  };
}

function refusingWorker() {
  return class Worker {
    constructor() {
      throw new Error("A plugin cannot start a worker: it is one itself");
    }
  };
}

function put(target: object, name: string, value: unknown): void {
  // Not to be written over: some of these are getters in one version of Deno and plain in another.
  Object.defineProperty(target, name, { value, writable: false, configurable: false, enumerable: true });
}
