/** What the tests of the plugins folder share: a folder with files, a clock that is set by hand, a loaded plugin. */
import { dirname, join } from "node:path";
import { buildPlugins, type BuildReport, type BuildRequest } from "../../../src/plugins/folder/build.ts";
import { PluginFolder, type PluginFolderOptions } from "../../../src/plugins/folder/plugin_folder.ts";
import type { PluginSource } from "../../../src/plugins/source.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** An hour ago: nobody is writing it any more. */
const OLD_MS = 3_600_000;

export class TestFolder implements Disposable {
  readonly base = Deno.makeTempDirSync({ prefix: "pewatch_plugins_" });
  readonly plugins = join(this.base, "plugins");
  readonly copies = join(this.base, "transpiled");

  constructor(files: Files = {}) {
    Deno.mkdirSync(this.plugins);
    for (const [name, content] of Object.entries(files)) this.write(name, content, { age_ms: OLD_MS });
  }

  path(name: string): string {
    return join(this.plugins, name);
  }

  write(name: string, content: string | Uint8Array, options: { age_ms?: number } = {}): void {
    const path = this.path(name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    if (options.age_ms === undefined) return;
    const time = new Date(Date.now() - options.age_ms);
    Deno.utimeSync(path, time, time);
  }

  copyNames(): string[] {
    try {
      return [...Deno.readDirSync(this.copies)].map(({ name }) => name).sort();
    } catch {
      return [];
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.base, { recursive: true });
  }
}

/** A folder that is polled by hand, by a clock that goes by hand, with builds in this thread that are counted. */
export class PolledFolder extends TestFolder {
  now_ms = 0;
  builds = 0;
  readonly problems: string[] = [];
  /** What the last poll that found a change returned. */
  sources: readonly PluginSource[] = [];
  readonly folder: PluginFolder;

  constructor(files: Files = {}, options: Partial<PluginFolderOptions> = {}) {
    super(files);
    this.folder = new PluginFolder({
      folder: this.plugins,
      transpiledRoot: this.copies,
      onProblem: (text) => this.problems.push(text),
      clock: { now_ms: Date.now, monotonic_ms: () => this.now_ms },
      build: (request) => this.#build(request),
      ...options,
    });
  }

  #build(request: BuildRequest): Promise<BuildReport> {
    this.builds++;
    return buildPlugins(request, () => {});
  }

  /** One tick later. */
  async tick(): Promise<PluginSource[] | null> {
    this.now_ms += 333;
    const sources = await this.folder.poll();
    this.sources = sources ?? this.sources;
    return sources;
  }

  /** As many ticks as a change takes at most: a file settles, then the helpers that were unknown before. */
  async settle(): Promise<PluginSource[] | null> {
    let last: PluginSource[] | null = null;
    for (let i = 0; i < 5; i++) last = await this.tick() ?? last;
    return last;
  }
}

export function names(sources: readonly PluginSource[] | null): string[] | null {
  return sources?.map(({ name, problem }) => problem === null ? name : `${name}!`) ?? null;
}

/** Imports a plugin as its worker does. */
// deno-lint-ignore no-explicit-any
export async function load(source: PluginSource | undefined): Promise<any> {
  if (source === undefined || source.url === null) throw new Error(`Cannot load: ${source?.problem}`);
  return await import(source.url);
}

export const WORK = "export const TICKTACK: number = 1;\nexport function work(): void {}\n";
