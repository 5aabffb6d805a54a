/**
 * How far each consumer has come with the ledger. A cursor that is written late, or lost with a power cut, means that
 * some lines are handed out again, never that one is left out.
 */
import { join } from "node:path";
import { messageOf } from "../files/errors.ts";
import { encodeJson, readJson } from "../files/json_file.ts";
import { isCount, isObject, isText, listOf, oneOf, orAbsent, orNull, shape } from "../files/json_shape.ts";
import { makeOwnFolder } from "../files/plain_file.ts";
import { writeWholeBehind } from "../files/whole_file.ts";
import { LEDGER_FOLDER } from "../files/service_names.ts";
import type { Logger } from "../log/logger.ts";

export interface Cursor {
  /** Up to this line the consumer is done. */
  readonly sequence: number;
  /** Of the last delivered frame up to there. */
  readonly number: number;
  /** When it last moved, ISO 8601 in UTC. */
  readonly moved: string;
  /** Frames that were given up. */
  readonly skipped: number;
  /** The last one, or null. */
  readonly lastSkipped: string | null;
  /** How often the line behind it has failed. */
  readonly tries: number;
  /** What the consumer has not done though its cursor is beyond: lines up to here, and those that it gave up. */
  readonly notBefore: number;
  readonly givenUp: readonly number[];
}

export interface CursorsOptions {
  readonly stateDir: string;
  readonly log: Logger;
  fsync(): boolean;
}

const CURSORS_NAME = "cursors.json";
const BYTES_MAX = 4 * 1024 * 1024;
/** Names may come from plugins; the one that moved longest ago makes room. */
const CURSORS_MAX = 1000;
/** Of older lines nobody asks any more. */
const GIVEN_UP_MAX = 1000;
/** A consumer that is killed gets again what it has done since the last write. */
const WRITE_EACH_MS = 500;

interface CursorFile {
  readonly version: 1;
  readonly cursors: Readonly<Record<string, Cursor>>;
}

export class Cursors {
  readonly #options: CursorsOptions;
  readonly #path: string;
  #cursors = new Map<string, Cursor>();
  #changed = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();
  #failure: string | null = null;

  constructor(options: CursorsOptions) {
    this.#options = options;
    this.#path = cursorsPath(options.stateDir);
    try {
      this.#cursors = new Map(Object.entries(readCursors(options.stateDir)));
    } catch (error) {
      options.log.error(`${messageOf(error)}; consumers begin with the next frame`);
      this.#setAside();
    }
  }

  /** The highest number that any consumer has seen. */
  get highest(): number {
    return Math.max(0, ...[...this.#cursors.values()].map(({ sequence }) => sequence));
  }

  all(): ReadonlyMap<string, Cursor> {
    return this.#cursors;
  }

  get(consumer: string): Cursor | undefined {
    return this.#cursors.get(consumer);
  }

  /** The consumer's cursor; one that is new begins at the place given, from the moment on that this is on the disk. */
  async begin(consumer: string, at: Pick<Cursor, "sequence" | "number">): Promise<Cursor> {
    const known = this.#cursors.get(consumer);
    if (known !== undefined) return known;
    const none = { skipped: 0, lastSkipped: null, tries: 0, givenUp: [] };
    const begun = this.#set(consumer, { ...at, ...none, notBefore: at.sequence });
    await this.flush();
    return begun;
  }

  /** Everything up to this line is done; a cursor never goes back. */
  move(consumer: string, to: Pick<Cursor, "sequence" | "number">): void {
    const cursor = this.#cursors.get(consumer);
    if (cursor === undefined || to.sequence <= cursor.sequence) return;
    this.#set(consumer, { ...cursor, sequence: to.sequence, number: Math.max(to.number, cursor.number), tries: 0 });
  }

  /** The line behind the cursor has failed; returns how often by now. */
  fail(consumer: string): number {
    const cursor = this.#cursors.get(consumer);
    return cursor === undefined ? 0 : this.#set(consumer, { ...cursor, tries: cursor.tries + 1 }).tries;
  }

  /** Gives the line up. */
  skip(consumer: string, line: { readonly sequence: number; readonly number: number; readonly frame: string }): void {
    const cursor = this.#cursors.get(consumer);
    if (cursor === undefined) return;
    const { sequence, number, frame } = line;
    const givenUp = [...cursor.givenUp, sequence].slice(-GIVEN_UP_MAX);
    this.#set(consumer, {
      ...cursor,
      sequence,
      number,
      tries: 0,
      skipped: cursor.skipped + 1,
      lastSkipped: frame,
      givenUp,
    });
  }

