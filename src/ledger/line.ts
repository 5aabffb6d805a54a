/**
 * The ledger's lines: one JSON object for each thing that became of a frame, each with the SHA-256 of the line before
 * it. docs/ledger.md describes every key.
 */
import { createHash } from "node:crypto";
import { isNumber, isText, orNull, shape } from "../files/json_shape.ts";

export interface LedgerFile {
  readonly name: string;
  readonly role: "image" | "sidecar" | "nexus" | "geometry" | "other";
  /** In bytes. */
  readonly size: number;
  /** In hex; null where the configuration asks for none. */
  readonly sha256: string | null;
}

interface OfFrame {
  /** The id of its claim: lines of one claim belong together. */
  readonly claim: string;
  /** Path of the image below the raw folder, forward slashes. */
  readonly frame: string;
}

/** Where files stand: `root` absolute, `folder` below it with forward slashes, "" for the root itself. */
interface Placed {
  readonly root: string;
  readonly folder: string;
  /** In the order in which they got their names. */
  readonly files: readonly LedgerFile[];
}

export interface DeliveredEntry extends OfFrame, Placed {
  /** "dark_archived": a dark that the policy puts into the archive folder. */
  readonly type: "delivered" | "dark_archived";
  readonly dark: boolean;
  /** The whole set stood there already with the same content. */
  readonly again: boolean;
  /** Bytes that were written. */
  readonly bytes: number;
  readonly latency_s: number;
  /** When the frame was written, ISO 8601 in UTC. */
  readonly written: string;
  /** How many parameters it has. */
  readonly parameters: number;
  /** Frame of the reference dark in its NeXus file, or null. */
  readonly referenceDark: string | null;
  readonly notes: readonly string[];
  /** It was in quarantine before. */
  readonly fromQuarantine: boolean;
}

export interface QuarantinedEntry extends OfFrame, Placed {
  readonly type: "quarantined";
  readonly reason: string;
  readonly cause: "unreadable" | "undeliverable";
  readonly bytes: number;
  readonly notes: readonly string[];
  readonly fromQuarantine: boolean;
}

/** A dark that the policy removes. Its files are gone: `files` says what they were. */
export interface DarkRemovedEntry extends OfFrame {
  readonly type: "dark_removed";
  readonly files: readonly LedgerFile[];
  readonly bytes: number;
}

/** A frame is taken out of the quarantine to be retried; what became of it is the next line of its claim. */
export interface RetriedEntry extends OfFrame {
  readonly type: "retried";
}

/** A file that came after its frame and stands beside it now. */
export interface LateEntry extends OfFrame, Placed {
  readonly type: "late";
  readonly bytes: number;
}

/** What stages write. */
export type LedgerEntry = DeliveredEntry | QuarantinedEntry | DarkRemovedEntry | RetriedEntry | LateEntry;

/** The line that was written, or that was there already from before a crash. */
export interface Receipt {
  readonly sequence: number;
  /** Counts delivered frames; null for other lines. */
  readonly number: number | null;
  readonly known: boolean;
}

/** The ledger as stages see it. */
export interface FrameLedger {
  /**
   * Writes a line; comes back when it is on the disk. Only then the claim may be removed.
   * @returns null where no ledger is kept
   * @throws LedgerError
   */
  append(entry: LedgerEntry): Promise<Receipt | null>;
  /**
   * Whether lines can be written, as far as can be known without writing one.
   * @throws LedgerError
   */
  check(): Promise<void>;
}

/** The first line of a chain. */
export interface ChainEntry {
  readonly type: "chain";
  /** Of the ledger, for ever: whoever follows it knows by this that it is the same. */
  readonly ledger: string;
  /** Of a chain after the first: where the one before it is damaged, and what was found there. */
  readonly follows: { readonly segment: string; readonly line: number; readonly problem: string } | null;
}

interface LineHead {
  /** Counts lines from 1; never repeated. */
  readonly sequence: number;
  /** SHA-256 of the line before, without its line end; zeros at the start of a chain. */
  readonly previous: string;
  /** When it was written, ISO 8601 in UTC. */
  readonly time: string;
}

export type DeliveredLine = LineHead & DeliveredEntry & {
  /** Counts delivered frames from 1, over restarts. */
  readonly number: number;
};
export type LedgerLine = LineHead & (Exclude<LedgerEntry, DeliveredEntry> | ChainEntry) | DeliveredLine;

export const CHAIN_START = "0".repeat(64);
/** Of one frame; each stands whole in its NeXus file. */
export const NOTES_MAX = 50;

export function isDelivered(line: LedgerLine): line is DeliveredLine {
  return line.type === "delivered" || line.type === "dark_archived";
}

/** Without its line end. The head comes first, which `headOfLine` relies on. */
export function encodeLine(head: LineHead, entry: LedgerEntry | ChainEntry, number: number | null): string {
  const { type, ...rest } = entry;
  const { sequence, previous, time } = head;
  return JSON.stringify({ sequence, previous, time, type, ...number === null ? {} : { number }, ...rest });
}

export function hashOfLine(line: string | Uint8Array): string {
  return createHash("sha256").update(line).digest("hex");
}

const HEAD = /^\{"sequence":(\d{1,15}),"previous":"([0-9a-f]{64})","time":"([0-9TZ:.+-]{20,35})","type":"([a-z_]+)"/;

/** What the chain consists of, without parsing the line; null where the text is not a ledger line. */
export function headOfLine(text: string): (LineHead & { readonly type: string }) | null {
  const match = HEAD.exec(text);
  if (match === null || !text.endsWith("}")) return null;
  return { sequence: Number(match[1]), previous: match[2]!, time: match[3]!, type: match[4]! };
}

const decoder = new TextDecoder();

/** Null where it is not a ledger line. */
export function parseLine(encoded: string | Uint8Array): LedgerLine | null {
  const text = typeof encoded === "string" ? encoded : decoder.decode(encoded);
  if (headOfLine(text) === null) return null;
  try {
    const line = JSON.parse(text) as LedgerLine;
    return isWhole(line) ? line : null;
  } catch {
    return null;
  }
}

const PLACED: readonly string[] = ["delivered", "dark_archived", "quarantined", "late"];

/** Whether all that readers rely on is there; keys of later versions are kept. */
function isWhole(line: LedgerLine): boolean {
  if (line.type === "chain") return typeof line.ledger === "string";
  if (typeof line.claim !== "string" || typeof line.frame !== "string") return false;
  if (line.type === "retried") return true;
  if (!Array.isArray(line.files) || !line.files.every(isFile)) return false;
  if (line.type === "dark_removed") return true;
  if (!PLACED.includes(line.type)) return false;
  return typeof line.root === "string" && typeof line.folder === "string" &&
    (!isDelivered(line) || Number.isSafeInteger(line.number));
}

const isFile = shape<Omit<LedgerFile, "role">>({ name: isText, size: isNumber, sha256: orNull(isText) });
