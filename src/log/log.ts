/** The program's log: one line a message, to the terminal and to rotating files. */
import { configure, dispose, getLogger, type LogRecord, type Sink } from "@logtape/logtape";
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

const LEVELS = { debug: "debug", info: "info", warn: "warning", error: "error" } as const satisfies Record<
  LogLevel,
  string
>;
const MIB = 1024 * 1024;
/** Bold red and yellow, nothing for the usual. */
const COLOURS: Readonly<Record<string, string>> = { error: "\x1b[1;31m", warning: "\x1b[33m", debug: "\x1b[2m" };

/** Opens the log. There is one in a program: opening it again takes the first one's place. */
export async function openLog(options: LogOptions): Promise<RunningLog> {
  const sinks: Record<string, Sink> = {};
  const { settings } = options;
  let file: RotatingFile | null = null;
  let problem: string | null = null;
  if (settings.file !== "") {
    try {
      file = new RotatingFile(settings.file, { sizeMax: settings.size_mib_max * MIB, filesMax: settings.files_max });
      const opened = file;
      sinks["file"] = (record) => opened.write(lineOf(record, { time: localTime(record.timestamp), colour: false }));
    } catch (error) {
      // Frames matter more than the log: the daemon runs without its file.
      problem = `log.file: Cannot write ${settings.file}: ${thrownText(error)}`;
    }
  }
  if (options.terminal !== "none") sinks["terminal"] = terminalSink(options);
  await configure({
    reset: true,
    sinks,
    loggers: [
      { category: ["pewatch"], lowestLevel: LEVELS[settings.level], sinks: Object.keys(sinks) },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: Object.keys(sinks) },
    ],
  });
  const log = loggerOf();
  reportForeignTo(log);
  if (problem !== null) log.warn(problem);
  return {
    ...log,
    close: async () => {
      await dispose();
      await file?.close();
    },
  };
}

function terminalSink(options: LogOptions): Sink {
  const colour = options.write === undefined && Deno.stderr.isTerminal() && !Deno.noColor;
  const write = options.write ?? writeStandardError;
  if (options.terminal === "json") return (record) => write(jsonLineOf(record));
  return (record) => write(lineOf(record, { time: localTime(record.timestamp).slice(11, 23), colour }));
}

function writeStandardError(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
  } catch {
    // the terminal was closed: the file still has it
  }
}

function loggerOf(): Logger {
  const logger = getLogger(["pewatch"]);
  // A file's name may hold braces, which the library would take for places to fill in.
  const escape = (message: string) => message.replaceAll("{", "{{").replaceAll("}", "}}");
  return {
    debug: (message, fields) => logger.debug(escape(message), { ...fields }),
    info: (message, fields) => logger.info(escape(message), { ...fields }),
    warn: (message, fields) => logger.warn(escape(message), { ...fields }),
    error: (message, fields) => logger.error(escape(message), { ...fields }),
  };
}

function lineOf(record: LogRecord, style: { time: string; colour: boolean }): string {
  const level = levelWord(record).padEnd(5);
  const line = `${style.time} ${level} ${oneLine(record.message.join(""))}`;
  const colour = style.colour ? COLOURS[record.level] : undefined;
  return colour === undefined ? `${line}\n` : `${colour}${line}\x1b[0m\n`;
}

function jsonLineOf(record: LogRecord): string {
  const head = { time: localTime(record.timestamp), level: levelWord(record), message: record.message.join("") };
  const replacer = (_key: string, value: unknown) => typeof value === "bigint" ? value.toString() : value;
  try {
    return `${terminalText(JSON.stringify({ ...record.properties, ...head }, replacer))}\n`;
  } catch {
    return `${terminalText(JSON.stringify(head))}\n`;
  }
}

function levelWord(record: LogRecord): string {
  return record.level === "warning" ? "warn" : record.level;
}

/** Names of files can hold newlines and the terminal's own commands: neither comes through. */
function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*[\r\n]+\s*/g, " | "));
}

/** "2026-01-31T13:05:09.123+01:00": this machine's time, with its offset. */
export function localTime(at_ms: number): string {
  return formatInZone(new Date(at_ms));
}
