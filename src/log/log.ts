/** The program's log: one line a message, to the terminal and to rotating files. */
import { thrownText } from "../text/thrown_text.ts";
import type { Logger, LogLevel } from "./logger.ts";
import type { LogSettings } from "../config/settings.ts";
import { reportForeignTo } from "../files/plain_file.ts";
import { formatInZone } from "../time/iso_time.ts";
import { RotatingFile } from "./rotating_file.ts";
import { printable, terminalText } from "./terminal_text.ts";

export interface LogOptions {
  readonly settings: LogSettings;
  /** Lines for a person, lines of JSON, or nothing. */
  readonly terminal: "text" | "json" | "none";
  /** Where terminal lines go, each with its newline; standard error by default, in colours where it is a terminal. */
  readonly write?: (line: string) => void;
}

/** The log as it runs; `close` before the program ends, or its last lines are lost. */
export interface RunningLog extends Logger {
  close(): Promise<void>;
}

interface Entry {
  readonly at_ms: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Sink = (entry: Entry) => void;

/** Each includes those behind it. */
const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const MIB = 1024 * 1024;
/** Bold red and yellow, nothing for the usual. */
const COLOURS: Readonly<Partial<Record<LogLevel, string>>> = {
  error: "\x1b[1;31m",
  warn: "\x1b[33m",
  debug: "\x1b[2m",
};

export function openLog(options: LogOptions): RunningLog {
  const sinks: Sink[] = [];
  const { settings } = options;
  let file: RotatingFile | null = null;
  let problem: string | null = null;
  if (settings.file !== "") {
    try {
      file = new RotatingFile(settings.file, { sizeMax: settings.size_mib_max * MIB, filesMax: settings.files_max });
      const opened = file;
      sinks.push((entry) => opened.write(lineOf(entry, { time: localTime(entry.at_ms), colour: false })));
    } catch (error) {
      // Frames matter more than the log: the daemon runs without its file.
      problem = `log.file: Cannot write ${settings.file}: ${thrownText(error)}`;
    }
  }
  if (options.terminal !== "none") sinks.push(terminalSink(options));
  const log = loggerTo(sinks, settings.level);
  reportForeignTo(log);
  if (problem !== null) log.warn(problem);
  return {
    ...log,
    close: async () => {
      sinks.length = 0; // whoever writes later is not heard
      await file?.close();
    },
  };
}

function terminalSink(options: LogOptions): Sink {
  const colour = options.write === undefined && Deno.stderr.isTerminal() && !Deno.noColor;
  const write = options.write ?? writeStandardError;
  if (options.terminal === "json") return (entry) => write(jsonLineOf(entry));
  return (entry) => write(lineOf(entry, { time: localTime(entry.at_ms).slice(11, 23), colour }));
}

function writeStandardError(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
  } catch {
    // the terminal was closed: the file still has it
  }
}

function loggerTo(sinks: readonly Sink[], lowest: LogLevel): Logger {
  const from = LEVELS.indexOf(lowest);
  const writer = (level: LogLevel): Logger["info"] => {
    if (LEVELS.indexOf(level) < from) return () => {};
    return (message, fields = {}) => {
      const entry = { at_ms: Date.now(), level, message, fields };
      for (const sink of sinks) sink(entry);
    };
  };
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}

function lineOf({ level, message }: Entry, style: { time: string; colour: boolean }): string {
  const line = `${style.time} ${level.padEnd(5)} ${oneLine(message)}`;
  const colour = style.colour ? COLOURS[level] : undefined;
  return colour === undefined ? `${line}\n` : `${colour}${line}\x1b[0m\n`;
}

function jsonLineOf({ at_ms, level, message, fields }: Entry): string {
  const head = { time: localTime(at_ms), level, message };
  const replacer = (_key: string, value: unknown) => typeof value === "bigint" ? value.toString() : value;
  try {
    return `${terminalText(JSON.stringify({ ...fields, ...head }, replacer))}\n`;
  } catch {
    return `${terminalText(JSON.stringify(head))}\n`;
  }
}

/** Names of files can hold newlines and the terminal's own commands: neither comes through. */
function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*[\r\n]+\s*/g, " | "));
}

/** "2026-01-31T13:05:09.123+01:00": this machine's time, with its offset. */
export function localTime(at_ms: number): string {
  return formatInZone(new Date(at_ms));
}
