/** Says of plugins whether the daemon would take them, without running them: each is built and imported, no more. */
import { basename, join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { isMissing, messageOf, oneLine } from "../../files/errors.ts";
import { buildPlugin, buildPlugins } from "../../plugins/folder/build.ts";
import { nameKey, whyNotAPlugin } from "../../plugins/folder/names.ts";
import { userPlace } from "../../plugins/folder/places.ts";
import { shippedExtras, shippedNames, shippedStages } from "../../plugins/host/shipped.ts";
import type { PluginSource } from "../../plugins/source.ts";
import type { ImportOutcome, ImportRequest, PluginExport } from "./check_worker.ts";
import { judgeExports } from "./judge_exports.ts";

export interface PluginExamination {
  /** Its NAME, else its file's name without the ending. */
  readonly name: string;
  /** The user's file; null for what is shipped. */
  readonly file: string | null;
  /** What else is imported from the plugins folder, relative to it. */
  readonly helpers: readonly string[];
  readonly exports: readonly PluginExport[];
  /** Null where it cannot be imported. */
  readonly ticktack: number | null;
  readonly offset: number | null;
  /** The shipped plugin whose place it takes. */
  readonly replaces: string | null;
  /** Whether the configuration has a table for it. */
  readonly configured: boolean;
  /** With any of these it is not taken. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** One file, as if its folder were the plugins folder. */
export async function examineFile(file: string, settings: Settings): Promise<PluginExamination> {
  return await withTranspiledRoot(async (transpiledRoot) =>
    examine(await buildPlugin(file, { transpiledRoot }), settings)
  );
}

/** All that a daemon of this configuration would load: what is shipped and not replaced, then the plugins folder. */
export async function examineAll(settings: Settings): Promise<PluginExamination[]> {
  return await withTranspiledRoot(async (transpiledRoot) => {
    const files: PluginExamination[] = [];
    // Instead of a file that cannot be loaded the shipped plugin runs.
    const replaced = new Set<string>();
    for (const source of await sourcesOfFolder(settings.plugins.dir, transpiledRoot)) {
      const examined = await examine(source, settings);
      if (examined.problems.length === 0) replaced.add(nameKey(source.name));
      files.push(examined);
    }
    const shipped: PluginExamination[] = [];
    for (const source of [...shippedStages(), ...shippedExtras(settings)]) {
      if (!replaced.has(nameKey(source.name))) shipped.push(await examine(source, settings));
    }
    return [...shipped, ...files];
  });
}

/** A folder that is missing holds no plugins. */
async function sourcesOfFolder(folder: string, transpiledRoot: string): Promise<PluginSource[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && whyNotAPlugin(name) === null) names.push(name);
    }
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const { plugins } = await buildPlugins({
    folder,
    transpiledRoot,
    candidates: names.sort().map((name) => join(folder, name)),
    settled: new Map(),
    trustAge_s: 0,
    spoilt: new Map(),
  }, () => {});
  return plugins.map(({ source }) => source);
}

async function examine(source: PluginSource, settings: Settings): Promise<PluginExamination> {
  const { tables } = settings.plugins;
  const outcome = source.url === null
    ? { error: null, exports: [], refusal: null }
    : await importPlugin({ url: source.url, name: source.name, tables });
  const verdict = judgeExports(outcome.exports);
  const imported = source.url !== null && outcome.error === null;
  const name = verdict.name ?? source.name;
  const problems = [
    ...source.problem === null ? [] : [source.problem],
    ...outcome.error === null ? [] : [`it cannot be imported: ${userPlace(outcome.error, source.places)}`],
    ...imported ? verdict.problems : [],
    ...outcome.refusal === null ? [] : [outcome.refusal],
  ];
  return {
    name,
    file: source.file,
    helpers: helpersOf(source),
    exports: outcome.exports,
    ticktack: imported ? verdict.ticktack : null,
    offset: imported ? verdict.offset : null,
    replaces: source.file === null ? null : shippedNameLike(source.name),
    configured: Object.hasOwn(tables, name),
    problems,
    warnings: imported ? verdict.warnings : [],
  };
}

function shippedNameLike(name: string): string | null {
  return shippedNames().find((shipped) => nameKey(shipped) === nameKey(name)) ?? null;
}

function helpersOf({ file, places }: PluginSource): string[] {
  const files = Object.values(places?.files ?? {}).map((one) => one.file);
  return files.filter((one) => one !== basename(file ?? "")).sort();
}

/** Makes a folder for transpiled copies, and removes it again. */
async function withTranspiledRoot<T>(use: (transpiledRoot: string) => Promise<T>): Promise<T> {
  const transpiledRoot = await Deno.makeTempDir({ prefix: "pewatch-check-" });
  try {
    return await use(transpiledRoot);
  } finally {
    await Deno.remove(transpiledRoot, { recursive: true }).catch((error) => {
      console.error(`pewatch: ${transpiledRoot} cannot be removed: ${messageOf(error)}`);
    });
  }
}

/** Imports of plugins take milliseconds; one that opens a device while it is imported may take some seconds. */
const IMPORT_S_MAX = 10;

/** Never rejects: whatever goes wrong is the outcome. */
export async function importPlugin(request: ImportRequest, limit_s = IMPORT_S_MAX): Promise<ImportOutcome> {
  const { promise, resolve } = Promise.withResolvers<ImportOutcome>();
  const fail = (error: string) => resolve({ error, exports: [], refusal: null });
  // The literal form: `deno compile` has the module by --include, and both agree on its URL.
  const worker = new Worker(new URL("./check_worker.ts", import.meta.url), { type: "module" });
  const timer = setTimeout(() => fail(`its import did not end within ${limit_s} s`), limit_s * 1000);
  worker.addEventListener("message", (event) => resolve(event.data));
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // else the whole program ends with it
    fail(oneLine(event.message));
  });
  worker.addEventListener("messageerror", () => fail("what it exports cannot be read"));
  worker.postMessage(request);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
