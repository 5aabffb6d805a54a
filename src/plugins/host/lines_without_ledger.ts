/** Lines of frames that no ledger gives: a plugin in the place of a stage asks for none, or none is kept. */
import { dirname, relative, sep } from "node:path";
import { statOf } from "../../files/listing.ts";
import type { FrameEvent } from "../../frames/events.ts";
import type { DeliveredEntry, LedgerFile, LedgerLine } from "../../ledger/line.ts";
import type { ReadLines } from "../../ledger/reader.ts";
import type { LineSource } from "./frame_feed.ts";

type Delivered = Extract<FrameEvent, { type: "delivered" }>;

/** Without checksums: nobody has read the files. */
export function entryOfReport(event: Delivered, outputRoot: string, now_ms: number): DeliveredEntry {
  const first = dirname(event.files[0] ?? outputRoot);
  // A set in several folders is named from the root.
  const folder = event.files.every((path) => dirname(path) === first) ? first : outputRoot || sep;
  const isBelow = outputRoot !== "" && (folder === outputRoot || folder.startsWith(outputRoot + sep));
  return {
    type: "delivered",
    claim: `reported-${crypto.randomUUID()}`,
    frame: event.frame,
    root: isBelow ? outputRoot : folder,
    folder: isBelow ? relative(outputRoot, folder).split(sep).join("/") : "",
    files: event.files.map((path) => ({
      name: relative(folder, path).split(sep).join("/"),
      role: roleOf(path, event),
      size: sizeOf(path),
      sha256: null,
    })),
    dark: event.dark === true,
    again: event.again === true,
    bytes: event.bytes,
    latency_s: event.latency_s,
    written: new Date(now_ms - event.latency_s * 1000).toISOString(),
    parameters: 0,
    referenceDark: null,
    notes: [],
    fromQuarantine: false,
  };
}

function roleOf(path: string, { roles }: Delivered): LedgerFile["role"] {
  if (path === roles?.image || (roles === undefined && /\.tiff?$/i.test(path))) return "image";
  if (path === roles?.sidecar || (roles === undefined && /\.metadata$/i.test(path))) return "sidecar";
  return path === roles?.nexus || (roles === undefined && /\.nxs$/i.test(path)) ? "nexus" : "other";
}

function sizeOf(path: string): number {
  try {
    return statOf(path)?.size ?? 0;
  } catch {
    return 0;
  }
}

const KEPT_MAX = 10_000;

/** Where no ledger is kept: the last lines, in memory. */
export class UnwrittenLines implements LineSource {
  readonly #kept: number;
  readonly recent: LedgerLine[] = [];
  newest = 0;

  constructor(kept = KEPT_MAX) {
    this.#kept = kept;
  }

  get delivered(): number {
    return this.newest;
  }

  push(entry: DeliveredEntry, now_ms: number): void {
    const sequence = ++this.newest;
    const time = new Date(now_ms).toISOString();
    this.recent.push({ sequence, previous: "", time, number: sequence, ...entry });
    if (this.recent.length > this.#kept) this.recent.shift();
  }

  /** What is asked for is gone. */
  reader() {
    return {
      read: (after: number, upTo: number): Promise<ReadLines> => {
        const lines = this.recent.filter(({ sequence }) => sequence > after && sequence <= upTo);
        const first = lines[0]?.sequence ?? upTo + 1;
        return Promise.resolve({ lines, upTo, missing: first - after - 1 });
      },
    };
  }
}
