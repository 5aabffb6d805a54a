/** What a firing of the first stage costs while many files wait in raw. */
import { join } from "node:path";
import { PrepareRaw } from "../../src/frames/prepare_raw.ts";
import type { StageOptions } from "../../src/frames/stage.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { benchSettings } from "./stage_runner.ts";
import { makeFolders } from "../../src/daemon/make_folders.ts";
import { pluginFolders } from "../../src/plugins/plugin_host.ts";
import { median } from "./table.ts";
import { frameName, Workspace } from "./workspace.ts";

const COUNTS = [10, 100, 1000, 10_000, 100_000] as const;

/** What the files are that wait. */
const KINDS = [
  { name: "images that wait for their sidecars", files: (index: number) => [frameName(index)] },
  { name: "files of no image", files: (index: number) => [`notes-${index}.txt`] },
] as const;

export async function waitingBench(options: BenchOptions): Promise<BenchResult> {
  const raw: Record<string, Record<string, number[]>> = {};
  const tables = [];
  for (const kind of KINDS) {
    const rows: string[][] = [];
    raw[kind.name] = {};
    let before: number | null = null;
    for (const count of COUNTS) {
      const times_ms = await firings(count, { kind, options });
      raw[kind.name]![String(count)] = times_ms;
      const each_us = median(times_ms) * 1000 / count;
      rows.push([
        String(count),
        `${median(times_ms).toFixed(2)} ms`,
        `${each_us.toFixed(1)} µs`,
        before === null ? "" : (each_us / before).toFixed(2),
      ]);
      before = each_us;
    }
    const columns = ["files", "a firing", "a file", "of the row above"];
    tables.push({ title: `One firing of the first stage: ${kind.name}`, columns, rows });
  }
  return { tables, raw };
}

async function firings(
  count: number,
  { kind, options }: { kind: typeof KINDS[number]; options: BenchOptions },
): Promise<number[]> {
  using space = new Workspace(options.ram);
  const settings = benchSettings(space.path, { frames: { settle_s: 0, sidecar_wait_s: 3600 } });
  makeFolders(settings);
  const { folders } = settings;
  for (let index = 0; index < count; index++) {
    for (const name of kind.files(index)) Deno.writeTextFileSync(join(folders.raw, name), "not looked at");
  }
  const stage = new PrepareRaw();
  const work: StageOptions = {
    folders: pluginFolders(settings),
    settings,
    maxProc: settings.daemon.max_proc,
    reporter: {
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      event: ({ frame }) => {
        throw new Error(`${frame} was moved, it should wait`);
      },
      condition: ({ message }) => {
        if (message !== null) throw new Error(message);
      },
      backlog: () => {},
    },
    signal: new AbortController().signal,
  };
  const times_ms: number[] = [];
  // The first firing meets the files as new ones and the compiler cold.
  for (let firing = 0; firing <= 2 * options.pairs; firing++) {
    const start = performance.now();
    await stage.work(work);
    if (firing > 0) times_ms.push(performance.now() - start);
  }
  return times_ms;
}
