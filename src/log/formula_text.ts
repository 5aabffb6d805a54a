/**
 * Texts of others (comments of a sidecar, names of files) in cells that a spreadsheet may run. A file of its own: the
 * ledger's export and, by the contract, plugins share it.
 */

/** With the wide forms, which some languages' input methods write, and Excel takes for the narrow ones. */
const BEGINS_FORMULA = /^\s*[=+\-@＝＋－＠]/;
const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;

/**
 * A spreadsheet takes a text like `=HYPERLINK(…)`, `@SUM(…)` or `-10+2` for a formula when it opens a CSV file: such a
 * text gets an apostrophe before it (OWASP, "CSV Injection"). Numbers ("-5", "+1e3", "-1,5") stay as they are.
 */
export function guardFormula(text: string): string {
  return BEGINS_FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
