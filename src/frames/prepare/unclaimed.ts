/** Counts what stays in raw since it is no frame, and names each thing once in the log. */
import type { Reporter, UnclaimedCounts, UnclaimedKind } from "../events.ts";
import type { Unclaimed } from "./sort_names.ts";

/** What is there for a moment only (a file that is copied under another name first) is not named. */
const STAYS_MS = 2000;
/** QXRD's lock files and temporary names may be there for longer. */
const UNFINISHED_MS = 30_000;
/** Of a kind; more are counted, but neither remembered nor named. */
const REMEMBERED_MAX = 10_000;
/** In one log line. */
const NAMED_MAX = 10;
const NAME_LENGTH_MAX = 160;

interface KindText {
  readonly one: string;
  readonly many: string;
  /** What that means for the reader. */
  readonly what: string;
}

const KINDS: Readonly<Record<UnclaimedKind, KindText>> = {
  other: {
    one: "file is not a frame and stays",
    many: "files are not frames and stay",
    what: "only names that end with .tif or .tiff, and what carries such a name, are delivered",
  },
  companion: {
    one: "file belongs to no frame and stays",
    many: "files belong to no frame and stay",
    what: "they are delivered when their frame is; see which image they are of, or remove them",
  },
  unfinished: {
    one: "temporary file stays",
    many: "temporary files stay",
    what: "left by a program that ended while writing; they can be removed",
  },
  hidden: {
    one: "name with a leading dot stays",
    many: "names with a leading dot stay",
    what: "these are ignored; rename them if they are frames",
  },
  link: {
    one: "link is not followed and stays",
    many: "links are not followed and stay",
    what: "replace them by the files themselves",
  },
  special: {
    one: "pipe, socket or device stays",
    many: "pipes, sockets or devices stay",
    what: "these are never opened; remove them",
  },
  unreadable_name: {
    one: "name is not UTF-8 and stays",
    many: "names are not UTF-8 and stay",
    what: "rename them, then they are delivered",
  },
  folder: {
    one: "sub-folder cannot be read; frames in it wait",
    many: "sub-folders cannot be read; frames in them wait",
    what: "give pewatch's account the right to list them, or move them out of the raw folder",
  },
};

interface Seen {
  since_ms: number;
  named: boolean;
}

/** One for the stage. Forgets what is gone. */
export class UnclaimedReport {
  readonly #seen = new Map<UnclaimedKind, Map<string, Seen>>();
  readonly #now_ms: () => number;

  constructor(now_ms: () => number = () => performance.now()) {
    this.#now_ms = now_ms;
  }

  /** After each scan; names what has stayed for some time and was not named before, one line a kind. */
  report(unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>, reporter: Reporter): UnclaimedCounts {
    const counts: Partial<Record<UnclaimedKind, number>> = {};
    for (const kind of Object.keys(KINDS) as UnclaimedKind[]) {
      const present = unclaimed.get(kind) ?? [];
      if (present.length > 0) counts[kind] = present.length;
      this.#reportKind(kind, present, reporter);
    }
    return counts;
  }

  #reportKind(kind: UnclaimedKind, present: readonly Unclaimed[], reporter: Reporter): void {
    const before = this.#seen.get(kind);
    if (present.length === 0) return void this.#seen.delete(kind);
    const now_ms = this.#now_ms();
    const stays_ms = kind === "unfinished" ? UNFINISHED_MS : STAYS_MS;
    const seen = new Map<string, Seen>();
    const fresh: Unclaimed[] = [];
    let freshCount = 0;
    for (const one of present) {
      if (seen.size >= REMEMBERED_MAX) break;
      const known = before?.get(one.name) ?? { since_ms: now_ms, named: false };
      seen.set(one.name, known);
      if (known.named || now_ms - known.since_ms < stays_ms) continue;
      known.named = true;
      freshCount++;
      if (fresh.length < NAMED_MAX) fresh.push(one);
    }
    this.#seen.set(kind, seen);
    if (freshCount > 0) reporter.log.warn(`raw folder: ${lineOf(KINDS[kind], fresh, freshCount)}`);
  }
}

/** "2 links are not followed and stay in the raw folder: today, old; replace them by the files themselves". */
function lineOf(text: KindText, named: readonly Unclaimed[], count: number): string {
  const names = named.map(({ name, reason }) => reason === undefined ? short(name) : `${short(name)} (${reason})`);
  const more = count > named.length ? ` and ${count - named.length} more` : "";
  const subject = count === 1 ? text.one : text.many;
  return `${count} ${subject}: ${names.join(", ")}${more}; ${text.what}`;
}

/** One line for each kind that a scan has found, for who looks once. */
export function unclaimedLines(unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>): readonly string[] {
  return (Object.keys(KINDS) as UnclaimedKind[]).flatMap((kind) => {
    const present = unclaimed.get(kind) ?? [];
    return present.length === 0 ? [] : [lineOf(KINDS[kind], present.slice(0, NAMED_MAX), present.length)];
  });
}

/** A path of many folders is known by its beginning and its end. */
function short(name: string): string {
  if (name.length <= NAME_LENGTH_MAX) return name;
  const half = NAME_LENGTH_MAX / 2;
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}

/** For people: "2 other files, 1 link"; "" where nothing stays. */
export function unclaimedText(counts: UnclaimedCounts): string {
  const words: Readonly<Record<UnclaimedKind, string>> = {
    other: "other files",
    companion: "without their image",
    unfinished: "temporary",
    hidden: "with a leading dot",
    link: "links",
    special: "pipes or devices",
    unreadable_name: "names that are not UTF-8",
    folder: "unreadable sub-folders",
  };
  return Object.entries(counts).map(([kind, count]) => `${count} ${words[kind as UnclaimedKind]}`).join(", ");
}
