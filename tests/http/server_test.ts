/** The server by itself, by raw requests: what is read in one way only, bounds, clients that stop. */
import assert from "node:assert/strict";
import type { HttpRequest, HttpResponse } from "../../src/http/server/response.ts";
import type { ConnectionLimits } from "../../src/http/server/connection.ts";
import { HttpServer } from "../../src/http/server/server.ts";
import type { EventClient } from "../../src/http/server/event_client.ts";
import { eventually } from "./eventually.ts";
import { openRaw, sendRaw, statusesIn } from "./requests.ts";

class Serving implements Disposable {
  readonly seen: HttpRequest[] = [];
  readonly errors: string[] = [];
  readonly server: HttpServer;

  constructor(
    answer: (request: HttpRequest) => HttpResponse = () => ({ status: 200, body: "fine" }),
    limits: Partial<ConnectionLimits> = {},
  ) {
    this.server = new HttpServer({ hostname: "127.0.0.1", port: 0 }, {
      handle: (request) => {
        this.seen.push(request);
        return Promise.resolve(answer(request));
      },
      onError: (text) => this.errors.push(text),
      limits,
    });
  }

  get port(): number {
    return this.server.port;
  }

  [Symbol.dispose](): void {
    this.server.close();
  }
}

const GET = "GET / HTTP/1.1\r\nHost: x\r\n";

