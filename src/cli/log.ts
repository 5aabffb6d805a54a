/** `pewatch log FRAME`: what became of one frame, as the ledger says it. */
import { join } from "node:path";
import { argument, message, object, string } from "@optique/core";
import { loadSettings } from "../config/load.ts";
import { folderExists } from "../files/listing.ts";
import { LEDGER_FOLDER } from "../files/service_names.ts";
import { LedgerAudit } from "../ledger/audit.ts";
import type { LedgerLine } from "../ledger/line.ts";
import { counted } from "../log/counted.ts";
import { command, CommandError, CONFIG_OPTION, JSON_OPTION } from "./console/arguments.ts";
import { printable } from "../log/terminal_text.ts";

const ARGUMENTS = object({
  frame: argument(string({ metavar: "FRAME" }), {
    description: message`Its path below the raw folder, its name, or the name or path of one of its files.`,
  }),
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

export const runLog = command(ARGUMENTS, {
  command: "log",
  brief: message`Shows what became of one frame: each line of the ledger, with its files and their checksums.`,
  footer: message`Exit codes: 0 shown, 1 the ledger has no such frame, 2 wrong usage or configuration.`,
}, ({ frame, json, config }) => {
  const { settings } = loadSettings({ config });
  const folder = join(settings.daemon.state_dir, LEDGER_FOLDER);
  if (!folderExists(folder)) throw new CommandError(`there is no ledger in ${settings.daemon.state_dir} yet`);
  const lines = linesOf(folder, frame.replaceAll("\\", "/"));
  if (lines.length === 0) throw new CommandError(`the ledger has no frame ${frame}`);
  if (json) console.log(JSON.stringify(lines, null, 2));
  else for (const line of lines) for (const text of describe(line)) console.log(printable(text));
});

/** Those of the frame, and of the claims that it had. */
function linesOf(folder: string, wanted: string): LedgerLine[] {
  const found: LedgerLine[] = [];
  const claims = new Set<string>();
  for (const line of new LedgerAudit(folder).lines()) {
    if (line.type === "chain" || !(claims.has(line.claim) || isMeant(line, wanted))) continue;
    claims.add(line.claim);
    found.push(line);
  }
  return found;
}

function isMeant(line: Exclude<LedgerLine, { type: "chain" }>, wanted: string): boolean {
  if (line.frame === wanted || line.frame.endsWith(`/${wanted}`) || String(line.sequence) === wanted) return true;
  if (!("files" in line)) return false;
  const place = "root" in line
    ? [line.root, line.folder].filter((part) => part !== "").join("/").replaceAll("\\", "/")
    : "";
  return line.files.some(({ name }) =>
    name === wanted || `${place}/${name}`.endsWith(`/${wanted}`) || `${place}/${name}` === wanted
  );
}

function* describe(line: LedgerLine): Generator<string> {
  if (line.type === "chain") return;
  yield `${line.time}  line ${line.sequence}  ${line.frame}: ${sentence(line)}`;
  if (!("files" in line)) return;
  for (const { name, size, sha256 } of line.files) yield `    ${name}  ${size} bytes  ${sha256 ?? "(no checksum)"}`;
  if ("notes" in line) { for (const note of line.notes) yield `    note: ${note}`; }
}

function sentence(line: Exclude<LedgerLine, { type: "chain" }>): string {
  if (line.type === "retried") return "taken out of the quarantine to be retried";
  if (line.type === "dark_removed") return "a dark, removed";
  const folder = join(line.root, ...line.folder.split("/"));
  if (line.type === "late") return `${line.files[0]?.name} came after it and is now in ${folder}`;
  if (line.type === "quarantined") return `moved to ${folder}: ${line.reason}`;
  const what = line.type === "dark_archived" ? "a dark, archived in" : line.again ? "was already in" : "delivered to";
  const dark = line.referenceDark === null ? "" : `, reference dark ${line.referenceDark}`;
  const values = line.parameters === 0 ? "" : `, ${counted(line.parameters, "parameter")}`;
  return `${what} ${folder}, ${line.latency_s.toFixed(2)} s after it was written${values}${dark}`;
}
