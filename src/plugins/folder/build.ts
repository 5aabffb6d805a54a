/**
 * Makes plugins of files: in the short-lived worker for a running daemon, in-process for the command line. It is not
 * imported where a daemon ticks: it reads files and strips types, and holds its thread up while it does.
 */
import { basename, dirname, join, resolve } from "node:path";
import { reasonOf } from "../../files/errors.ts";
import type { PluginSource } from "../source.ts";
import type { FileState } from "./file_state.ts";
import { followImports, type Graph, GraphError } from "./graph.ts";
import { ModuleFiles } from "./module_files.ts";
import { nameKey, pluginName, whyNotAPlugin } from "./names.ts";
import { writeTranspiled } from "./transpiled.ts";
import { CompilerEndError } from "./strip.ts";

/** Plain data: it is posted. All paths are absolute. */
export interface BuildRequest {
  readonly folder: string;
  readonly transpiledRoot: string;
  /** The files of the top folder that may be plugins. */
  readonly candidates: readonly string[];
  readonly settled: ReadonlyMap<string, FileState>;
  readonly trustAge_s: number | null;
  /** Files to leave out, and why: the build failed or hung over them. */
  readonly spoilt: ReadonlyMap<string, string>;
}

export interface BuildReport {
  readonly plugins: readonly BuiltPlugin[];
  /** Every file that was read, with its state then; null where it could not be read. */
  readonly states: ReadonlyMap<string, FileState | null>;
}

/** `later`: its files are being written, or cannot be read now; the version that runs may go on. */
export interface BuiltPlugin {
  readonly source: PluginSource;
  readonly later: boolean;
  /** To be retried though nothing seems to change. */
  readonly retry: boolean;
}

interface Candidate {
  readonly path: string;
  readonly graph: Graph | null;
  readonly error: GraphError | null;
  /** All files that it is made of, as far as they were found. */
  readonly touched: ReadonlySet<string>;
}

/**
 * @param onFile called before each candidate, so that one over which the build hangs is known
 * @throws {CompilerEndError} over one file: the others have to be built by another thread
 */
export async function buildPlugins(request: BuildRequest, onFile: (path: string) => void): Promise<BuildReport> {
  const files = new ModuleFiles(request);
  const candidates: Candidate[] = [];
  for (const path of request.candidates) {
    onFile(path);
    candidates.push(await follow(path, request, files));
  }
  const plugins: BuiltPlugin[] = [];
  for (const candidate of withoutHelpers(candidates, files)) {
    onFile(candidate.path);
    plugins.push(await finish(candidate, request));
  }
  return { plugins: withoutNamesakes(plugins), states: files.states };
}

/**
 * Makes a plugin of one file, with the file's folder as plugins folder. Never rejects over what is in the files: that
 * is the source's problem.
 * @throws the system's errors where the transpiled copy cannot be written
 */
export async function buildPlugin(file: string, options: { transpiledRoot: string }): Promise<PluginSource> {
  const path = resolve(file);
  const why = whyNotAPlugin(basename(path));
  if (why !== null) return unusable(path, `${path}: ${why}`);
  const request: BuildRequest = {
    folder: dirname(path),
    transpiledRoot: resolve(options.transpiledRoot),
    candidates: [path],
    settled: new Map(),
    trustAge_s: 0,
    spoilt: new Map(),
  };
  try {
    const { plugins } = await buildPlugins(request, () => {});
    return plugins[0]?.source ?? unusable(path, `${path}: it is not a plugin`);
  } catch (error) {
    if (!(error instanceof CompilerEndError)) throw error;
    return unusable(path, `${path}: ${error.message}`);
  }
}

async function follow(path: string, request: BuildRequest, files: ModuleFiles): Promise<Candidate> {
  const spoilt = request.spoilt.get(path);
  if (spoilt !== undefined) {
    files.take(path); // its change is what ends this
    return { path, graph: null, error: new GraphError("bad", `${path}: ${spoilt}`), touched: new Set([path]) };
  }
  const touched = new Set<string>();
  try {
    return { path, graph: await followImports(path, files, { folder: request.folder, touched }), error: null, touched };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return { path, graph: null, error, touched };
  }
}

/** Leaves out what has no `work` and is imported by others, or may be by those that cannot be read now. */
function withoutHelpers(candidates: readonly Candidate[], files: ModuleFiles): Candidate[] {
  const imported = new Set<string>();
  for (const { path, touched } of candidates) {
    for (const other of touched) if (other !== path) imported.add(other);
  }
  const someUnknown = candidates.some((candidate) => candidate.error !== null);
  const plugins: Candidate[] = [];
  for (const candidate of candidates) {
    if (candidate.graph?.exports.has("work")) plugins.push(candidate);
    else if (candidate.graph !== null) {
      if (imported.has(candidate.path) || someUnknown) continue;
      const text = "it exports no function `work`, and no plugin imports it";
      plugins.push({ ...candidate, graph: null, error: new GraphError("bad", `${candidate.path}: ${text}`) });
    } else if (!imported.has(candidate.path) || saysWork(candidate.path, files)) plugins.push(candidate);
  }
  return plugins;
}

/** Whether a file that is not a module is meant as a plugin. */
function saysWork(path: string, files: ModuleFiles): boolean {
  const outcome = files.take(path);
  return outcome.kind === "read" && /\bexport\b[^;]*\bwork\b/.test(new TextDecoder().decode(outcome.bytes));
}

async function finish({ path, graph, error }: Candidate, request: BuildRequest): Promise<BuiltPlugin> {
  let fault = error;
  if (graph !== null) {
    try {
      const { hash, url, places } = await writeTranspiled(graph, request.folder, request.transpiledRoot);
      const source: PluginSource = {
        name: pluginName(basename(path)),
        url,
        file: path,
        hash,
        problem: null,
        places,
      };
      return { source, later: false, retry: false };
    } catch (thrown) {
      fault = thrown instanceof GraphError
        ? thrown
        : new GraphError("unread", `${path}: its transpiled copy cannot be written: ${reasonOf(thrown)}`);
    }
  }
  const source = unusable(path, fault?.message ?? `${path}: it cannot be loaded`);
  return { source, later: fault?.kind !== "bad", retry: fault?.kind === "unread" };
}

function unusable(path: string, problem: string): PluginSource {
  return { name: pluginName(basename(path)), url: null, file: path, hash: "", problem };
}

/** Two files that would be one plugin: neither is loaded, since it is not known which one is meant. */
function withoutNamesakes(plugins: readonly BuiltPlugin[]): BuiltPlugin[] {
  const byName = new Map<string, BuiltPlugin[]>();
  for (const plugin of plugins) {
    const key = nameKey(plugin.source.name);
    byName.set(key, [...byName.get(key) ?? [], plugin]);
  }
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    const files = same.map(({ source }) => basename(source.file ?? "")).sort().join(" and ");
    const path = first.source.file ?? "";
    const problem = `${join(dirname(path), files)}: they have the same plugin name; rename or remove one`;
    return [{ source: unusable(path, problem), later: false, retry: false }];
  });
}
