/** Judges a ledger against what stands in the output, by other means than the program's own. */
import { join } from "node:path";
import { sha256 } from "../folders.ts";

interface Line {
  readonly sequence: number;
  readonly previous: string;
  readonly type: string;
  readonly claim?: string;
  readonly frame?: string;
  readonly root?: string;
  readonly folder?: string;
  readonly fromQuarantine?: boolean;
  readonly files?: readonly { readonly name: string; readonly size: number; readonly sha256: string | null }[];
}

export interface LedgerVerdict {
  readonly problems: readonly string[];
  /** How many lines there are of each type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Paths that delivered sets and files in quarantine have, each once. */
  readonly files: ReadonlySet<string>;
}

export interface JudgeOptions {
  /** The output as this side sees it, where the daemon reached it by another path. */
  readonly output?: string;
  /** What was in quarantine and was mended there has other bytes now. */
  readonly mended?: boolean;
}

/** Chain, numbers, one line for each claim and type, and every named file with its size and SHA-256. */
export function judgeLedger(folder: string, options: JudgeOptions = {}): LedgerVerdict {
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  const files = new Set<string>();
  const keys = new Set<string>();
  const lines = readLines(folder, problems);
  let previous = "0".repeat(64);
  lines.forEach(({ text, line }, index) => {
    if (line.sequence !== index + 1) problems.push(`line ${index + 1} has the number ${line.sequence}`);
    if (line.previous !== previous) problems.push(`line ${line.sequence} does not continue the one before it`);
    previous = sha256(text);
    counts[line.type] = (counts[line.type] ?? 0) + 1;
    const key = `${line.type} of claim ${line.claim}`;
    if (keys.has(key)) problems.push(`${key} (${line.frame}) has two lines`);
    keys.add(key);
  });
  const retried = new Set(lines.filter(({ line }) => line.fromQuarantine === true).map(({ line }) => line.frame));
  for (const { line } of lines) {
    if (!["delivered", "dark_archived", "quarantined", "late"].includes(line.type)) continue;
    const isGone = line.type === "quarantined" && retried.has(line.frame);
    for (const file of line.files ?? []) {
      const path = join(options.output ?? line.root!, ...line.folder!.split("/"), file.name);
      if (isGone) continue;
      if (files.has(path)) problems.push(`${path} stands in two lines`);
      files.add(path);
      const fault = faultOf(path, file, options.mended === true && line.type === "quarantined");
      if (fault !== null) problems.push(`line ${line.sequence}, ${line.type} ${line.frame}: ${file.name} ${fault}`);
    }
  }
  return { problems, counts, files };
}

function readLines(folder: string, problems: string[]): { text: string; line: Line }[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".jsonl")).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return names.flatMap((name) => {
    const text = Deno.readTextFileSync(join(folder, name));
    if (text !== "" && !text.endsWith("\n")) problems.push(`${name} ends within a line`);
    return text.split("\n").slice(0, -1).flatMap((text) => {
      try {
        return [{ text, line: JSON.parse(text) as Line }];
      } catch {
        problems.push(`${name} has a line that is not JSON: ${text.slice(0, 80)}`);
        return [];
      }
    });
  });
}

function faultOf(path: string, file: { size: number; sha256: string | null }, mayDiffer: boolean): string | null {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(path);
  } catch {
    return "is not there";
  }
  if (mayDiffer) return null;
  if (bytes.length !== file.size) return `has ${bytes.length} bytes instead of ${file.size}`;
  return file.sha256 === null || file.sha256 === sha256(bytes) ? null : "has another checksum";
}
