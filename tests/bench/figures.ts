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

/** A line of the CSV; all but the name is empty where nothing could be measured. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly median: string;
  readonly smallest: string;
  readonly largest: string;
  /** In percent. */
  readonly load: string;
  /** How many values there are: pairs, or runs. */
  readonly count: string;
}

const COLUMNS = ["name", "unit", "median", "smallest", "largest", "others' load in %", "pairs or runs"] as const;

export function measured({ name, unit, values, foreign }: Figure): Measured {
  const load = foreign === null ? "" : (foreign * 100).toFixed(0);
  const [smallest, largest] = [Math.min(...values), Math.max(...values)].map(numberText);
  return {
    name,
    unit,
    median: numberText(median(values)),
    smallest: smallest!,
    largest: largest!,
    load,
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
  const rows = lines.map((line) => [
    line.name,
    line.unit,
    line.median,
    line.smallest,
    line.largest,
    line.load,
    line.count,
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

/** @throws SyntaxError where it is not what `csvText` makes */
export function parseCsv(text: string): Measured[] {
  const [head, ...lines] = text.trimEnd().split("\n").map(cellsOf);
  if (head?.join() !== COLUMNS.join()) throw new SyntaxError(`The CSV has the columns ${head?.join()}`);
  return lines.map((cells) => {
    if (cells.length !== COLUMNS.length) throw new SyntaxError(`A line of the CSV has ${cells.length} cells: ${cells}`);
    const [name, unit, median, smallest, largest, load, count] = cells as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { name, unit, median, smallest, largest, load, count };
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
