/** Lines of columns for a terminal. A file of its own: shared by all commands that list something. */

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
