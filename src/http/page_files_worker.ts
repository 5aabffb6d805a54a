/** The inside of the short-lived worker that makes the page's files: posts them, or the error. */
import { dirname, relative } from "node:path/posix";
import { parse } from "es-module-lexer/js";
import { stripTypes } from "../plugins/folder/strip.ts";

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Of the body, in quotes. */
  readonly etag: string;
}

export type PageFileMap = ReadonlyMap<string, PageFile>;

declare const self: { postMessage(message: PageFileMap | Error): void };

const SOURCES = new URL("../", import.meta.url);
/** What index.html names; other modules are found by their imports. */
const ENTRIES = ["http/page/theme.ts", "http/page/app.ts"];
/** In this order: later rules hold over those before. */
const STYLES = ["colours", "controls", "frame", "image", "numbers", "details", "dialogs", "screens", "print"];
const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
} as const;

/** Bare specifiers that the page may use, with the file of the package that a browser takes. */
const PACKAGES: Readonly<Record<string, string>> = {
  "htm": "htm",
  "htm/preact": "htm/preact",
  "preact": "preact",
  "preact/hooks": "preact/hooks",
  // Its main file is CommonJS.
  "uplot": "uplot/dist/uPlot.esm.js",
};

async function makePageFiles(): Promise<PageFileMap> {
  const files = new Map<string, PageFile>();
  files.set("", await fileOf(read("http/page/index.html"), "html"));
  const styles = STYLES.map((name) => read(`http/page/style/${name}.css`));
  files.set("style.css", await fileOf([await packageText("uplot/dist/uPlot.min.css"), ...styles].join("\n"), "css"));
  const waiting = [...ENTRIES];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const { code, imports } = path.startsWith(PACKAGE_FOLDER) ? await packageModule(path) : await sourceModule(path);
    files.set(path, await fileOf(code, "js"));
    waiting.push(...imports);
  }
  return files;
}

const read = (path: string) => Deno.readTextFileSync(new URL(path, SOURCES));

async function fileOf(text: string, kind: keyof typeof TYPES): Promise<PageFile> {
  const body = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).subarray(0, 12);
  return { body, type: TYPES[kind], etag: `"${hash.toHex()}"` };
}

interface Module {
  readonly code: string;
  /** Paths of the modules that it imports. */
  readonly imports: readonly string[];
}

async function sourceModule(path: string): Promise<Module> {
  const { code } = await stripTypes(read(path));
  return withAddresses(code, path);
}

// --- Modules of packages

const PACKAGE_FOLDER = "packages/";

async function packageModule(path: string): Promise<Module> {
  const specifier = path.slice(PACKAGE_FOLDER.length).replace(/\.js$/, "");
  return withAddresses(await packageText(PACKAGES[specifier]!), path);
}

/** A file of a package, its licence before it. */
async function packageText(specifier: string): Promise<string> {
  const url = new URL(import.meta.resolve(specifier));
  const text = await Deno.readTextFile(url);
  const [name] = specifier.split("/") as [string];
  const root = url.href.slice(0, url.href.lastIndexOf(`/${name}/`) + name.length + 2);
  const version = /^[\d.]+\//.exec(url.href.slice(root.length))?.[0] ?? "";
  const license = await Deno.readTextFile(new URL(`${root}${version}LICENSE`));
  return `/*! ${name} ${version.slice(0, -1)}\n${license.replaceAll("*/", "* /")}*/\n${withoutSourceMap(text)}`;
}

/** Its file is not served. */
const withoutSourceMap = (text: string) => text.replace(/^\/\/# sourceMappingURL=.*$/m, "");

// --- Addresses

/** Relative to the importing module, since a proxy may serve the page below a path. */
function withAddresses(code: string, path: string): Module {
  const found: string[] = [];
  let out = "";
  let end = 0;
  for (const { specifier, start, end: stop } of parse(code)[0]) {
    if (typeof specifier !== "string") continue;
    const target = specifier.startsWith(".")
      ? new URL(specifier, new URL(path, "file:///")).pathname.slice(1)
      : PACKAGES[specifier] !== undefined
      ? `${PACKAGE_FOLDER}${specifier}.js`
      : null;
    if (target === null) throw new Error(`${path} imports ${specifier}, which the page does not have`);
    found.push(target);
    const address = relative(dirname(path), target);
    out += code.slice(end, start) + (address.startsWith(".") ? address : `./${address}`);
    end = stop;
  }
  return { code: out + code.slice(end), imports: found };
}

try {
  self.postMessage(await makePageFiles());
} catch (error) {
  self.postMessage(error instanceof Error ? error : new Error(String(error)));
}
