/** `pewatch audit`: checks the ledger and the delivered files against it, and hands it to other programs. */
import { join, relative, resolve, sep } from "node:path";
import { choice, message, object, option, optional, string } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { writeAll } from "../../files/durable.ts";
import { folderExists } from "../../files/listing.ts";
import { LEDGER_FOLDER } from "../../files/service_names.ts";
import { type AuditReport, LedgerAudit, type PlacedLine, placedLines } from "../../ledger/audit.ts";
import { csvLines, filesBelow, type PlacedFile, sha256Line } from "../../ledger/exports.ts";
import { counted } from "../../log/counted.ts";
import { command, CommandError, CONFIG_OPTION, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { printable } from "../../log/terminal_text.ts";
import { makeBag } from "./bag.ts";
import { checkFiles, type FilesReport } from "./check_files.ts";
import { repair } from "./repair.ts";

const ARGUMENTS = object({
  files: option("--files", { description: message`Read every delivered file again and compare it.` }),
  export: optional(option("--export", choice(["sha256sums", "bagit", "csv"]), {
    description:
      message`Write the files with their checksums: sha256sums and csv to standard output, bagit into a folder.`,
  })),
  into: optional(option("--into", string({ metavar: "FOLDER" }), {
    description: message`Where the bag is made; the folder must not exist.`,
  })),
  since: optional(option("--since", string({ metavar: "TIME" }), {
    description: message`Only what was written since: 2026-11-01, or 2026-11-01T12:00:00Z.`,
  })),
  folder: optional(option("--folder", string({ metavar: "FOLDER" }), {
    description: message`Only what stands below this folder of the output root.`,
  })),
  root: optional(option("--root", string({ metavar: "FOLDER" }), {
    description: message`The output root; else the one of the configuration.`,
  })),
  repair: option("--repair", { description: message`Begin a new chain behind a damaged one.` }),
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

export const runAudit = command(ARGUMENTS, {
  command: "audit",
  brief: message`Checks the ledger: its chain, and with --files the delivered files.`,
  footer:
    message`It works beside a running daemon. Exit codes: 0 all as it should be, 1 something is damaged, changed or
missing, 2 wrong usage or configuration.`,
  errors: [DaemonAnswerError],
}, async (values) => {
  const { settings } = loadSettings({ config: values.config });
  const folder = join(settings.daemon.state_dir, LEDGER_FOLDER);
  if (!folderExists(folder)) throw new CommandError(`there is no ledger in ${settings.daemon.state_dir} yet`);
  if (values.into !== undefined && values.export !== "bagit") {
    throw new CommandError("--into goes with --export bagit", EXIT.usage);
  }
  if (values.export === "bagit" && values.into === undefined) {
    throw new CommandError("--export bagit needs --into FOLDER, where the bag is made", EXIT.usage);
  }
  const root = resolve(values.root ?? settings.folders.output_root);
  const since_ms = sinceOf(values.since);
  const audit = new LedgerAudit(folder);
  // The sets of a whole ledger are kept only where their files are asked for.
  const needsFiles = values.files || values.export !== undefined;
  const lines = needsFiles ? placedLines(audit.lines()) : [];
  if (!needsFiles) { for (const _ of audit.lines()); }
  const report = audit.report();
  const inRoot = filesBelow(lines, root);
  if (needsFiles) nameOtherRoots(lines, { root, needed: values.root !== undefined && inRoot.length === 0 });
  const below = belowRoot(inRoot, { root, folder: values.folder });
  const isWanted = ({ path, line }: PlacedFile) =>
    (below === "" || path.startsWith(`${below}/`)) && Date.parse(line.time) >= since_ms;
  const files = inRoot.filter(isWanted);
  if (values.export !== undefined) exportFiles(files, { ...values, root });
  const checked = values.files ? checkFiles(files, { known: inRoot, root, quiet: values.json }) : null;
  const isRepaired = values.repair ? await repair(settings, report) : null;
  if (values.json) console.log(JSON.stringify({ ...report, ...checked === null ? {} : { files: checked } }, null, 2));
  else if (values.export === undefined || checked !== null) print(report, checked, settings);
  if (isRepaired !== null) console.error(isRepaired);
  const open = values.repair ? [] : report.damages.filter(({ repaired }) => !repaired);
  return open.length > 0 || (checked !== null && checked.faults.length > 0) ? EXIT.failed : EXIT.done;
});

/**
 * Frames may have gone to several output roots, one after the other.
 * @param options.needed whether the root was asked for, and none has gone there
 * @throws CommandError where one of them is needed
 */
function nameOtherRoots(
  lines: readonly PlacedLine[],
  { root, needed }: { readonly root: string; readonly needed: boolean },
): void {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line.root, (counts.get(line.root) ?? 0) + 1);
  counts.delete(root);
  const others = [...counts].map(([path, count]) => printable(`${path} (${counted(count, "set")})`)).join(", ");
  if (others === "") return;
  if (needed) {
    throw new CommandError(`the ledger has nothing below ${root}; choose with --root: ${others}`, EXIT.usage);
  }
  console.error(`other output roots, see --root: ${others}`);
}

/**
 * The folder below the root, however it was typed: `./a/`, with the separators of Windows, or absolute.
 * @throws CommandError where the ledger has no file below it
 */
function belowRoot(
  files: readonly PlacedFile[],
  { root, folder }: { readonly root: string; readonly folder: string | undefined },
): string {
  if (folder === undefined) return "";
  const typed = [folder, folder.replaceAll("\\", "/")].map((one) => relative(root, resolve(root, one)));
  const forms = typed.map((one) => one.split(sep).join("/"));
  const below = forms.find((one) => one === "" || files.some(({ path }) => path.startsWith(`${one}/`)));
  if (below === undefined) {
    throw new CommandError(
      `--folder ${folder}: the ledger has no file below it; it is a folder below ${root}`,
      EXIT.usage,
    );
  }
  return below;
}

/** A date alone is the local day's begin. */
function sinceOf(text: string | undefined): number {
  if (text === undefined) return -Infinity;
  const time_ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text);
  if (Number.isNaN(time_ms)) throw new CommandError(`--since ${text}: a time is needed, as 2026-11-01`, EXIT.usage);
  return time_ms;
}

function exportFiles(
  files: readonly PlacedFile[],
  options: { readonly export?: string | undefined; readonly into?: string | undefined; readonly root: string },
): void {
  switch (options.export) {
    case "csv": {
      return writeOut(csvLines(files), "\r\n");
    }
    case "bagit": {
      const { count, bytes } = makeBag(files, { root: options.root, into: options.into! });
      return console.error(`${options.into}: a bag of ${counted(count, "file")}, ${(bytes / 1e6).toFixed(1)} MB`);
    }
    default: {
      const without = files.filter(({ sha256 }) => sha256 === null).length;
      writeOut(files.flatMap(({ sha256, path }) => sha256 === null ? [] : [sha256Line(sha256, path)]), "\n");
      if (without === 0) return;
      console.error(
        `${
          counted(without, "file has", "files have")
        } no checksum in the ledger; [frames] checksum = "all" has them all`,
      );
    }
  }
}

/** Many lines in one write. */
const LINES_A_WRITE = 1000;

function writeOut(lines: Iterable<string>, lineEnd: string): void {
  let waiting: string[] = [];
  const flush = () => {
    writeAll(Deno.stdout, new TextEncoder().encode(waiting.join("")));
    waiting = [];
  };
  for (const line of lines) {
    waiting.push(line + lineEnd);
    if (waiting.length >= LINES_A_WRITE) flush();
  }
  flush();
}

function print(report: AuditReport, checked: FilesReport | null, settings: Settings): void {
  const { lines, segments, first, last, counts, damages, removedUpTo } = report;
  console.log(
    `${join(settings.daemon.state_dir, LEDGER_FOLDER)}: ${counted(lines, "line")} in ${counted(segments, "file")}`,
  );
  if (first !== null && last !== null) {
    console.log(`lines ${first.sequence} to ${last.sequence}, ${first.time} to ${last.time}`);
  }
  if (removedUpTo !== null) console.log(`lines up to ${removedUpTo} were removed by keep_days`);
  const { chain: _, ...kinds } = counts;
  for (const [type, count] of Object.entries(kinds).sort()) console.log(`${String(count).padStart(10)}  ${type}`);
  for (const { segment, line, problem, repaired } of damages) {
    const place = line === 0 ? segment : `${segment}, line ${line}`;
    console.log(`${place}: ${problem}${repaired ? "; a new chain begins behind it" : ""}`);
  }
  if (damages.length === 0) console.log("The chain is whole");
  else if (damages.some(({ repaired }) => !repaired)) {
    console.log("pewatch audit --repair begins a new chain behind it");
  }
  if (checked === null) return;
  for (const { path, problem } of checked.faults.slice(0, FAULTS_SHOWN)) console.log(printable(`${path}: ${problem}`));
  if (checked.faults.length > FAULTS_SHOWN) console.log(`and ${checked.faults.length - FAULTS_SHOWN} more`);
  if (checked.missing > 0) console.log(ABOUT_MISSING);
  if (checked.changed > 0) console.log(ABOUT_CHANGED);
  const sizes = checked.bySize === 0 ? "" : `, ${checked.bySize} of them by their size alone`;
  console.log(
    `${
      counted(checked.right, "file")
    } as the ledger says${sizes}; ${checked.missing} missing, ${checked.changed} changed`,
  );
}

const FAULTS_SHOWN = 50;
const ABOUT_MISSING =
  "Missing: bring them back from a copy that has the checksum of the ledger (--export csv); what was " +
  "removed or renamed on purpose needs nothing, the ledger says what was delivered";
const ABOUT_CHANGED = "Changed: compare them with a copy that has the checksum of the ledger (--export csv)";
