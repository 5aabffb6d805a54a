/** One connection of a client: requests one after the other, each within bounds of size and time. */
import { Buffer } from "node:buffer";
import { messageOf } from "../../files/errors.ts";
import { EventClient } from "./event_client.ts";
import { HEAD_BYTES_MAX, METHODS, parseHead, RequestError, type RequestHead } from "./request_head.ts";
import { headOf, type HttpRequest, type HttpResponse, refused } from "./response.ts";

export interface ConnectionLimits {
  /** How long a request may take to arrive, from its first byte. */
  readonly request_ms: number;
  /** How long a connection is kept without a request. */
  readonly idle_ms: number;
  /** A response has so long, and a second more for each of so many bytes. */
  readonly response_ms: number;
  readonly slowest_bytes_per_s: number;
}

const LIMITS: ConnectionLimits = { request_ms: 10_000, idle_ms: 60_000, response_ms: 30_000, slowest_bytes_per_s: 1e6 };
/** No more goes to the system at once, so that each step can be seen to end. */
const WRITE_BYTES_MAX = 256 * 1024;
/** Head and body that are no longer go out as one. */
const JOINED_BYTES_MAX = 64 * 1024;
/** An event is read within this, or its client is gone. */
const EVENT_MS_MAX = 30_000;

export type Handle = (request: HttpRequest) => Promise<HttpResponse>;

export interface ConnectionOptions {
  readonly handle: Handle;
  readonly onError: (text: string) => void;
  /** For tests. */
  readonly limits?: Partial<ConnectionLimits>;
}

/** The end of the last header, and the empty line. */
const HEAD_END = "\r\n\r\n";
const utf8 = new TextEncoder();

export class Connection {
  readonly #conn: Deno.TcpConn;
  readonly #options: ConnectionOptions;
  readonly #limits: ConnectionLimits;
  readonly #buffer = Buffer.alloc(HEAD_BYTES_MAX);
  #filled = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #client: EventClient | null = null;
  /** Whether a request is being answered; one that waits for its client may be closed in favour of another. */
  busy = false;
  /** Since when an answer that ends is being sent; null while none is. */
  sendingSince_ms: number | null = null;

  constructor(conn: Deno.TcpConn, options: ConnectionOptions) {
    this.#conn = conn;
    // Else what follows a small piece waits for the client's delayed acknowledgement of that: 40 ms.
    conn.setNoDelay(true);
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** Resolves when the connection has ended. Never rejects. */
  async serve(): Promise<void> {
    try {
      while (!this.#closed && await this.#serveOne());
    } catch (error) {
      if (!this.#closed && !isGone(error)) this.#options.onError(messageOf(error));
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#client?.close();
    try {
      this.#conn.close();
    } catch {
      // closed already
    }
  }

  /** @returns whether there may be another request */
  async #serveOne(): Promise<boolean> {
    let head: RequestHead | null = null;
    let response: HttpResponse;
    try {
      this.#limit(this.#limits.idle_ms);
      head = await this.#readHead();
      if (head === null) return false;
      const body = await this.#readBody(head.bodyLength);
      this.#limit(null);
      this.busy = true;
      const { method, path, headers } = head;
      const query = new URLSearchParams(head.query);
      const from = this.#conn.remoteAddr.hostname;
      response = await this.#options.handle({ method, path, query, headers, body, from });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      response = refused(error.status, error.message, error.status === 405 ? { allow: METHODS.join(", ") } : {});
      head = null;
    }
    const goesOn = await this.#respond(response, head);
    this.busy = false;
    return goesOn;
  }

  async #readHead(): Promise<RequestHead | null> {
    for (let looked = 0;;) {
      const end = this.#buffer.subarray(0, this.#filled).indexOf(HEAD_END, looked);
      if (end >= 0) {
        const head = parseHead(this.#buffer.toString("latin1", 0, end));
        this.#take(end + HEAD_END.length);
        return head;
      }
      looked = Math.max(0, this.#filled - HEAD_END.length + 1);
      if (this.#filled === this.#buffer.length) {
        throw new RequestError(431, `More than ${HEAD_BYTES_MAX} bytes of headers`);
      }
      const isFirst = this.#filled === 0;
      const count = await this.#conn.read(this.#buffer.subarray(this.#filled));
      if (count === null) return null;
      if (isFirst) this.#limit(this.#limits.request_ms);
      this.#filled += count;
    }
  }

  async #readBody(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const body = new Uint8Array(length);
    let done = Math.min(length, this.#filled);
    body.set(this.#buffer.subarray(0, done));
    this.#take(done);
    while (done < length) {
      const count = await this.#conn.read(body.subarray(done));
      if (count === null) throw new RequestError(400, "The body is cut off");
      done += count;
    }
    return body;
  }

  /** What comes behind belongs to the next request. */
  #take(count: number): void {
    this.#buffer.copyWithin(0, count, this.#filled);
    this.#filled -= count;
  }

  /** @param head null where the request could not be read: nothing behind it is believed */
  async #respond(response: HttpResponse, head: RequestHead | null): Promise<boolean> {
    const { body = "", events, done } = response;
    try {
      if (events !== undefined && head?.method === "GET") return await this.#stream(response, events);
      const pieces = typeof body === "string" ? [utf8.encode(body)] : body instanceof Uint8Array ? [body] : body;
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      const keepAlive = head?.keepAlive === true;
      const { response_ms, slowest_bytes_per_s } = this.#limits;
      this.#limit(response_ms + 1000 * length / slowest_bytes_per_s);
      this.sendingSince_ms = performance.now();
      const first = utf8.encode(headOf(response, { length, keepAlive }));
      // Small answers in one piece.
      if (head?.method === "HEAD") await this.#write(first);
      else if (pieces.length === 1 && length < JOINED_BYTES_MAX) await this.#write(Buffer.concat([first, ...pieces]));
      else for (const piece of [first, ...pieces]) await this.#write(piece);
      this.#limit(null);
      if (head === null) await this.#linger();
      return keepAlive;
    } finally {
      this.sendingSince_ms = null;
      done?.();
    }
  }

  /** Closing while the client still sends would take the answer away from it before it has read it. */
  async #linger(): Promise<void> {
    this.#limit(1000);
    await this.#conn.closeWrite();
    for (let count = 0; count < 16 && await this.#conn.read(this.#buffer) !== null; count++);
  }

  async #stream(response: HttpResponse, events: (client: EventClient) => void): Promise<boolean> {
    await this.#write(utf8.encode(headOf(response, { length: null, keepAlive: false })));
    const client = this.#client = new EventClient((bytes) => this.#writeEvent(bytes), () => this.close());
    events(client);
    // The client has nothing more to say; when this ends, it is gone.
    await this.#conn.read(this.#buffer);
    client.close();
    return false;
  }

  async #writeEvent(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#limit(EVENT_MS_MAX);
    await this.#write(bytes);
    this.#limit(null);
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += await this.#conn.write(bytes.subarray(done, done + WRITE_BYTES_MAX));
    }
  }

  /** Closes the connection after so long; null for no limit. */
  #limit(limit_ms: number | null): void {
    clearTimeout(this.#timer);
    if (limit_ms !== null && !this.#closed) this.#timer = setTimeout(() => this.close(), limit_ms);
  }
}

/** A client that went away is no fault. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.NotConnected;
}
