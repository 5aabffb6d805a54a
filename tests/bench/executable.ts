/** The executables that build/package makes: sizes, the time that a start takes, memory without work. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Run } from "../e2e/child.ts";
import { writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { type Reading, readProcess } from "./process_readings.ts";
import { median, ratioText, type Table } from "./table.ts";
import { Workspace } from "./workspace.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = join(ROOT, "main.ts");
/** Start-up and its first garbage collections are over by then. */
const SETTLE_S = 10;

/** What is run, before its arguments. The first is what the others are compared with. */
const PROGRAMS = {
  "deno run main.ts": [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", MAIN],
  "Linux executable": [join(ROOT, "dist", "pewatch")],
  "Windows executable, Wine": [join(ROOT, "build", "wine")],
} as const;
const NAMES = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];

/** What the summary needs, of executables that were made before. */
function shortExecutable(): BenchResult {
  const sizes = packedFiles();
  if (sizes.length === 0) throw new Error("there is no executable in dist: build/package linux windows zip");
  const figures = sizes.map(([name, bytes]) => ({
    // The name of an archive holds the version.
    name: name.replace(/-.*\.zip$/, ".zip"),
    unit: "MB",
    values: [bytes / 1e6],
    foreign: null,
  }));
  return { tables: [], figures, raw: sizes };
}

export async function executableBench(options: BenchOptions): Promise<BenchResult> {
  if (options.short) return shortExecutable();
  const packed = await outputOf("build/package", "linux", "windows", "zip");
  const sizes = await sizeRows(packed);
  using space = new Workspace(options.ram);
  const starts = new Map(NAMES.map((name) => [name, [] as number[]]));
  // One start of each more than are counted: the first reads it from the disk.
  for (let pair = 0; pair <= options.pairs; pair++) {
    for (const name of NAMES) {
      const { start_s } = await startOf(name, space, { settle_s: 0 });
      if (pair > 0) starts.get(name)!.push(start_s);
    }
  }
  const memory: string[][] = [];
  for (const name of NAMES) {
    const { rss_mb, files_mb } = (await startOf(name, space, { settle_s: SETTLE_S })).memory;
    memory.push([name, `${rss_mb.toFixed(0)} MB`, `${files_mb.toFixed(0)} MB`]);
  }
  const tables: Table[] = [
    { title: "Sizes", columns: ["what", "bytes"], rows: sizes },
    {
      title:
        `From the start of the process until all stages are ready for the first tick, ${options.pairs} times, warm`,
      columns: ["program", "s, median", "times the first, median", "from", "to"],
      rows: NAMES.map((name) => startRow(name, starts)),
    },
    {
      title: `Memory without work, ${SETTLE_S} s after the start`,
      columns: ["program", "RSS", "of that files"],
      rows: memory,
    },
  ];
  return { tables, raw: { sizes, starts: Object.fromEntries(starts), memory } };
}

function startRow(name: string, starts: ReadonlyMap<string, readonly number[]>): (string | number)[] {
  const [own, first] = [starts.get(name)!, starts.get(NAMES[0]!)!];
  const ratios = own.map((seconds, index) => seconds / first[index]!);
  return [name, median(own).toFixed(2), ...[median(ratios), Math.min(...ratios), Math.max(...ratios)].map(ratioText)];
}

/** A start, in folders of its own, to an orderly stop. */
export async function startOf(
  name: keyof typeof PROGRAMS,
  space: Workspace,
  { settle_s }: { settle_s: number },
): Promise<{ start_s: number; memory: Reading }> {
  const base = space.empty("run");
  const more = [`[daemon]\nstate_dir = '${join(base, "state")}'`, `[plugins]\ndir = '${join(base, "plugins")}'`];
  const { file } = writeConfiguration(base, [...more, "[log]\nfile = ''"].join("\n"));
  const begin_ms = performance.now();
  await using run = new Run(["run", "--json", "--config", file], { program: PROGRAMS[name], cwd: base });
  await run.running();
  const start_s = (performance.now() - begin_ms) / 1000;
  await pause(settle_s * 1000);
  const memory = readProcess(run.pid);
  run.signal("SIGINT");
  const { code } = await run.ended();
  if (code !== 0) throw new Error(`${name} ended with ${code}\n${run.text()}`);
  return { start_s, memory };
}

/** @param packed what build/package printed: the npm packages, a line each */
async function sizeRows(packed: string): Promise<[string, string][]> {
  const rows = packedFiles();
  const take = (path: string, name: string) => rows.push([name, Deno.statSync(path).size]);
  for (const line of (await outputOf("build/native/windows")).trim().split("\n")) {
    const [name, folder] = line.split(" ");
    take(join(folder!, `lib${name}.dll`), `lib${name}.dll`);
  }
  for (const [, bytes, name] of packed.matchAll(/^\s+(\d+) (?:bytes {2}(.+)|bytes of npm packages.*)$/gm)) {
    rows.push([name ?? "all npm packages", Number(bytes)]);
  }
  return rows.map(([name, bytes]) => [name, bytes.toLocaleString("en")]);
}

/** What build/package has left in dist, with sizes in bytes. */
function packedFiles(): [string, number][] {
  const folder = join(ROOT, "dist");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => /^pewatch(\.exe|-.*\.zip)?$/.test(name)).sort()
    .map((name) => [name, Deno.statSync(join(folder, name)).size]);
}

async function outputOf(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(join(ROOT, ...command.split("/")), { args, cwd: ROOT })
    .output();
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
