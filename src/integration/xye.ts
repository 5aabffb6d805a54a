/**
 * Patterns as text: three columns, x, intensity and sigma, below lines that begin with "#". pyFAI, Dioptas, GSAS-II and
 * numpy.loadtxt step over such lines. GSAS-II looks for "x=" in the first three: keys are followed by colons here.
 */
import type { Pattern } from "./integrator.ts";
import { type UnitName, UNITS } from "./units.ts";

/** What a file of a pattern holds. */
export interface XyePattern {
  /** By key, as in the lines `# key: value` of its head. */
  readonly header: ReadonlyMap<string, string>;
  /** Null where the file does not say, or says one that is not known here. */
  readonly unit: UnitName | null;
  readonly x: Float64Array;
  readonly intensity: Float64Array;
  /** Null where the file has two columns. */
  readonly sigma: Float64Array | null;
}

export class XyeError extends Error {
  override readonly name = "XyeError";
}

/**
 * Bins without pixels are left out: a program would take their 0 for a measurement. Nine digits, which is all that
 * the 32 bits of an intensity hold: reading gives the same number.
 *
 * @param of.x bin centres in the unit of the file: [npt]
 * @param of.header values are one line each
 */
export function xyeText(
  pattern: Pattern,
  of: { readonly x: Float64Array; readonly unit: UnitName; readonly header: ReadonlyMap<string, string> },
): string {
  const { intensity, sigma, pixels } = pattern, { x, unit, header } = of;
  const lines = [...header].map(([key, value]) => `# ${key}: ${value}`);
  lines.push(`# unit: ${unit}`);
  lines.push(`# columns: ${UNITS[unit].label}, intensity${sigma === null ? "" : ", sigma"}`);
  for (let bin = 0; bin < x.length; bin++) {
    if (pixels[bin] === 0) continue;
    const error = sigma === null ? "" : ` ${column(sigma[bin]!)}`;
    lines.push(`${column(x[bin]!)} ${column(intensity[bin]!)}${error}`);
  }
  return `${lines.join("\n")}\n`;
}

const COLUMN_WIDTH = 16;

function column(value: number): string {
  return value.toExponential(8).padStart(COLUMN_WIDTH);
}

/**
 * Reads what `xyeText` writes, and any file of two or three columns of numbers with lines of remarks ("#").
 * @throws XyeError naming the line
 */
export function readXye(text: string): XyePattern {
  const header = new Map<string, string>(), columns: number[][] = [];
  let width = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const remark = /^\s*#\s*(?:([^:]+?)\s*:\s*(.*?))?\s*$/.exec(line);
    if (remark !== null) {
      if (remark[1] !== undefined) header.set(remark[1], remark[2]!);
      continue;
    }
    if (/^\s*#/.test(line) || line.trim() === "") continue;
    const values = line.trim().split(/[\s,;]+/).map(Number);
    width ||= values.length;
    if (values.length !== width || width < 2 || width > 3 || values.some((value) => Number.isNaN(value))) {
      throw new XyeError(`line ${index + 1} is not a line of a pattern: ${line.trim().slice(0, 80)}`);
    }
    columns.push(values);
  }
  if (columns.length === 0) throw new XyeError("it has no line of numbers");
  const unit = header.get("unit") ?? "";
  return {
    header,
    unit: unit in UNITS ? unit as UnitName : null,
    x: Float64Array.from(columns, (values) => values[0]!),
    intensity: Float64Array.from(columns, (values) => values[1]!),
    sigma: width === 3 ? Float64Array.from(columns, (values) => values[2]!) : null,
  };
}
