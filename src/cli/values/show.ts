/** `pewatch tango values`, `pewatch epics values`: what a table lists as it is now, live on a terminal. */
import { message, object, option, text } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { printable } from "../../log/terminal_text.ts";
import { command, CommandError, CONFIG_OPTION, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { onStopSignals } from "../console/stop_signals.ts";
import { painterFor, terminalWidth } from "../console/terminal.ts";
import { tableLines } from "../console/table.ts";
import { jsonValue, valueText } from "../parameters/value_text.ts";
import { type ListedValue, type ListedValues, untilTried, type ValueSource } from "./listed_values.ts";

const REPAINT_MS = 1000;
/** Cursor home, and nothing below it. */
const CLEAR = "\x1b[H\x1b[J";

const ARGUMENTS = object({
  once: option("--once", { description: message`Shows the list once, also on a terminal.` }),
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

export function valuesCommand(source: ValueSource): (args: readonly string[]) => Promise<number> {
  const table = `[plugins.${source.name}]`;
  return command(ARGUMENTS, {
    command: `${source.name} values`,
    brief: message`Reads what ${text(table)} lists and shows value, unit, quality and age of each, or why it has none.`,
    footer:
      message`On a terminal the list is live until Ctrl-C; else it is shown once. It reads by itself, beside a running
daemon. Exit codes: 0 all have a value, 1 some have none, 2 wrong usage or configuration.`,
  }, async ({ once, json, config }) => {
    const { settings } = loadSettings({ config });
    const opened = await source.open(settings);
    if (opened === null) {
      throw new CommandError(`${table} is not in the configuration; pewatch docs values shows how`, EXIT.usage);
    }
    if (typeof opened === "string") throw new CommandError(opened, EXIT.usage);
    await using values = opened;
    const stopped = Promise.withResolvers<void>();
    using _signals = onStopSignals(() => stopped.resolve());
    await Promise.race([untilTried(values), stopped.promise]);
    if (json) console.log(jsonOf(values.read(Date.now())));
    else if (once || !Deno.stdout.isTerminal()) print(source, values.read(Date.now()), "");
    else await showLive(source, values, stopped.promise);
    return values.read(Date.now()).every(({ value }) => value !== null) ? EXIT.done : EXIT.failed;
  });
}

function ageOf({ time }: ListedValue, now_ms: number): number | null {
  return time === null ? null : Math.max(0, now_ms - time.getTime()) / 1000;
}

function jsonOf(rows: readonly ListedValue[]): string {
  const now_ms = Date.now();
  const values = rows.map(({ name, parameter, value, unit, quality, time, status, reason }, index) => ({
    name,
    parameter,
    value: value === null ? null : jsonValue(value),
    unit,
    quality,
    time: time?.toISOString() ?? null,
    age_s: ageOf(rows[index]!, now_ms),
    status,
    reason,
  }));
  return JSON.stringify({ values }, null, 2);
}

async function showLive(source: ValueSource, values: ListedValues, stopped: Promise<void>): Promise<void> {
  const repaint = () => print(source, values.read(Date.now()), CLEAR);
  repaint();
  const timer = setInterval(repaint, REPAINT_MS);
  await stopped;
  clearInterval(timer);
}

function print({ noun }: ValueSource, rows: readonly ListedValue[], before: string): void {
  const paint = painterFor(Deno.stdout);
  const now_ms = Date.now();
  const cells = rows.map((row) => {
    const { name, parameter, value, unit, quality, reason } = row;
    const age_s = ageOf(row, now_ms);
    return [
      parameter,
      value === null ? "-" : valueText(value),
      unit ?? "",
      quality ?? "",
      age_s === null ? "" : `${age_s.toFixed(1)} s`,
      reason ?? "",
      name,
    ].map(printable);
  });
  const [header, ...lines] = tableLines(
    [["PARAMETER", "VALUE", "UNIT", "QUALITY", "AGE", "REASON", noun], ...cells],
    { right: [4] },
  );
  const width = before === "" ? Infinity : terminalWidth(Deno.stdout);
  const shown = lines.map((line, index) => {
    const cut = line.slice(0, width);
    return rows[index]!.value !== null ? cut : paint("yellow", cut);
  });
  const text = [paint("bold", (header ?? "").slice(0, width)), ...shown].join("\n");
  // The console makes escape sequences of the painter's marks, but shows others as they are written: so not by it.
  if (before !== "") Deno.stdout.writeSync(new TextEncoder().encode(before));
  console.log(text);
}
