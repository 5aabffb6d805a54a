/** Makes of one file's bytes the module that is imported, and finds what it imports and exports. */
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { type Import, parse } from "es-module-lexer/js";
import type { FilePlaces } from "../source.ts";
import { hasTypes } from "./names.ts";
import { originalPlace, type Place } from "./places.ts";
import { type StrippedModule, stripTypes } from "./strip.ts";
import { ModuleTextError, placeAt } from "./text_place.ts";

export interface ModuleText {
  readonly code: string;
  readonly linesBefore: number;
  readonly map: FilePlaces["map"];
  /** Relative imports only. */
  readonly links: readonly ModuleLink[];
  /** Names it exports, without those of `export * from`, which are under `handedOn`. */
  readonly exports: ReadonlySet<string>;
  /** Specifiers of `export * from`. */
  readonly handedOn: readonly string[];
}

export interface ModuleLink {
  readonly specifier: string;
  readonly json: boolean;
  /** In the user's file. */
  readonly place: Place;
}

/** What plugins import by bare names, beside Node's modules. */
const MODULES: readonly string[] = [
  "pewatch",
  ...["", "/prepare", "/merge", "/deliver"].map((stage) => `pewatch/stages${stage}`),
  "valibot",
];
const NOT_AVAILABLE = "not available; plugins import pewatch, valibot, node: modules and files of the plugins folder";

/** @throws {ModuleTextError} where the file is not a text */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new ModuleTextError("it is empty", null);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const first = new TextDecoder().decode(bytes);
    throw new ModuleTextError("it is not UTF-8 text: save it as UTF-8", placeAt(first, first.indexOf("\ufffd")));
  }
  const nul = text.indexOf("\0");
  // As a copy that was broken off leaves them behind: the length was set, the rest never came.
  if (nul >= 0) {
    throw new ModuleTextError("it contains NUL bytes: it is not a text, or only a part was copied", placeAt(text, nul));
  }
  return text;
}

/**
 * @param path of the user's file: for import.meta
 * @throws {ModuleTextError} where it is not a module that can be loaded
 */
export async function readModule(text: string, path: string): Promise<ModuleText> {
  const stripped = hasTypes(path) ? await stripTypes(text) : { code: text, map: null };
  const where = (index: number) => placeInSource(stripped, index);
  const [imports, exports] = lex(stripped, where);
  const links: ModuleLink[] = [];
  let code = stripped.code.replace(/^#!/, "//");
  for (const found of imports) {
    const link = linkOf(found, code, where);
    if (link === null) continue;
    links.push(link);
    if (!link.json) code = withoutTypesInName(code, found, link);
  }
  const usesMeta = imports.some((found) => found.type === "import-meta");
  return {
    code: usesMeta ? metaLine(path) + code : code,
    linesBefore: usesMeta ? 1 : 0,
    map: stripped.map,
    links,
    exports: new Set(exports.flatMap((found) => found.type === "reexport-all" ? [] : [found.name])),
    handedOn: exports.flatMap((found) => found.type === "reexport-all" ? [found.from] : []),
  };
}

function lex(stripped: StrippedModule, where: (index: number) => Place): ReturnType<typeof parse> {
  try {
    return parse(stripped.code);
  } catch (error) {
    const index = (error as { idx?: unknown }).idx;
    throw new ModuleTextError("it is not a JavaScript module", typeof index === "number" ? where(index) : null);
  }
}

function placeInSource(stripped: StrippedModule, index: number): Place {
  const place = placeAt(stripped.code, index);
  return stripped.map === null ? place : originalPlace(stripped.map, place) ?? place;
}

/** Where the name stands; -1 where it is written with escapes. Of a dynamic import the lexer returns the whole argument. */
function nameStart(found: Import, specifier: string, code: string): number {
  const at = code.slice(found.start, found.end).indexOf(specifier);
  return at < 0 ? -1 : found.start + at;
}

/** The import as one to follow; null where it is left to Deno: a bare name, `node:`, a computed one. @throws {ModuleTextError} */
function linkOf(found: Import, code: string, where: (index: number) => Place): ModuleLink | null {
  const { specifier } = found;
  if (typeof specifier !== "string" || (found.type === "dynamic" && found.glob)) return null;
  const name = nameStart(found, specifier, code);
  const place = where((name < 0 ? found.start : name) - 1); // of the quote
  if (/^(https?|jsr):/i.test(specifier)) {
    throw new ModuleTextError(
      `${specifier}: modules are not loaded from the network; copy the file into the plugins folder`,
      place,
    );
  }
  if (/^(file:|\/)/i.test(specifier)) {
    throw new ModuleTextError(
      `${specifier}: only files in the plugins folder can be imported, by a path that begins with ./ or ../`,
      place,
    );
  }
  // Deno would download a package while the source runs, and find none in the executable.
  if (/^npm:/i.test(specifier)) throw new ModuleTextError(`${specifier}: npm packages are ${NOT_AVAILABLE}`, place);
  if (!/^\.\.?(\/|$)/.test(specifier)) {
    if (found.type === "dynamic" || MODULES.includes(specifier) || isBuiltin(specifier)) return null;
    throw new ModuleTextError(`${specifier}: this module is ${NOT_AVAILABLE}`, place);
  }
  return { specifier, json: isJson(found, specifier, code, place), place };
}

function isJson(found: Import, specifier: string, code: string, place: Place): boolean {
  const isJsonFile = /\.json$/i.test(specifier.replace(/[?#].*$/, ""));
  let type: string | undefined;
  if (found.type === "dynamic" && found.attributesStart >= 0) {
    type = /\btype\b["']?\s*:\s*["'](\w+)["']/.exec(code.slice(found.attributesStart, found.importEnd))?.[1];
  } else if (found.type === "static" || found.type === "reexport-star") {
    type = found.attributes?.find(([key]) => key === "type")?.[1];
  }
  if (type !== undefined && type !== "json") {
    throw new ModuleTextError(`${specifier}: an import of type "${type}" is not possible`, place);
  }
  if (isJsonFile && type === undefined) {
    throw new ModuleTextError(`${specifier}: import a JSON file with { type: "json" }`, place);
  }
  return type === "json";
}

/**
 * Transpiled copies of .ts end in .js, since a compiled program of Deno 2.7 reads nothing else as JavaScript everywhere. The
 * specifier stays as long as it was, so all columns stay.
 */
function withoutTypesInName(code: string, found: Import, link: ModuleLink): string {
  const name = link.specifier.replace(/[?#].*$/, "");
  if (!hasTypes(name)) return code;
  const start = nameStart(found, link.specifier, code);
  if (start < 0) {
    throw new ModuleTextError(`${link.specifier}: write the name of a module without escapes`, link.place);
  }
  const t = start + name.length - 2; // of "ts"
  return `${code.slice(0, t)}j${code.slice(t + 1)}`;
}

/**
 * A line that makes import.meta show the user's file instead of its transpiled copy, so that a plugin finds files beside
 * it. In a line of its own: columns stay.
 */
function metaLine(path: string): string {
  const shown = [pathToFileURL(path).href, path, dirname(path)].map((text) => JSON.stringify(text)).join(",");
  return "((m,url,filename,dirname)=>{const r=m.resolve;Object.assign(m,{url,filename,dirname," +
    `resolve:(s)=>/^(\\.{0,2}\\/|file:)/.test(s)?new URL(s,url).href:r(s)})})(import.meta,${shown});\n`;
}
