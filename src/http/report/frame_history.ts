/** The last frames as the page lists them, and where the files of somewhat more of them are. */
import { basename } from "node:path";
import type { FrameEvent } from "../../frames/events.ts";
import type { FrameFiles } from "../messages.ts";
import type { FrameFigures, FramePayload } from "../payloads.ts";

const LISTED = 50;
/** About 1 kB each. */
const FILES_KEPT_MAX = 2000;
/** Frames in progress whose merge had something to report. */
const UNTAGGED_MAX = 1000;

export interface FrameHistoryOptions {
  /** Whether what is written is read back and compared. */
  readonly verifies: () => boolean;
  readonly now_ms?: () => number;
}

export class FrameHistory {
  readonly #options: FrameHistoryOptions;
  readonly #now_ms: () => number;
  /** Above what 100 frames a second had used before a restart. */
  #lastOwnId: number;
  /** From the first frame that has no line on: both kinds of numbers do not go together. */
  #hasOwnIds = false;
  #listed: FramePayload[] = [];
  readonly #files = new Map<number, FrameFiles>();
  readonly #untagged = new Set<string>();
  #newest: FramePayload | null = null;

  constructor(options: FrameHistoryOptions) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
    this.#lastOwnId = Math.floor(this.#now_ms() / 10);
  }

  /** Oldest first. */
  get listed(): readonly FramePayload[] {
    return this.#listed;
  }

  /** The frame that was delivered last; darks do not count. */
  get newest(): FramePayload | null {
    return this.#newest;
  }

  /** @returns what the page lists of it; null for a step that is no end */
  add(event: FrameEvent): FramePayload | null {
    if (event.type === "claimed") return null;
    if (event.type === "merged") {
      if (!event.tagged) this.#untagged.add(event.frame);
      if (this.#untagged.size > UNTAGGED_MAX) this.#untagged.delete(this.#untagged.values().next().value!);
      return null;
    }
    const id = this.#idOf(event);
    const [folder, name] = partsOf(event.frame);
    const frame = { id, folder, name, figures: null, ...this.#describe(event, name) };
    this.#untagged.delete(event.frame);
    // Several are delivered at once, so one may come before another of a smaller number.
    this.#listed = [...this.#listed.filter((other) => other.id !== id), frame].sort((a, b) => a.id - b.id).slice(
      -LISTED,
    );
    if (frame.kind === "frame" && id > (this.#newest?.id ?? 0)) this.#newest = frame;
    this.#keepFiles(id, event);
    return frame;
  }

  /** Null where it is not known, or not any more. */
  files(id: number | "latest"): FrameFiles | null {
    return this.#files.get(id === "latest" ? this.#newest?.id ?? -1 : id) ?? null;
  }

  /** @returns the frame with them; null where it is not listed, or has them already */
  seen(id: number, figures: FrameFigures): FramePayload | null {
    const at = this.#listed.findIndex((frame) => frame.id === id);
    const frame = this.#listed[at];
    if (frame === undefined || frame.figures !== null) return null;
    const known = { ...frame, figures };
    this.#listed = this.#listed.with(at, known);
    return known;
  }

  /** Never used again: of the ledger, where one is kept. */
  #idOf({ sequence }: Ended): number {
    if (sequence !== undefined && !this.#hasOwnIds) return sequence;
    this.#hasOwnIds = true;
    return ++this.#lastOwnId;
  }

  #describe(event: Ended, name: string): Pick<FramePayload, "kind" | "time" | "latency_s" | "verified" | "notes"> {
    const now_ms = this.#now_ms();
    const at = (ms: number) => new Date(ms).toISOString();
    switch (event.type) {
      case "delivered": {
        const time = at(now_ms - 1000 * event.latency_s);
        const verified = this.#options.verifies();
        const kind = event.dark === true ? "dark" : "frame";
        return { kind, time, latency_s: event.latency_s, verified, notes: this.#notesOf(event, name) };
      }
      case "quarantined":
        return quiet("quarantined", at(now_ms), `in quarantine: ${event.reason}`);
      case "dark_removed":
        return quiet("dark", at(now_ms), "dark, removed");
    }
  }

  #notesOf(event: Ended & { type: "delivered" }, name: string): string[] {
    const notes: string[] = [];
    const delivered = basename(event.roles?.image ?? "");
    if (delivered !== "" && delivered !== name) notes.push(`delivered as ${delivered}`);
    if (event.roles?.sidecar === null) notes.push("without a sidecar");
    if (this.#untagged.has(event.frame)) notes.push("its tags hold no metadata");
    if (event.dark === true) notes.push("dark, kept");
    if (event.again === true) notes.push("was in the output already");
    return notes;
  }

  #keepFiles(id: number, event: Ended): void {
    const roles = event.type === "delivered" ? event.roles ?? null : null;
    const reason = event.type === "quarantined"
      ? `It is in quarantine: ${event.reason}`
      : event.type === "dark_removed"
      ? "It was a dark and is removed"
      : null;
    this.#files.set(id, { id, frame: event.frame, roles, reason });
    if (this.#files.size > FILES_KEPT_MAX) this.#files.delete(this.#files.keys().next().value!);
  }
}

type Ended = Extract<FrameEvent, { type: "delivered" | "quarantined" | "dark_removed" }>;

function quiet(kind: FramePayload["kind"], time: string, note: string) {
  return { kind, time, latency_s: null, verified: false, notes: [note] };
}

/** The folder, "" for the raw folder itself, and the name. */
function partsOf(frame: string): [folder: string, name: string] {
  const slash = frame.lastIndexOf("/");
  return [frame.slice(0, Math.max(0, slash)), frame.slice(slash + 1)];
}
