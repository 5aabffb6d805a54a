/** Reads a whole ledger and checks its chain; works beside a daemon that writes it. */
import { ChainCheck } from "./chain.ts";
import type { LedgerDamage } from "./error.ts";
import { isDelivered, type LedgerEntry, type LedgerLine, parseLine } from "./line.ts";
import { firstLineIn, linesIn, listSegments, readChainStart } from "./segments.ts";

export interface FoundDamage extends LedgerDamage {
  /** A chain that begins behind it refers to it. */
  readonly repaired: boolean;
}

export interface AuditReport {
  readonly segments: number;
  readonly lines: number;
  /** Of the first and the last line; null in an empty ledger. */
  readonly first: { readonly sequence: number; readonly time: string } | null;
  readonly last: { readonly sequence: number; readonly time: string } | null;
  /** Lines of each type. */
  readonly counts: Readonly<Record<string, number>>;
  readonly damages: readonly FoundDamage[];
  /** Where segments were removed by `keep_days`: the last line that was. */
  readonly removedUpTo: number | null;
}

export class LedgerAudit {
  readonly #folder: string;
  readonly #segmentsMax: number;
  #segments = 0;
  #lines = 0;
  #first: AuditReport["first"] = null;
  #last: AuditReport["last"] = null;
  readonly #counts: Record<string, number> = {};
  #damages: FoundDamage[] = [];
  #removedUpTo: number | null = null;

  /** @param options.last only so many of the last segments, for a quick look */
  constructor(folder: string, options: { readonly last?: number } = {}) {
    this.#folder = folder;
    this.#segmentsMax = options.last ?? Infinity;
  }

  /**
   * All lines that can be read, oldest first.
   * @throws the system's error where a segment cannot be read
   */
  *lines(): Generator<LedgerLine> {
    const start = readChainStart(this.#folder);
    const all = listSegments(this.#folder);
    const segments = all.slice(Math.max(0, all.length - this.#segmentsMax));
    const removed = start?.removed ?? null;
    this.#removedUpTo = removed?.sequence ?? null;
    const check = new ChainCheck(removed !== null && segments[0]?.first === removed.sequence + 1 ? removed : null);
    if (
      removed === null && segments.length === all.length && segments[0] !== undefined && segments[0].first !== 1 &&
      parseLine(firstLineIn(segments[0]))?.type !== "chain"
    ) {
      this.#damage({ segment: segments[0].name, line: 0, problem: "the files before it are missing" });
    }
    let before: { segment: string; line: number } | null = null;
    for (const segment of segments) {
      this.#segments++;
      let number = 0;
      for (const { bytes, ended } of linesIn(segment)) {
        // The daemon is writing it, or a stop has torn it: the next start removes it.
        if (!ended && segment === segments.at(-1)) break;
        number++;
        const found = check.next(bytes);
        const line = parseLine(bytes);
        if (line?.type === "chain" && line.follows !== null) this.#repaired();
        const at = { segment: segment.name, line: number };
        const problem = found?.problem ?? (line === null ? "it is not a ledger line" : null);
        if (problem !== null) this.#damage({ ...(found?.of === "before" ? before ?? at : at), problem });
        before = at;
        if (line === null) continue;
        this.#count(line);
        yield line;
      }
    }
  }

  /** Of the lines that were read. */
  report(): AuditReport {
    return {
      segments: this.#segments,
      lines: this.#lines,
      first: this.#first,
      last: this.#last,
      counts: this.#counts,
      damages: this.#damages,
      removedUpTo: this.#removedUpTo,
    };
  }

  #count({ sequence, time, type }: LedgerLine): void {
    this.#lines++;
    this.#first ??= { sequence, time };
    this.#last = { sequence, time };
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
  }

  #damage(damage: LedgerDamage): void {
    this.#damages.push({ ...damage, repaired: false });
  }

  #repaired(): void {
    this.#damages = this.#damages.map((damage) => ({ ...damage, repaired: true }));
  }
}

/** A line whose files stand somewhere. */
export type PlacedLine = LedgerLine & Extract<LedgerEntry, { readonly root: string }>;

/** Lines whose files are to be there: of frames that have left the quarantine since, the files are elsewhere. */
export function placedLines(lines: Iterable<LedgerLine>): PlacedLine[] {
  const placed: PlacedLine[] = [];
  const left = new Set<string>();
  for (const line of lines) {
    if (isDelivered(line) || line.type === "quarantined" || line.type === "late") placed.push(line as PlacedLine);
    if (line.type === "retried") left.add(line.frame);
  }
  return placed.filter((line) => line.type !== "quarantined" || !left.has(line.frame));
}
