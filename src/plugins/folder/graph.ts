/** Follows a plugin's imports through the plugins folder. */
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ModuleFiles } from "./module_files.ts";
import type { ModuleLink, ModuleText } from "./module_text.ts";
import { isModuleFile } from "./names.ts";
import { placeText } from "./text_place.ts";

/** Files of one plugin: a small library with room to spare. More is a folder that was dropped there by mistake. */
export const PLUGIN_FILES_MAX = 500;

/** One file of a plugin; `module` is null for JSON. */
export interface GraphFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly module: ModuleText | null;
}

export interface Graph {
  /** The plugin's own file first. */
  readonly files: readonly GraphFile[];
  /** Names that its own file exports or exports anew. */
  readonly exports: ReadonlySet<string>;
}

/** Why a plugin cannot be loaded now: for a while, or until it is corrected. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly kind: "unsettled" | "unread" | "bad";

  constructor(kind: GraphError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

interface Waiting {
  readonly path: string;
  readonly json: boolean;
  /** Where it is imported: "path:line:column: specifier". */
  readonly from: string;
}

/**
 * @param options.folder what all files must lie in
 * @param options.touched takes every path that was asked for, also where it throws
 * @throws {GraphError}
 */
export async function followImports(
  entry: string,
  files: ModuleFiles,
  options: { folder: string; touched: Set<string> },
): Promise<Graph> {
  const { folder, touched } = options;
  const found = new Map<string, GraphFile>();
  const waiting: Waiting[] = [{ path: entry, json: false, from: "" }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next.path)) continue;
    if (found.size >= PLUGIN_FILES_MAX) {
      throw new GraphError("bad", `${entry}: it has more than ${PLUGIN_FILES_MAX} files`);
    }
    touched.add(next.path);
    const file = await takeFile(next, files);
    found.set(next.path, file);
    for (const link of file.module?.links ?? []) {
      const target = targetOf(link, file.path, folder);
      waiting.push({ path: target, json: link.json, from: fromText(file.path, link) });
    }
  }
  return { files: [...found.values()], exports: exportsOf(entry, found, folder) };
}

async function takeFile(wanted: Waiting, files: ModuleFiles): Promise<GraphFile> {
  const { path, from } = wanted;
  const outcome = wanted.json ? files.take(path) : await files.module(path);
  switch (outcome.kind) {
    case "module":
      return { path, bytes: outcome.bytes, module: outcome.module };
    case "read":
      checkJson(path, outcome.bytes);
      return { path, bytes: outcome.bytes, module: null };
    case "missing":
      throw new GraphError(
        "bad",
        from === "" ? `${path}: it is a link to a file that does not exist` : missingText(wanted, files),
      );
    case "unsettled":
      throw new GraphError("unsettled", `${path}: it is being written`);
    default:
      throw new GraphError(outcome.kind, outcome.problem);
  }
}

function missingText({ path, from }: Waiting, files: ModuleFiles): string {
  const others = [`${path}.ts`, path.replace(/js$/i, "ts"), path.replace(/ts$/i, "js"), join(path, "mod.ts")];
  const other = others.find((other) => other !== path && files.take(other).kind === "read");
  const hint = other === undefined ? "" : `; did you mean ${basename(other)}?`;
  return `${from}: there is no file ${path}${hint}`;
}

function checkJson(path: string, bytes: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new GraphError("bad", `${path}: it is not JSON: ${(error as Error).message}`);
  }
}

/** @throws {GraphError} where it leads out of the folder, or to what is no module */
function targetOf(link: ModuleLink, importer: string, folder: string): string {
  let path: string;
  try {
    path = fileURLToPath(new URL(link.specifier.replace(/[?#].*$/, ""), pathToFileURL(importer)));
  } catch {
    throw new GraphError("bad", `${fromText(importer, link)}: it is not the path of a file`);
  }
  const way = relative(folder, path);
  if (way === ".." || way.startsWith(`..${sep}`) || way === path) {
    const reason = "it is outside of the plugins folder; put the file inside";
    throw new GraphError("bad", `${fromText(importer, link)}: ${reason}`);
  }
  if (!link.json && !isModuleFile(path)) {
    const hint = /\.[a-z]+$/i.test(path) ? "" : `; did you mean ${link.specifier}.ts?`;
    throw new GraphError(
      "bad",
      `${fromText(importer, link)}: a module's name must end in .ts, .mts, .js or .mjs${hint}`,
    );
  }
  return path;
}

function fromText(importer: string, link: ModuleLink): string {
  return `${importer}${placeText(link.place)}: ${link.specifier}`;
}

/** Names that the entry exports, with those of each module that it hands on by `export *`. */
function exportsOf(entry: string, found: ReadonlyMap<string, GraphFile>, folder: string): Set<string> {
  const exports = new Set<string>();
  const seen = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const module = found.get(path)?.module;
    if (seen.has(path) || module === undefined || module === null) continue;
    seen.add(path);
    for (const name of module.exports) exports.add(name);
    const handedOn = module.links.filter(({ specifier }) => module.handedOn.includes(specifier));
    waiting.push(...handedOn.map((link) => targetOf(link, path, folder)));
  }
  return exports;
}
