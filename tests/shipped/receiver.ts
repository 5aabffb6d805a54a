/**
 * An HTTP server for tests that answers as a test sets it, and remembers what it was sent. It is made on the socket itself:
 * Deno 2.7's `node:http` cannot reset a connection.
 */
import { Buffer } from "node:buffer";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export type Answer = number | "hang" | "reset" | { readonly status: number; readonly headers: Record<string, string> };

export class Receiver implements AsyncDisposable {
  /** Every request that came whole, whatever was answered. */
  readonly received: Received[] = [];
  /** Of the requests that come, in their order; then `always`. */
  readonly answers: Answer[] = [];
  always: Answer = 204;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>[] = [];

  private constructor(port: number) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#serving.push(this.#accept());
  }

  static start(port = 0): Promise<Receiver> {
    return Promise.resolve(new Receiver(port));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}/frames`;
  }

  get bodies(): string[] {
    return this.received.map(({ body }) => body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await Promise.all(this.#serving);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      this.#serving.push(this.#serve(connection).catch(() => {}).finally(() => close(connection)));
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    let bytes = Buffer.alloc(0);
    const chunk = new Uint8Array(65_536);
    while (true) {
      const [request, length] = parse(bytes);
      if (request === null) {
        const got = await connection.read(chunk);
        if (got === null) return;
        bytes = Buffer.concat([bytes, chunk.subarray(0, got)]);
        continue;
      }
      bytes = bytes.subarray(length);
      this.received.push(request);
      const answer = this.answers.shift() ?? this.always;
      if (answer === "reset") return;
      if (answer !== "hang") await connection.write(Buffer.from(answerText(answer)));
    }
  }
}

/** The first request that is there whole, and how many bytes it has. */
function parse(bytes: Buffer): [Received, number] | [null, 0] {
  const end = bytes.indexOf("\r\n\r\n") + 4;
  if (end < 4) return [null, 0];
  const [first, ...lines] = bytes.toString("utf8", 0, end - 4).split("\r\n");
  const [method = "", url = ""] = first!.split(" ");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const length = end + Number(headers.get("content-length") ?? 0);
  if (bytes.length < length) return [null, 0];
  return [{ method, url, headers, body: bytes.toString("utf8", end, length) }, length];
}

function answerText(answer: Exclude<Answer, "hang" | "reset">): string {
  const { status, headers } = typeof answer === "number" ? { status: answer, headers: {} } : answer;
  const lines = Object.entries({ ...headers, "content-length": "9" }).map(([name, value]) => `${name}: ${value}\r\n`);
  if (status === 204) return `HTTP/1.1 204 No Content\r\n\r\n`;
  return `HTTP/1.1 ${status} Answer\r\n${lines.join("")}\r\nsome text`;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
