/** A running daemon over HTTP: every route, who may do what, clients that do not behave, a port that is taken. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { FramePayload, HelloPayload, StatePayload } from "../../src/http/payloads.ts";
import { makeImage } from "../e2e/frames.ts";
import { PageDaemon, TOKEN } from "../page/daemon.ts";
import { eventually } from "./eventually.ts";
import { EventReader } from "./event_reader.ts";
import { openRaw, sendRaw, statusesIn } from "./requests.ts";

const daemon = new PageDaemon({ http: { hosts: ["detector.example.org"] } });
Deno.test.beforeAll(() => daemon.start());
Deno.test.afterAll(() => daemon[Symbol.asyncDispose]());
let nextNumber = 1;

/** Frames that no other test has; waits until all of them are delivered. */
async function deliver(count: number, width = 64): Promise<void> {
  const names = await daemon.simulate(count, { width, firstNumber: nextNumber });
  nextNumber += count;
  await delivered(...names);
}

const delivered = (...names: readonly string[]) =>
  eventually(
    () => daemon.read<FramePayload[]>("frames"),
    (frames) => names.every((name) => frames.some((frame) => frame.name === name)),
  );

const port = () => Number(new URL(daemon.url).port);

Deno.test("state and frames are what the daemon delivers; ids are the ledger's and go on after a restart", async () => {
  assert.equal((await daemon.read<StatePayload>("status.json")).sentence, "Ready: no frame yet");
  await deliver(3);
  const frames = await daemon.read<FramePayload[]>("frames");
  assert.deepEqual(
    frames.map(({ kind, verified, notes }) => [kind, verified, notes]),
    Array(3).fill(["frame", true, []]),
  );
  const state = await daemon.read<StatePayload>("status.json");
  assert.equal(state.state, "RUNNING");
  assert.equal(state.counts.delivered, 3);
  assert.equal(state.newest?.id, frames.at(-1)!.id);
  assert.ok(state.ramDisk.free! > 0 && state.ramDisk.total! >= state.ramDisk.free!);
  const hello = await daemon.read<HelloPayload>("api/state");
  assert.deepEqual(hello.frames, frames);
  assert.equal(hello.control, true);
  assert.equal(hello.folders.raw, daemon.place.raw);
  assert.deepEqual(hello.plugins.filter(({ essential }) => essential).map(({ name }) => name).slice(0, 1), [
    "01_prepare_raw",
  ]);
  await daemon.run!.stop();
  await daemon.start();
  await deliver(1);
  const [after] = await daemon.read<FramePayload[]>("frames");
  assert.ok(after!.id > frames.at(-1)!.id, `${after!.id} after ${frames.at(-1)!.id}`);
});

Deno.test("names of elsewhere, other pages and paths out of the page get nothing", async () => {
  const status = async (path: string, headers: string) => {
    const answer = await sendRaw(port(), `GET ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`);
    return statusesIn(answer)[0];
  };
  for (
    const host of [`127.0.0.1:${port()}`, "localhost", "LOCALHOST:80", "[::1]:8099", "10.1.2.3", "detector.example.org"]
  ) {
    assert.equal(await status("/livez", `Host: ${host}`), 200, host);
  }
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b", "localhost:x"]) {
    assert.equal(await status("/livez", `Host: ${host}`), 421, host);
  }
  const here = `Host: 127.0.0.1:${port()}`;
  assert.equal(await status("/livez", `${here}\r\nOrigin: http://127.0.0.1:${port()}`), 200);
  for (
    const line of [
      "Origin: http://evil.example",
      "Origin: null",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site",
    ]
  ) {
    assert.equal(await status("/api/state", `${here}\r\n${line}`), 403, line);
  }
  // A link to the page from elsewhere may be followed.
  assert.equal(await status("/", `${here}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate`), 200);
  const escapes = [
    "/../main.ts",
    "/%2e%2e/main.ts",
    "/..%2fmain.ts",
    "//etc/passwd",
    "/page_files.ts",
    "/\\..\\main.ts",
  ];
  for (const path of [...escapes, "/http/page/../page_files.ts", "/http/page/app.ts%00", "/C:/Windows/win.ini"]) {
    assert.equal(await status(path, here), 404, path);
  }
  // Every answer says that nothing else may be loaded and that nobody may show it, whatever its status.
  for (
    const [path, status, more] of [
      ["/", 200, ""],
      ["/nothing", 404, ""],
      ["/metrics", 200, ""],
      ["/api/state", 403, "Origin: http://evil.example\r\n"],
      ["/image/999999999", 404, ""],
      ["/api/stop", 405, ""],
      ["/api/ledger/events", 400, "Last-Event-ID: ' OR 1=1\r\n"],
      ["/events", 200, "Last-Event-ID: ../../etc/passwd\r\n"],
    ] as const
  ) {
    const answer = await sendRaw(port(), `GET ${path} HTTP/1.1\r\n${here}\r\n${more}Connection: close\r\n\r\n`);
    assert.deepEqual([path, statusesIn(answer)], [path, [status]]);
    assert.match(answer, /\r\ncontent-security-policy: default-src 'none'; script-src 'self';/, path);
    assert.match(answer, /\r\nx-content-type-options: nosniff\r\n/, path);
    assert.doesNotMatch(answer, /access-control-allow/i, path);
  }
  assert.equal(await status("/livez", `${here}\r\nOrigin: http://127.0.0.1:${port() + 1}`), 403, "another port");
  assert.equal(await status("/livez", `Host: [::1]:${port()}\r\nOrigin: http://[::1]:${port()}`), 200);
  assert.equal(await status("/livez", `Host: [::1]:${port()}\r\nOrigin: http://[::1]`), 403);
  for (const host of ["[::1", "[::1].evil.example", "[evil.example]", "127.0.0.1:8099:80", "user@127.0.0.1"]) {
    assert.equal(await status("/livez", `Host: ${host}`), 421, host);
  }
});

