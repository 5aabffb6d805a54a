/** Fuzzes for as long as it is asked to: `build/test fuzz --sidecars 1000000 --tiffs 100000`. */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { type Table, tableText } from "../bench/table.ts";
import { type FuzzRun, GROWTH_MB_MAX, supervise } from "./supervise.ts";
import { TARGETS } from "./targets.ts";

const USAGE = `usage: build/test fuzz [--sidecars N] [--tiffs N] [--configurations N] [--claim-records N]
                       [--plugin-files N] [--seed N (1)] [--found FOLDER]
Runs so many cases of each. Inputs with a fault are saved in FOLDER (the temporary folder's pewatch-fuzz-found).`;

async function main(): Promise<number> {
  const cases = Object.fromEntries(TARGETS.map(({ name }) => [optionOf(name), { type: "string" as const }]));
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...cases,
      help: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      found: { type: "string", default: join(Deno.env.get("TMPDIR") ?? "/tmp", "pewatch-fuzz-found") },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { seed, found } = values as { seed: string; found: string };
  const runs: FuzzRun[] = [];
  for (const target of TARGETS) {
    const asked = (values as Record<string, string | boolean | undefined>)[optionOf(target.name)];
    if (asked === undefined) continue;
    console.log(`${target.name}: ${asked} cases`);
    const run = await supervise(target, { seed: Number(seed), cases: Number(asked), found });
    runs.push(run);
    for (const { kind, index, text, file } of run.faults) console.log(`${kind} in case ${index} (${file}): ${text}`);
  }
  console.log(`\n${tableText(tableOf(runs))}`);
  return runs.every(isFaultless) ? 0 : 1;
}

function optionOf(name: string): string {
  return name.replaceAll(" ", "-");
}

function isFaultless(run: FuzzRun): boolean {
  return run.faults.length === 0 && (run.growth_mb === null || run.growth_mb <= GROWTH_MB_MAX);
}

function tableOf(runs: readonly FuzzRun[]): Table {
  const of = (run: FuzzRun, kind: string) => run.faults.filter((fault) => fault.kind === kind).length;
  const rows = runs.map((run) => [
    run.target,
    run.cases.toLocaleString("en"),
    `${run.seconds.toFixed(0)} s`,
    Object.entries(run.outcomes).map(([outcome, count]) => `${count.toLocaleString("en")} ${outcome}`).join(", "),
    of(run, "hang"),
    of(run, "crash"),
    of(run, "failure"),
    `${run.longest_ms.toFixed(0)} ms`,
    run.memory.length === 0 ? "?" : `${run.memory.at(-1)!.rss_mb.toFixed(0)} MB`,
    run.growth_mb === null ? "?" : `${run.growth_mb.toFixed(1)} MB`,
  ]);
  const columns = [
    "inputs",
    "cases",
    "time",
    "outcomes",
    "hangs",
    "crashes",
    "failures",
    "longest",
    "memory",
    "growth",
  ];
  return { title: "Fuzzing", columns, rows };
}

if (import.meta.main) Deno.exit(await main());