/** What two programs could read in two ways, or no program sends, with the status that it gets. */
const REFUSED: readonly (readonly [what: string, request: string, status: number])[] = [
  ["a body in chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501],
  ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
  ["a list of lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\na", 400],
  ["a length with a sign", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", 400],
  ["a length in hexadecimal", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na", 400],
  ["a length and chunks", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 501],
  ["a body of a GET", `${GET}Content-Length: 5\r\n\r\nGET /`, 400],
  ["a body that is too long", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n", 413],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", `${GET}Host: y\r\n\r\n`, 400],
  ["a space before the colon", `${GET}X : y\r\n\r\n`, 400],
  ["a line that continues the one above", `${GET}X: y\r\n z\r\n\r\n`, 400],
  ["a line feed alone", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400],
  ["a carriage return in a value", `${GET}X: a\rb\r\n\r\n`, 400],
  ["a zero byte", `${GET}X: a\0b\r\n\r\n`, 400],
  ["a whole address in the request line", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a space in the path", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["TLS", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400],
  ["another method", "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  ["a question for what is allowed", "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  ["a tunnel", "CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  [
    "a client that waits for leave",
    "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
    417,
  ],
  [
    "too many headers",
    `${GET}${Array.from({ length: 71 }, (_, at) => `X-${at}: z\r\n`).join("")}\r\n`,
    431,
  ],
  ["a head without end", `${GET}X: ${"a".repeat(40_000)}`, 431],
];

for (const [what, request, status] of REFUSED) {
  Deno.test(`refused with ${status}: ${what}`, async () => {
    using serving = new Serving();
    // What comes behind is read by nobody: it may be a second request that a proxy took for a body.
    const answer = await sendRaw(serving.port, `${request}${GET}\r\n`);
    assert.deepEqual(statusesIn(answer), [status]);
    assert.match(answer, /\r\nconnection: close\r\n/);
    assert.match(answer, /\r\ncontent-security-policy: default-src 'none';/);
    assert.equal(/\r\nallow: GET, HEAD, POST\r\n/.test(answer), status === 405);
    assert.equal(serving.seen.length, 0);
    assert.deepEqual(serving.errors, []);
  });
}

Deno.test("requests on one connection are answered one after the other, with the body of each", async () => {
  using serving = new Serving(({ path, body }) => ({ status: 200, body: `${path} ${body.length}` }));
  const post = "POST /b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  const answer = await sendRaw(
    serving.port,
    `${GET}\r\n${post}HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.deepEqual(statusesIn(answer), [200, 200, 200]);
  assert.match(answer, /\r\n\r\n\/ 0HTTP/);
  assert.match(answer, /\r\n\r\n\/b 5HTTP/);
  assert.match(answer, /content-length: 4\r\nconnection: close\r\n\r\n$/);
  assert.equal(serving.seen[1]?.query.get("c"), "d");
});

Deno.test("a request that never ends is closed, and so are a connection without one and an answer that is not read", async () => {
  const body = new Uint8Array(32 * 1024 * 1024);
  using serving = new Serving(() => ({ status: 200, body }), {
    request_ms: 50,
    idle_ms: 50,
    response_ms: 50,
    slowest_bytes_per_s: 1e12,
  });
  const ends = async (text: string, { reads }: { reads: boolean }) => {
    using conn = await openRaw(serving.port, text);
    // Only what comes before the answer is waited for here: the answer itself is left where it is.
    if (reads) assert.equal(await conn.read(new Uint8Array(10)), null);
    else await eventually(() => serving.server.connections, (count) => count === 0);
  };
  await ends("", { reads: true });
  await ends("GET / HTTP/1.1\r\nHost: x\r\nX: ", { reads: true });
  await ends("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab", { reads: true });
  assert.equal(serving.seen.length, 0);
  await ends(`${GET}\r\n`, { reads: false });
});

Deno.test("a listener that does not read is dropped with a bounded buffer; others get every event", async () => {
  const clients: EventClient[] = [];
  using serving = new Serving(() => ({ status: 200, events: (client) => clients.push(client) }));
  const open = () => openRaw(serving.port, `${GET}\r\n`);
  using stopped = await open();
  await eventually(() => clients.length, (count) => count === 1);
  using reading = await open();
  await eventually(() => clients.length, (count) => count === 2);
  let read = 0;
  const ended = (async () => {
    const buffer = new Uint8Array(65_536);
    for (let count = await reading.read(buffer); count !== null; count = await reading.read(buffer)) read += count;
  })();
  const event = new Uint8Array(128 * 1024);
  let sent = 0;
  // The system's own buffers take some megabytes first.
  while (!clients[0]!.wasDropped) {
    for (const client of clients) client.send(event);
    sent += event.length;
    assert.ok(sent < 256 * 1024 * 1024, "it is never dropped");
    await eventually(() => read, (bytes) => bytes >= sent);
  }
  assert.equal(clients[1]!.wasDropped, false);
  clients[1]!.close();
  await ended.catch(() => {});
  assert.ok(read >= sent);
  assert.deepEqual(serving.errors, []);
  void stopped;
});

Deno.test("masses of clients that stop reading their answers keep nobody out", async () => {
  const body = new Uint8Array(32 * 1024 * 1024);
  using serving = new Serving(({ path }) => ({ status: 200, body: path === "/large" ? body : "fine" }));
  using stopped = new DisposableStack();
  for (let count = 0; count < 140; count++) {
    stopped.use(await openRaw(serving.port, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  // Whoever comes is closed until the first of them have had their second.
  await eventually(
    () => sendRaw(serving.port, `${GET}Connection: close\r\n\r\n`),
    (answer) => answer.endsWith("fine"),
  );
  assert.ok(serving.server.connections <= 128);
});

Deno.test("no answer waits for the client's delayed acknowledgement of its head", async () => {
  const body = new Uint8Array(5000);
  using serving = new Serving(() => ({ status: 200, body: [body.subarray(0, 32), body.subarray(32)] }));
  const times_ms: number[] = [];
  for (let count = 0; count < 60; count++) {
    const begin_ms = performance.now();
    assert.equal((await (await fetch(`http://127.0.0.1:${serving.port}/`)).arrayBuffer()).byteLength, body.length);
    times_ms.push(performance.now() - begin_ms);
  }
  // Each would take 40 ms from the moment on at which the system takes the connection for an interactive one.
  const fastest_ms = Math.min(...times_ms.slice(-30));
  assert.ok(fastest_ms < 30, `${fastest_ms} ms`);
});
