/** `pewatch plugins list`: each plugin with its rhythm, state and figures, from the running daemon where there is one. */
import { message, object } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import type { DaemonStatus } from "../../daemon/status.ts";
import type { LockHolder } from "../../daemon/settings/folder_lock.ts";
import type { PluginStatus } from "../../plugins/host/plugin_status.ts";
import { command, CONFIG_OPTION, JSON_OPTION } from "../console/arguments.ts";
import { askDaemon, DaemonAnswerError, nameOf, NoDaemonError } from "../../daemon/requests/ask_daemon.ts";
import { painterFor } from "../console/terminal.ts";
import { printable, type Style } from "../../log/terminal_text.ts";
import { examineAll, type PluginExamination } from "./examine.ts";
import { tableLines } from "../console/table.ts";

const ARGUMENTS = object({ config: CONFIG_OPTION, json: JSON_OPTION });

/** What is shown of a plugin, running or not; null where only a running daemon knows. */
interface PluginRow {
  readonly name: string;
  readonly ticktack: number | null;
  readonly offset: number | null;
  readonly state: string;
  readonly firings: number | null;
  readonly skips: number | null;
  readonly failures: number | null;
  readonly lastTime_ms: number | null;
  readonly longestTime_ms: number | null;
  /** The user's file; null for what is shipped. */
  readonly file: string | null;
  /** Whether the file replaces a shipped plugin, or would. */
  readonly replaces: boolean;
  readonly lastError: string | null;
  readonly counters: Readonly<Record<string, number>>;
}

export const runList = command(ARGUMENTS, {
  command: "plugins list",
  brief: message`Shows each plugin of the running daemon with its state and figures, else what would be loaded.`,
  footer: message`Exit codes: 0 shown, 1 the daemon did not answer, 2 wrong usage or configuration.`,
  errors: [DaemonAnswerError],
}, async ({ config, json }) => {
  const { settings } = loadSettings({ config });
  let answer: { value: unknown; holder: LockHolder } | null = null;
  try {
    answer = await askDaemon(settings, { what: "status" });
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
  }
  const rows = answer === null
    ? (await examineAll(settings)).map(rowOfExamination)
    : (answer.value as DaemonStatus).plugins.map(rowOfStatus);
  if (json) {
    const pid = answer?.holder.pid ?? null;
    return console.log(JSON.stringify({ running: answer !== null, pid, plugins: rows }, null, 2));
  }
  const head = answer === null ? "No daemon is running; these would be loaded" : `${nameOf(answer.holder)} is running`;
  console.log(`${head}\nplugins folder: ${settings.plugins.dir}`);
  print(rows);
});

function rowOfStatus(status: PluginStatus): PluginRow {
  const { name, ticktack, offset, state, firings, skips, failures, lastTime_ms, longestTime_ms, counters } = status;
  const { file, replaces, lastError } = status;
  const figures = { firings, skips, failures, lastTime_ms, longestTime_ms };
  return { name, ticktack, offset, state, ...figures, file, replaces, lastError, counters };
}

function rowOfExamination(plugin: PluginExamination): PluginRow {
  return {
    name: plugin.name,
    ticktack: plugin.ticktack,
    offset: plugin.offset,
    state: plugin.problems.length === 0 ? "not running" : "cannot be loaded",
    firings: null,
    skips: null,
    failures: null,
    lastTime_ms: null,
    longestTime_ms: null,
    file: plugin.file,
    replaces: plugin.replaces !== null && plugin.problems.length === 0,
    lastError: plugin.problems.length === 0 ? null : plugin.problems.join("; "),
    counters: {},
  };
}

const STYLES: Readonly<Record<string, Style>> = {
  ready: "green",
  firing: "green",
  failed: "yellow",
  refused: "red",
  aside: "red",
  "cannot be loaded": "red",
};

function print(rows: readonly PluginRow[]): void {
  const paint = painterFor(Deno.stdout);
  const titles = ["NAME", "TICKS", "OFFSET", "STATE", "FIRINGS", "FAILURES", "LAST", "LONGEST"];
  const cells = rows.map((row) =>
    [
      row.name,
      text(row.ticktack),
      text(row.offset),
      row.state,
      text(row.firings),
      text(row.failures),
      timeText(row.lastTime_ms),
      timeText(row.longestTime_ms),
    ].map(printable)
  );
  const [header, ...lines] = tableLines([titles, ...cells], { right: [1, 2, 4, 5, 6, 7] });
  console.log(paint("bold", header ?? ""));
  for (const [index, row] of rows.entries()) {
    const style = STYLES[row.state];
    const line = lines[index] ?? "";
    console.log(style === undefined ? line : line.replace(row.state, paint(style, row.state)));
    if (row.file !== null) {
      const replaces = row.replaces ? " (in place of the shipped one)" : "";
      console.log(`    ${paint("dim", "file:")} ${printable(row.file)}${replaces}`);
    }
    if (row.lastError !== null) console.log(`    ${paint("dim", "last error:")} ${printable(row.lastError)}`);
    const counters = Object.entries(row.counters).map(([name, value]) => `${name} ${value}`);
    if (counters.length > 0) console.log(`    ${paint("dim", "counters:")} ${printable(counters.join(", "))}`);
  }
}

function text(value: number | null): string {
  return value === null ? "-" : String(value);
}

function timeText(time_ms: number | null): string {
  if (time_ms === null) return "-";
  return time_ms < 1000 ? `${time_ms.toFixed(time_ms < 10 ? 1 : 0)} ms` : `${(time_ms / 1000).toFixed(1)} s`;
}
