/**
 * Reads values out of a memcached: the `get` of its text protocol (doc/protocol.txt of memcached), no more.
 *
 * The npm clients that were tried print to the console or throw out of a socket's event, past everybody who could
 * catch it, when what listens at the port is no memcached or closes in the middle of a value; and one value that they
 * cannot decode loses them all values of the answer. Here a reading rejects as one promise, or returns the bytes.
 */
import { Buffer } from "node:buffer";
import { createConnection, type Socket } from "node:net";
import { thrownText } from "./thrown_text.ts";

export interface MemcachedValue {
  /** null where there are more than VALUE_BYTES_MAX of them. */
  readonly bytes: Uint8Array | null;
  /** How many there are. */
  readonly size: number;
  /** What the client that wrote it meant by it: each library has its own. */
  readonly flags: number;
}

/** memcached's own limit unless it was started with another. A parameter takes no more either. */
const VALUE_BYTES_MAX = 1024 * 1024;
/** Of memcached: bytes of one key. */
export const KEY_BYTES_MAX = 250;
/** Keys of one command: their line stays short enough for every version of memcached. */
const LINE_BYTES_MAX = 1500;
/** "VALUE", a key, flags, size and "cas unique"; a line that goes on is no answer of memcached. */
const ANSWER_LINE_BYTES_MAX = 512;

/** The server is away, too slow, or no memcached. */
export class MemcachedError extends Error {
  override readonly name = "MemcachedError";
}

/** The present reading. */
interface Reading {
  readonly parser: AnswerParser;
  /** How many answers there will be. */
  readonly answers: number;
  done(error: MemcachedError | null): void;
}

export class MemcachedReader {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #reading: Reading | null = null;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  /**
   * The values of those keys that are there. Connects where there is no connection; after an error there is none.
   * One call at a time.
   * @param limit_ms for all of it, the connecting included
   * @throws {MemcachedError}
   */
  async read(keys: readonly string[], limit_ms: number): Promise<Map<string, MemcachedValue>> {
    const lines = linesOf(keys);
    const values = new Map<string, MemcachedValue>();
    if (lines.length === 0) return values;
    const socket = this.#socket ??= this.#connect();
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => this.#end(`no answer within ${limit_ms / 1000} s`), limit_ms);
        this.#reading = {
          parser: new AnswerParser(values),
          answers: lines.length,
          done: (error) => {
            clearTimeout(timer);
            this.#reading = null;
            if (error === null) resolve();
            else reject(error);
          },
        };
        socket.write(lines.join(""));
      });
    } catch (error) {
      this.close();
      throw error;
    }
    return values;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }

  /** Its listeners stay for good: an error between two readings without a listener would end the worker. */
  #connect(): Socket {
    const socket = createConnection({ host: this.#host, port: this.#port, noDelay: true });
    const lost = (reason: string) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      socket.destroy();
      this.#end(reason);
    };
    socket.on("error", (error) => lost(thrownText(error)));
    socket.on("close", () => lost("it closed the connection"));
    socket.on("data", (chunk) => {
      if (this.#socket === socket) this.#take(chunk);
    });
    return socket;
  }

  #take(chunk: Buffer): void {
    const reading = this.#reading;
    if (reading === null) return this.close(); // nothing was asked
    try {
      if (reading.parser.take(chunk) >= reading.answers) reading.done(null);
    } catch (error) {
      reading.done(error instanceof MemcachedError ? error : new MemcachedError(String(error)));
    }
  }

  #end(reason: string): void {
    this.#reading?.done(new MemcachedError(reason));
  }
}

/** One `get` for as many keys as a line takes. */
function linesOf(keys: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "get";
  for (const key of keys) {
    if (line !== "get" && Buffer.byteLength(line) + 1 + Buffer.byteLength(key) > LINE_BYTES_MAX) {
      lines.push(`${line}\r\n`);
      line = "get";
    }
    line += ` ${key}`;
  }
  return line === "get" ? lines : [...lines, `${line}\r\n`];
}

/** "VALUE <key> <flags> <size>[ <cas unique>]\r\n<bytes>\r\n" as often as there are values, then "END\r\n". */
class AnswerParser {
  readonly #values: Map<string, MemcachedValue>;
  #rest: Buffer = Buffer.alloc(0);
  /** The value whose bytes are coming. */
  #value: { key: string; flags: number; size: number; got: number; bytes: Uint8Array | null } | null = null;
  #ended = 0;

  constructor(values: Map<string, MemcachedValue>) {
    this.#values = values;
  }

  /** Returns how many answers have ended. */
  take(chunk: Buffer): number {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#value === null ? this.#takeLine() : this.#takeBytes());
    return this.#ended;
  }

  #takeLine(): boolean {
    const end = this.#rest.indexOf("\r\n");
    if (end < 0 && this.#rest.length <= ANSWER_LINE_BYTES_MAX) return false;
    const line = this.#rest.toString("utf8", 0, end < 0 ? ANSWER_LINE_BYTES_MAX : end);
    const match = /^VALUE (\S+) (\d{1,10}) (\d{1,12})(?: \d+)?$/.exec(line);
    if (end < 0 || (match === null && line !== "END")) {
      throw new MemcachedError(`this is not an answer of memcached: ${JSON.stringify(line.slice(0, 80))}`);
    }
    this.#rest = this.#rest.subarray(end + 2);
    if (match === null) this.#ended++;
    else {
      const size = Number(match[3]);
      const bytes = size > VALUE_BYTES_MAX ? null : new Uint8Array(size);
      this.#value = { key: match[1]!, flags: Number(match[2]), size, got: 0, bytes };
    }
    return true;
  }

  /** A value that is too large is dropped as it comes, so that the others of the answer can be read. */
  #takeBytes(): boolean {
    const value = this.#value!;
    const part = this.#rest.subarray(0, value.size - value.got);
    value.bytes?.set(part, value.got);
    value.got += part.length;
    this.#rest = this.#rest.subarray(part.length);
    if (value.got < value.size || this.#rest.length < 2) return false;
    if (this.#rest[0] !== 13 || this.#rest[1] !== 10) throw new MemcachedError("a value of its answer has no end");
    this.#rest = this.#rest.subarray(2);
    this.#values.set(value.key, value);
    this.#value = null;
    return true;
  }
}