  /** Lines up to this one are gone from the ledger, and some of them the consumer never had. */
  miss(consumer: string, upTo: number): void {
    const cursor = this.#cursors.get(consumer);
    if (cursor !== undefined && upTo > cursor.notBefore) this.#set(consumer, { ...cursor, notBefore: upTo });
  }

  /** Returns whether there was one. */
  forget(consumer: string): boolean {
    const had = this.#cursors.delete(consumer);
    if (had) this.#writeSoon();
    return had;
  }

  /** Comes back when all moves so far are on the disk, or cannot be written. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return this.#writing = this.#writing.then(() => this.#write());
  }

  #set(consumer: string, cursor: Omit<Cursor, "moved">): Cursor {
    const changed = { ...cursor, moved: new Date().toISOString() };
    this.#cursors.set(consumer, changed);
    if (this.#cursors.size > CURSORS_MAX) {
      const [oldest] = [...this.#cursors].toSorted(([, a], [, b]) => a.moved < b.moved ? -1 : 1);
      this.#cursors.delete(oldest![0]);
    }
    this.#writeSoon();
    return changed;
  }

  #writeSoon(): void {
    this.#changed = true;
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_EACH_MS);
  }

  async #write(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const file: CursorFile = { version: 1, cursors: Object.fromEntries(this.#cursors) };
    try {
      makeOwnFolder(this.#options.stateDir, LEDGER_FOLDER);
      await writeWholeBehind(this.#path, [encodeJson(file, 1)], { fsync: this.#options.fsync() });
      this.#failure = null;
    } catch (error) {
      this.#changed = true;
      const reason = messageOf(error);
      if (this.#failure === null) {
        const text = "after a restart consumers get again what they had since then";
        this.#options.log.warn(`${this.#path} cannot be written: ${reason}; ${text}`);
      }
      this.#failure = reason;
    }
  }

  #setAside(): void {
    try {
      Deno.renameSync(this.#path, `${this.#path}.damaged`);
    } catch {
      // written over with the first move
    }
  }
}

function cursorsPath(stateDir: string): string {
  return join(stateDir, LEDGER_FOLDER, CURSORS_NAME);
}

/**
 * None where there is no file.
 * @throws JsonFileError, or the system's error
 */
export function readCursors(stateDir: string): Readonly<Record<string, Cursor>> {
  const kind = { bytesMax: BYTES_MAX, what: "a list of consumers", isRight: isCursorFile };
  const cursors = readJson(cursorsPath(stateDir), kind)?.cursors ?? {};
  return Object.fromEntries(Object.entries(cursors).map(([name, cursor]) => [name, withAllKeys(cursor)]));
}

/** Files of earlier versions do not say where a cursor began. */
function withAllKeys(cursor: Cursor): Cursor {
  return { ...cursor, notBefore: cursor.notBefore ?? cursor.sequence, givenUp: cursor.givenUp ?? [] };
}

const isCursor = shape<Cursor>({
  sequence: isCount,
  number: isCount,
  moved: isText,
  skipped: isCount,
  lastSkipped: orNull(isText),
  tries: isCount,
  notBefore: orAbsent(isCount),
  givenUp: orAbsent(listOf(isCount)),
});

const isCursorFile = shape<CursorFile>({
  version: oneOf(1),
  cursors: (cursors) => isObject(cursors) && Object.values(cursors).every(isCursor),
});
