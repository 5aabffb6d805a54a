/** The table of routes where the main thread, or the output, does not answer. */
import assert from "node:assert/strict";
import { FrameReader } from "../../src/http/images/frame_reader.ts";
import { pauseOfLists_ms } from "../../src/http/broadcast.ts";
import type { HttpRequest } from "../../src/http/server/response.ts";
import { Api } from "../../src/http/worker/api.ts";
import { EventStream } from "../../src/http/worker/event_stream.ts";
import { guardOf } from "../../src/http/worker/guard.ts";
import { LedgerLines } from "../../src/http/worker/ledger_lines.ts";
import { type MainThread, NoAnswerError } from "../../src/http/worker/main_thread.ts";
import { Orders } from "../../src/http/worker/orders.ts";
import { defaultSettings } from "../../src/config/settings.ts";

const SETTINGS = { detector: {}, beamline: {}, patternFolder: "" };

function api(ask: (what: string) => Promise<unknown>, openWorker?: () => Worker): Api {
  const main = { ask: (what: string) => ask(what) } as Pick<MainThread, "ask">;
  return new Api({
    main,
    guard: guardOf(defaultSettings("/x").http, "here"),
    orders: new Orders({ token: "0123456789abcdef", main, log: () => {} }),
    events: new EventStream(() => {}),
    ledger: new LedgerLines({ main, onDropped: () => {} }),
    reader: new FrameReader({ settings: SETTINGS, onRead: () => {}, ...openWorker && { openWorker } }),
    reading: () => ({ viewers: 0, connections: 0, requests: 0, dropped: 0 }),
    quarantine: () => Promise.resolve([]),
  });
}

function request(path: string, method: "GET" | "POST" = "GET"): HttpRequest {
  const headers = new Map([["host", "localhost"], ["authorization", "Bearer 0123456789abcdef"]]);
  return { method, path, query: new URLSearchParams(), headers, body: new Uint8Array(), from: "127.0.0.1" };
}

Deno.test("while the main thread does not answer, each request gets 503 and when to come again", async () => {
  const busy = api(() => Promise.reject(new NoAnswerError("pewatch is busy")));
  const paths = [
    "/livez",
    "/readyz",
    "/metrics",
    "/api/state",
    "/status.json",
    "/frames",
    "/events",
    "/image/latest",
    "/api/ledger",
  ];
  for (const path of [...paths, "/api/frames/7/preview", "/pattern/7"]) {
    const { status, headers } = await busy.answer(request(path));
    assert.deepEqual([path, status, headers?.["retry-after"]], [path, 503, "1"]);
  }
  assert.equal((await busy.answer(request("/api/stop", "POST"))).status, 503);
});

Deno.test("a reader that ends is an answer, and the next frame gets another", async () => {
  const opened: string[] = [];
  const ending = () => {
    opened.push("");
    return new Worker("data:text/javascript,onmessage = () => { throw new Error('out of memory'); }", {
      type: "module",
    });
  };
  const files = { id: 7, frame: "P.tif", roles: { image: "/out/P.tif", sidecar: null, nexus: null }, reason: null };
  const failing = api(() => Promise.resolve(files), ending);
  for (const count of [1, 2]) {
    const { status, body } = await failing.answer(request("/api/frames/7/preview"));
    assert.equal(status, 404);
    assert.match(String(body), /P\.tif cannot be shown: the worker that reads frames ended: .*out of memory/);
    assert.equal(opened.length, count);
  }
});

Deno.test("a frame without an image says why", async () => {
  const files = { id: 7, frame: "d.tif", roles: null, reason: "It was a dark and is removed" };
  const { status, body } = await api(() => Promise.resolve(files)).answer(request("/api/frames/7/image"));
  assert.deepEqual([status, body], [404, '{"error":"It was a dark and is removed"}']);
  assert.equal((await api(() => Promise.resolve(null)).answer(request("/image/latest"))).status, 404);
});

Deno.test("all who look closely at a frame share its pixels, which are read once", async () => {
  let asked = 0;
  const worker =
    `onmessage = ({ data }) => postMessage({ answer: { pixels: new Uint8Array(4), path: data.roles.image } })`;
  using reader = new FrameReader({
    settings: SETTINGS,
    onRead: () => void asked++,
    openWorker: () => new Worker(`data:text/javascript,${encodeURIComponent(worker)}`, { type: "module" }),
  });
  const files = (id: number) => ({
    id,
    frame: "P.tif",
    roles: { image: "/out/P.tif", sidecar: null, nexus: null },
    reason: null,
  });
  const [one, other] = await Promise.all([reader.whole(files(7)), reader.whole(files(7))]);
  assert.equal(one.pixels, other.pixels);
  assert.equal((await reader.whole(files(7))).pixels, one.pixels);
  assert.equal(asked, 1);
  await reader.whole(files(8));
  assert.equal(asked, 2);
});

Deno.test("the slower frames are read for browsers, the more seldom they are announced", () => {
  assert.deepEqual([1, 10, 16].map((preview_ms) => pauseOfLists_ms([preview_ms])), [333, 333, 333]);
  assert.equal(pauseOfLists_ms([40, 90, 60]), 800);
  assert.equal(pauseOfLists_ms([5000]), 2000);
});
