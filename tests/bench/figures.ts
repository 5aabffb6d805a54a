/** Figures of a benchmark with their ranges, and the CSV that keeps them. */
import { median, type Table } from "./table.ts";

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Of each run; what counts is the median. */
  readonly values: readonly number[];
  /** The share of all cores that other programs had meanwhile; null where it is not known. */
  readonly foreign: number | null;
}

const COLUMNS = {
  name: "name",
  unit: "unit",
  median: "median",
  smallest: "smallest",
  largest: "largest",
  load: "others' load in %",
  /** How many values there are. */
  count: "pairs or runs",
} as const;
const KEYS = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/** A line of the CSV; all but the name is empty where nothing could be measured. */
export type Measured = Readonly<Record<keyof typeof COLUMNS, string>>;

export function measured({ name, unit, values, foreign }: Figure): Measured {
  return {
    name,
    unit,
    median: numberText(median(values)),
    smallest: numberText(Math.min(...values)),
    largest: numberText(Math.max(...values)),
    load: foreign === null ? "" : (foreign * 100).toFixed(0),
    count: String(values.length),
  };
}

export function notMeasured(name: string): Measured {
  return { name, unit: "", median: "", smallest: "", largest: "", load: "", count: "" };
}

/** Three digits at most behind the point: nothing here is known better than to a hundredth. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

export function csvText(lines: readonly Measured[]): string {
  return [COLUMNS, ...lines].map((line) => `${KEYS.map((key) => quoted(line[key])).join(",")}\n`).join("");
}

/** @throws SyntaxError where it is not what `csvText` makes */
export function parseCsv(text: string): Measured[] {
  const [head, ...lines] = text.trimEnd().split("\n").map(cellsOf);
  if (head?.join() !== Object.values(COLUMNS).join()) throw new SyntaxError(`The CSV has the columns ${head?.join()}`);
  return lines.map((cells) => {
    if (cells.length !== KEYS.length) throw new SyntaxError(`A line of the CSV has ${cells.length} cells: ${cells}`);
    return Object.fromEntries(KEYS.map((key, index) => [key, cells[index]])) as Measured;
  });
}

/** For a terminal: each benchmark's figures with their ranges. */
export function figureTable(figures: readonly Figure[]): Table {
  const rows = figures.map(measured).map(({ name, unit, median, smallest, largest, load, count }) => [
    name,
    `${median} ${unit}`.trimEnd(),
    `${smallest} to ${largest}`,
    count,
    load === "" ? "?" : `${load} %`,
  ]);
  return { title: "Figures", columns: ["what", "median", "from, to", "pairs or runs", "others' load"], rows };
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, inQuotes, plain]) =>
    inQuotes?.replaceAll('""', '"') ?? plain!
  );
}
