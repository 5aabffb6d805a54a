/**
 * The table of docs/measurements.md by one command, in twenty minutes at most: each benchmark in its short form, the
 * figures in docs/measurements.csv, and the page's table made of them.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { csvText, type Measured, measured, notMeasured, parseCsv } from "./figures.ts";
import { type Bench, type BenchOptions, runBench } from "./options.ts";
import { SUMMARY_ROWS, type SummaryRow } from "./summary_rows.ts";

export const PAGE = fileURLToPath(new URL("../../docs/measurements.md", import.meta.url));
export const CSV = fileURLToPath(new URL("../../docs/measurements.csv", import.meta.url));

/** No benchmark begins after that. The longest takes four. */
const BEGIN_MS_MAX = 16 * 60_000;
/** In the order that they run: what says most first. */
const ORDER = [
  "throughput",
  "load",
  "latency",
  "merge",
  "sha256",
  "idle",
  "first_implementation",
  "process",
  "plugins",
  "executable",
  "patterns",
] as const;

const HEAD = ["what", "figure", "from, to", "pairs or runs", "others' load", "asked"];

/**
 * Measures the rows of the benchmarks whose name holds `options.only`; others keep what the CSV has.
 * @returns the exit code
 */
export async function summarize(options: BenchOptions, benchOf: (name: string) => Promise<Bench>): Promise<number> {
  const start = performance.now();
  const found = new Map(known().map((line) => [line.name, line]));
  const lacks: string[] = [];
  for (const bench of ORDER.filter((name) => name.includes(options.only))) {
    const rows = SUMMARY_ROWS.filter((row) => row.bench === bench);
    console.log(`\n=== ${bench}, ${minutes(start)}`);
    for (const { name } of rows) found.set(name, notMeasured(name));
    try {
      if (performance.now() - start > BEGIN_MS_MAX) throw new Error("the time was up");
      const { figures = [] } = await runBench(bench, await benchOf(bench), { ...options, only: "", short: true });
      for (const { name, figure } of rows) {
        const one = figures.find((one) => one.name === figure);
        if (one === undefined) lacks.push(`${name}: ${bench} has no figure ${figure}`);
        else found.set(name, { ...measured(one), name });
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      for (const { name } of rows) lacks.push(`${name}: ${why}`);
    }
  }
  const lines = SUMMARY_ROWS.map(({ name }) => found.get(name) ?? notMeasured(name));
  const csv = options.out === null ? CSV : join(options.out, "measurements.csv");
  Deno.writeTextFileSync(csv, csvText(lines));
  if (options.out === null) Deno.writeTextFileSync(PAGE, withTable(Deno.readTextFileSync(PAGE), lines));
  console.log(`\n${tableOf(lines)}\n\nWritten to ${csv}, ${minutes(start)}`);
  for (const lack of lacks) console.log(`Not measured: ${lack}`);
  return 0;
}

/** What was measured before; nothing where the CSV is of another form. */
function known(): Measured[] {
  try {
    return parseCsv(Deno.readTextFileSync(CSV));
  } catch {
    return [];
  }
}

function minutes(start: number): string {
  return `${((performance.now() - start) / 60_000).toFixed(1)} minutes after the start`;
}

/** The page's table, as `deno fmt` leaves it. */
export function tableOf(lines: readonly Measured[]): string {
  const rows = [HEAD, ...lines.map((line) => cellsOf(line, SUMMARY_ROWS.find(({ name }) => name === line.name)))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  return [line(rows[0]!), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)].join("\n");
}

function cellsOf(line: Measured, row: SummaryRow | undefined): string[] {
  const asked = row?.asked ?? "–";
  if (line.median === "") return [line.name, "not measured", "–", "–", "–", asked];
  const load = line.load === "" ? "–" : `${line.load} %`;
  return [line.name, `${line.median} ${line.unit}`, `${line.smallest} to ${line.largest}`, line.count, load, asked];
}

/**
 * The page with this table in place of the one that begins with the same columns.
 * @throws Error where it has none
 */
export function withTable(page: string, lines: readonly Measured[]): string {
  const all = page.split("\n");
  const first = all.findIndex((line) => line.replaceAll(/ +/g, " ").trim() === `| ${HEAD.join(" | ")} |`);
  if (first === -1) throw new Error(`${PAGE} has no table with the columns ${HEAD.join(", ")}`);
  const length = all.slice(first).findIndex((line) => !line.startsWith("|"));
  return [...all.slice(0, first), tableOf(lines), ...all.slice(first + length)].join("\n");
}
