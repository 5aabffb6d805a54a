/** Lines of columns for a terminal. A file of its own: shared by all commands that list something. */
import { printable } from "../../log/terminal_text.ts";
import { painterFor } from "./terminal.ts";

/** Shows rows of texts below titles; what comes from a file may hold anything. */
export function printTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  options: { right: readonly number[] },
): void {
  const [header = "", ...lines] = tableLines([titles, ...rows.map((row) => row.map(printable))], options);
  console.log(painterFor(Deno.stdout)("bold", header));
  for (const line of lines) console.log(line);
}

/** Each row as one line, columns two blanks apart; those in `right` (figures) end below each other. */
export function tableLines(rows: readonly (readonly string[])[], options: { right: readonly number[] }): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return options.right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd()
  );
}
