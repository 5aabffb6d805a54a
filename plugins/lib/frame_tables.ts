/** CSV files with a line a frame: which file a frame's line goes to, and the part of a schema that says so. */
import type { DeliveredFrame, PluginContext } from "pewatch";
import * as v from "valibot";
import { dirname, isAbsolute, join } from "node:path";
import { oneOf, words, yesOrNo } from "./config.ts";
import { CsvFile, type CsvFileOptions } from "./csv_file.ts";
import { csvLine, type CsvStyle, type CsvValue } from "./csv_text.ts";
import { isoDay } from "./times.ts";

/** Files that are kept in mind; one of yesterday is looked at anew when a line comes for it. */
const FILES_MAX = 50;

/** Entries of a plugin's schema. `name` is the file's by default. */
export function tableEntries(name: string) {
  return {
    file: v.optional(
      v.pipe(
        words("the name of a file, or its path,"),
        // A name of another kind could be that of a delivered file.
        v.regex(/\.(csv|tsv|txt)$/i, "a name that ends in .csv, .tsv or .txt is needed"),
        v.check((text) => !/[{}]/.test(text.replaceAll("{date}", "")), "only {date} can stand in braces"),
      ),
      name,
    ),
    beside: v.optional(oneOf(["output", "frame"]), "output"),
    separator: v.optional(oneOf([",", ";", "\t"]), ","),
    line_end: v.optional(oneOf(["crlf", "lf"]), "crlf"),
    bom: yesOrNo(false),
    guard_formulas: yesOrNo(true),
  };
}

/** Where lines go and how they look. */
type TableOptions = v.InferOutput<v.ObjectSchema<ReturnType<typeof tableEntries>, undefined>>;

export class FrameTables {
  readonly #options: TableOptions;
  readonly #style: CsvStyle;
  readonly #file: CsvFileOptions;
  readonly #files = new Map<string, CsvFile>();
  /** The file that refused the last line. */
  #held: CsvFile | null = null;

  constructor(
    columns: readonly string[],
    options: TableOptions,
    { log, settings }: Pick<PluginContext, "log" | "settings">,
  ) {
    this.#options = options;
    this.#style = {
      separator: options.separator,
      lineEnd: options.line_end === "crlf" ? "\r\n" : "\n",
      guardFormulas: options.guard_formulas,
    };
    const header = csvLine(columns, { ...this.#style, guardFormulas: false });
    this.#file = { header, bom: options.bom, reports: log, fsync: settings.frames.fsync };
  }

  /** @returns whether the line stands in its file; where not, the frame is to come again */
  append(frame: DeliveredFrame, values: readonly CsvValue[]): boolean {
    const file = this.#fileAt(tablePath(frame, this.#options));
    const written = file.append(csvLine(values, this.#style));
    this.#held = written ? null : file;
    return written;
  }

  /** Whether the file that refused the last line can be written now. */
  get isWritable(): boolean {
    return this.#held === null || this.#held.isWritable;
  }

  #fileAt(path: string): CsvFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = new CsvFile(path, this.#file);
    this.#files.set(path, file);
    if (this.#files.size > FILES_MAX) this.#files.delete(this.#files.keys().next().value!);
    return file;
  }
}

/** Absolute. A path of the configuration that is absolute stays; `{date}` is the day of the delivery. */
export function tablePath(frame: DeliveredFrame, options: Pick<TableOptions, "file" | "beside">): string {
  const file = options.file.replaceAll("{date}", isoDay(frame.deliveredAt));
  if (isAbsolute(file)) return file;
  return join(options.beside === "frame" ? dirname(frame.files.image) : outputOf(frame), file);
}

/** The folder that was the output when the frame was delivered: above its folders below raw. */
function outputOf(frame: DeliveredFrame): string {
  return frame.name.split("/").reduce((path) => dirname(path), frame.files.image);
}
