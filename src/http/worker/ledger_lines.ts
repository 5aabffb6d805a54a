/**
 * The ledger for programs: a piece of it, or a stream that goes on; each line as it stands in its file. Read in this
 * thread, from the disk: who follows costs the main thread a question, and lines are sent as fast as they are read.
 */
import { messageOf } from "../../files/errors.ts";
import type { LedgerPlace } from "../../daemon/client_consumers.ts";
import type { LedgerLine } from "../../ledger/line.ts";
import { LedgerReader } from "../../ledger/reader.ts";
import type { EventClient } from "../server/event_client.ts";
import { eventStream, type HttpRequest, type HttpResponse, refused } from "../server/response.ts";
import { type MainThread, NoAnswerError } from "./main_thread.ts";

const LINES_USUAL = 100;
const LINES_MAX = 1000;
/** So few that a piece is read by its client within the time that an event has. */
const LINES_OF_STREAM = 64;
const FOLLOWERS_MAX = 16;
/** How soon a new line goes out. */
const LOOK_MS = 200;
/** A client that is gone without a word is found by it. */
const SIGN_OF_LIFE_MS = 15_000;
/** Readers that wait for whoever goes on where they stopped. */
const READERS_MAX = 32;

export const CONSUMER_NAME_RULE = "The name of a consumer has 1 to 64 letters, digits, blanks and _ . + ( ) -";

export function isConsumerName(text: string): boolean {
  return /^[\p{L}\p{N}_.+() -]{1,64}$/u.test(text);
}

export interface LedgerLinesOptions {
  readonly main: Pick<MainThread, "ask">;
  /** A client that read too slowly. */
  readonly onDropped: () => void;
}

interface Begin {
  readonly place: LedgerPlace;
  readonly after: number;
}

interface Piece {
  readonly lines: readonly LedgerLine[];
  /** Up to here everything was looked at. */
  readonly position: number;
}

export class LedgerLines {
  readonly #options: LedgerLinesOptions;
  /** By the line behind which each goes on. */
  readonly #readers = new Map<number, LedgerReader>();
  #followers = 0;

  constructor(options: LedgerLinesOptions) {
    this.#options = options;
  }

  /** `GET /api/ledger`: JSON lines. */
  async piece({ query }: HttpRequest): Promise<HttpResponse> {
    const limit = numberIn(query.get("limit") ?? String(LINES_USUAL));
    if (limit === null || limit < 1) return refused(400, "limit is a whole number from 1 on");
    const begin = await this.#begin(query, query.get("after"));
    if ("status" in begin) return begin;
    const { place, after } = begin;
    const { lines, position } = await this.#read(place, { after, limit: Math.min(limit, LINES_MAX) });
    const headers = {
      "content-type": "application/x-ndjson",
      "x-ledger": place.ledger ?? "",
      "x-newest": String(place.newest),
      "x-position": String(position),
    };
    return { status: 200, headers, body: lines.map((line) => `${JSON.stringify(line)}\n`).join("") };
  }

  /** `GET /api/ledger/events`: Server-Sent Events whose ids are the lines' numbers. */
  async follow({ query, headers }: HttpRequest): Promise<HttpResponse> {
    if (this.#followers >= FOLLOWERS_MAX) {
      return refused(503, `${FOLLOWERS_MAX} programs follow the ledger already`, { "retry-after": "30" });
    }
    const begin = await this.#begin(query, headers.get("last-event-id") ?? query.get("after"));
    if ("status" in begin) return begin;
    return eventStream((client) => void this.#follow(client, begin.after));
  }

  /** Behind which line; a refusal where that cannot be said. */
  async #begin(query: URLSearchParams, given: string | null): Promise<Begin | HttpResponse> {
    const consumer = query.get("consumer");
    if (consumer !== null && !isConsumerName(consumer)) return refused(400, CONSUMER_NAME_RULE);
    const after = given === null ? null : numberIn(given);
    if (given !== null && after === null) return refused(400, "after is the number of a line, 0 for the beginning");
    const place = await this.#options.main.ask("ledger", { consumer });
    if (place === null) return refused(503, "pewatch has not started yet", { "retry-after": "1" });
    if (after === null && consumer !== null && place.cursor === null) {
      return refused(
        404,
        `There is no consumer ${consumer}; POST to /api/ledger/${encodeURIComponent(consumer)} first`,
      );
    }
    const begun = after ?? place.cursor ?? place.newest;
    if (begun <= place.newest) return { place, after: begun };
    return refused(409, `Line ${begun} is not written yet; the newest is ${place.newest}. Is this the same ledger?`);
  }

  async #follow(client: EventClient, after: number): Promise<void> {
    this.#followers++;
    client.onClose = () => {
      this.#followers--;
      if (client.wasDropped) this.#options.onDropped();
    };
    let sent_ms = performance.now();
    for (let position = after; !client.closed;) {
      const piece = await this.#next(position, client);
      position = Math.max(position, piece?.position ?? 0);
      const text = (piece?.lines ?? []).map(eventOf).join("");
      if (text !== "" || performance.now() - sent_ms > SIGN_OF_LIFE_MS) {
        client.send(utf8.encode(text === "" ? ":\n\n" : text));
        sent_ms = performance.now();
        await client.drained();
      }
      if (text === "") await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Null where there is nothing to be had now; a ledger that cannot be read ends the stream, with the reason in it. */
  async #next(after: number, client: EventClient): Promise<Piece | null> {
    try {
      const place = await this.#options.main.ask("ledger", { consumer: null });
      return place === null ? null : await this.#read(place, { after, limit: LINES_OF_STREAM });
    } catch (error) {
      if (error instanceof NoAnswerError) return null;
      client.send(utf8.encode(`: ${messageOf(error).replaceAll(/\s+/g, " ")}\n\n`));
      await client.drained();
      client.close();
      return null;
    }
  }

  async #read(place: LedgerPlace, { after, limit }: { after: number; limit: number }): Promise<Piece> {
    let position = after;
    // Where lines are gone, the first that are there.
    while (position < place.newest) {
      const reader = this.#readers.get(position) ?? new LedgerReader(place.folder);
      this.#readers.delete(position);
      const read = await reader.read(position, Math.min(place.newest, position + limit));
      position = read.lines.at(-1)?.sequence ?? Math.min(read.upTo, place.newest);
      this.#keep(position, reader);
      if (read.lines.length > 0) return { lines: read.lines, position };
    }
    return { lines: [], position };
  }

  #keep(position: number, reader: LedgerReader): void {
    if (this.#readers.size >= READERS_MAX) this.#readers.delete(this.#readers.keys().next().value!);
    this.#readers.set(position, reader);
  }
}

const utf8 = new TextEncoder();

/** JSON has no line breaks of its own. */
function eventOf(line: LedgerLine): string {
  return `event: line\ndata: ${JSON.stringify(line)}\nid: ${line.sequence}\n\n`;
}

function numberIn(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