Deno.test("preview and image have the frame's own pixels, and what is not there says why", async () => {
  const image = makeImage({ width: 64, type: "uint16", seed: 7 });
  daemon.place.put("P-00001.tif", image, null);
  await delivered("P-00001.tif");
  const whole = new Uint8Array(await (await fetch(`${daemon.url}image/latest`)).arrayBuffer());
  const header = new DataView(whole.buffer);
  assert.equal(Buffer.from(whole.subarray(0, 4)).toString(), "PWI1");
  assert.deepEqual([header.getUint16(4, true), header.getUint16(6, true), whole[8], whole[9]], [64, 64, 0, 2]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole.subarray(32)));
  assert.equal(Buffer.from(digest).toString("hex"), image.sha256);
  const response = await fetch(`${daemon.url}api/frames/latest/preview`);
  const preview = new Uint8Array(await response.arrayBuffer());
  assert.equal(preview.length, 32 + 2 * 64 * 64);
  const id = response.headers.get("x-frame");
  const byId = await fetch(`${daemon.url}api/frames/${id}/preview`);
  assert.match(byId.headers.get("cache-control")!, /immutable/);
  assert.deepEqual(new Uint8Array(await byId.arrayBuffer()), preview);
  // Its figures come with it, and are known from then on.
  const figures = JSON.parse(response.headers.get("x-figures")!);
  const frames = await eventually(() => daemon.read<FramePayload[]>("frames"), (all) => all.at(-1)?.figures !== null);
  const pixels = new Uint16Array(whole.slice(32).buffer);
  assert.deepEqual(frames.at(-1)!.figures, figures);
  assert.equal(figures.max, Math.max(...pixels));
  assert.ok(Math.abs(figures.mean - pixels.reduce((sum, value) => sum + value, 0) / pixels.length) < 1e-6);
  const unknown = await fetch(`${daemon.url}image/999999999`);
  assert.equal(unknown.status, 404);
  assert.match((await unknown.json()).error, /Frame 999999999 is not known any more/);
  // An image that is replaced by a link to a file of the computer is not followed.
  daemon.place.put("P-00002.tif", makeImage({ seed: 8 }), null);
  await delivered("P-00002.tif");
  const path = join(daemon.place.output, "P-00002.tif");
  Deno.removeSync(path);
  Deno.symlinkSync("/etc/passwd", path);
  const linked = await fetch(`${daemon.url}image/latest`);
  assert.equal(linked.status, 404);
  assert.match((await linked.json()).error, /symbolic link/);
});

Deno.test("with the token it stops, starts, retries and changes folders, each in the log with its address", async () => {
  assert.equal((await daemon.post("api/token")).status, 200);
  assert.equal((await daemon.post("api/stop")).status, 200);
  assert.equal((await daemon.read<StatePayload>("status.json")).level, "off");
  const unready = await fetch(`${daemon.url}readyz`);
  await unready.body?.cancel();
  assert.equal(unready.status, 503);
  assert.equal(await daemon.text("livez"), "alive\n");
  const waiting = await daemon.simulate(1, { width: 64, firstNumber: nextNumber++ });
  assert.equal((await daemon.post("api/start")).status, 200);
  await delivered(...waiting);
  assert.match((await daemon.post("api/retry")).text!, /quarantine is empty/);
  assert.equal((await daemon.post("api/plugins/02_merge_data/retry")).status, 200);
  assert.match((await daemon.post("api/plugins/none/retry")).error!, /there is no plugin none/);
  const refused = await daemon.post("api/folders/raw", { body: { value: "/etc" } });
  assert.equal(refused.status, 409);
  assert.match(refused.error!, /\/etc/);
  assert.equal((await daemon.post("api/folders/raw", { body: "no JSON" })).status, 400);
  assert.equal((await daemon.post("api/folders/max_proc", { body: { value: "1" } })).status, 404);
  assert.equal((await daemon.post("api/nothing")).status, 404);
  await daemon.run!.says(/^page: \/api\/stop from 127\.0\.0\.1$/);
});

Deno.test("events begin with hello, and bring each frame, the quarantine and changed folders", async () => {
  using events = await EventReader.open(`${daemon.url}events`);
  const hello = await events.next("hello") as HelloPayload;
  assert.deepEqual(hello.frames, await daemon.read("frames"));
  await deliver(2);
  const seen = new Set<string>();
  while (seen.size < 2) for (const { name } of await events.next("frames") as FramePayload[]) seen.add(name);
  daemon.place.putFile("bad.tif", new TextEncoder().encode("no TIFF"));
  const list = await events.until("quarantine", (data) => (data as unknown[]).length === 1) as {
    reason: string;
    tries: number;
  }[];
  assert.match(list[0]!.reason, /\w/);
  assert.equal(list[0]!.tries, 0);
  assert.equal((await daemon.post("api/retry")).status, 200);
  await events.until("quarantine", (data) => (data as { tries: number }[])[0]?.tries === 1);
  assert.equal(
    (await events.until("state", (data) => (data as StatePayload).level === "attention") as StatePayload).detail,
    "Look at the reasons under Quarantine, mend what can be mended, then Retry.",
  );
  assert.equal((await daemon.post("api/folders/output_dir", { body: { value: "run2" } })).status, 200);
  assert.equal((await events.next("folders") as { output_dir: string }).output_dir, "run2");
});

Deno.test("more whole images than two at once are asked to come again", async () => {
  // More than the system's buffers take, so that a client that does not read holds it.
  await deliver(1, 3072);
  const held = await Promise.all([1, 2].map(async () => {
    const conn = await openRaw(port(), "GET /image/latest HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await conn.read(new Uint8Array(100));
    return conn;
  }));
  try {
    const third = await fetch(`${daemon.url}image/latest`);
    await third.body?.cancel();
    assert.equal(third.status, 503);
    assert.equal(third.headers.get("retry-after"), "1");
  } finally {
    for (const conn of held) conn.close();
  }
  await eventually(async () => {
    const response = await fetch(`${daemon.url}image/latest`);
    await response.arrayBuffer();
    return response.status;
  }, (status) => status === 200);
});

Deno.test("a client that stops reading, and masses of slow ones, hold up nobody", async () => {
  await deliver(1, 1024);
  using open = new DisposableStack();
  const send = async (text: string) => void open.use(await openRaw(port(), text));
  // Streams that nobody reads, downloads that nobody takes, heads that never end.
  for (let count = 0; count < 10; count++) await send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (let count = 0; count < 10; count++) {
    await send("GET /api/frames/latest/preview HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (let count = 0; count < 150; count++) await send("GET /slow HTTP/1.1\r\nHost: localhost\r\nX: ");
  assert.equal(await daemon.text("livez"), "alive\n");
  await deliver(3);
  const metrics = await daemon.text("metrics");
  const connections = Number(/^pewatch_http_connections (\d+)$/m.exec(metrics)![1]);
  assert.ok(connections <= 128, `${connections} connections`);
});

Deno.test("without the right token nothing is done, and who guesses is slowed down", async () => {
  for (const token of ["", "wrong", `${TOKEN}x`, TOKEN.slice(1)]) {
    assert.deepEqual([token, (await daemon.post("api/stop", { token })).status], [token, 401]);
  }
  await daemon.run!.says(/api\/stop from 127\.0\.0\.1 is refused: the token is wrong/);
  assert.equal((await daemon.read<StatePayload>("status.json")).running, true);
  const statuses = new Set<number>();
  for (let count = 0; count < 40; count++) statuses.add((await daemon.post("api/stop", { token: "wrong" })).status);
  assert.deepEqual([...statuses], [401, 429]);
  assert.equal((await daemon.read<StatePayload>("status.json")).running, true);
});

Deno.test("a port that is taken is a warning with what to do; without a token it can only be watched", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using daemon = new PageDaemon({ http: { port, token: "" } });
  const started = daemon.start();
  await eventually(() => Promise.resolve(daemon.run), (run) => run !== null);
  const { level } = await daemon.run!.says(/port \d+ is used by another program; .*another port; frames are delivered/);
  assert.equal(level, "warn");
  await daemon.simulate(1, { width: 64 });
  await daemon.run!.says(/: delivered, /);
  listener.close();
  await started;
  assert.equal(await daemon.text("livez"), "alive\n");
  // Even with an empty one.
  await daemon.run!.says(/^page: .*read-only/);
  assert.equal((await daemon.read<HelloPayload>("api/state")).control, false);
  for (const authorization of ["Bearer ", "Bearer", ""]) {
    const response = await fetch(`${daemon.url}api/stop`, { method: "POST", headers: { authorization } });
    await response.body?.cancel();
    assert.equal(response.status, 403);
  }
});
