/** Programs that follow the ledger over HTTP: nothing is left out, over restarts of the daemon. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { LedgerLine } from "../../src/ledger/line.ts";
import { PageDaemon, TOKEN } from "../page/daemon.ts";
import { filesBelow } from "../folders.ts";
import { eventually } from "./eventually.ts";
import { EventReader } from "./event_reader.ts";

interface Piece {
  readonly status: number;
  readonly lines: readonly LedgerLine[];
  readonly headers: Headers;
  readonly text: string;
}

async function get(daemon: PageDaemon, query: string): Promise<Piece> {
  const response = await fetch(`${daemon.url}api/ledger${query}`);
  const text = await response.text();
  const lines = response.status === 200 ? text.split("\n").slice(0, -1).map((line) => JSON.parse(line)) : [];
  return { status: response.status, lines, headers: response.headers, text };
}

/** On a busy machine a sidecar may come long after its image: it would be late, with a line of its own. */
const PATIENT = { frames: { sidecar_wait_s: 60 } };
const sequences = ({ lines }: Piece) => lines.map(({ sequence }) => sequence);
/** The first line is the chain's start. */
const until = (daemon: PageDaemon, newest: number) =>
  eventually(() => get(daemon, "?after=0&limit=1000"), ({ lines }) => lines.at(-1)?.sequence === newest);

Deno.test("a named consumer goes on behind what it has acknowledged, and a stream by Last-Event-ID, over a restart", async () => {
  await using daemon = new PageDaemon(PATIENT);
  await daemon.start();
  const archive = (body: object, token = TOKEN) => daemon.post("api/ledger/archive", { body, token });
  const heard: number[] = [];
  const hear = async (events: EventReader, last: number) => {
    while (heard.at(-1) !== last) heard.push((await events.next("line") as LedgerLine).sequence);
  };
  assert.equal((await get(daemon, "?consumer=archive")).status, 404);
  assert.equal((await archive({ from: "oldest" }, "wrong")).status, 401);
  assert.equal((await archive({ from: "oldest" })).status, 200);
  {
    using events = await EventReader.open(`${daemon.url}api/ledger/events?after=0`);
    await daemon.simulate(2, { width: 64 });
    await hear(events, 3);
    await daemon.simulate(3, { width: 64, firstNumber: 3 });
    await hear(events, 4);
  }
  const all = await until(daemon, 6);
  const segment = filesBelow(daemon.place.path).find((name) => name.endsWith("/ledger/000000000001.jsonl"))!;
  assert.equal(all.text, Deno.readTextFileSync(join(daemon.place.path, segment)));
  assert.deepEqual(sequences(await get(daemon, "?consumer=archive")), [1, 2, 3, 4, 5, 6]);
  const piece = await get(daemon, "?after=2&limit=2");
  assert.deepEqual(sequences(piece), [3, 4]);
  assert.deepEqual(["x-position", "x-newest"].map((name) => piece.headers.get(name)), ["4", "6"]);
  assert.equal(piece.headers.get("x-ledger"), (all.lines[0] as { ledger?: string }).ledger);
  // It never goes back, neither by an earlier line nor by a second beginning.
  for (const body of [{ sequence: 4 }, { sequence: 1 }, { from: "newest" }]) {
    const { status, sequence } = await archive(body);
    assert.deepEqual([status, sequence], [200, 4], JSON.stringify(body));
  }
  const ahead = await archive({ sequence: 7 });
  assert.equal(ahead.status, 409);
  assert.match(ahead.error!, /line 7 is not written yet; the newest is 6/);
  await daemon.run!.stop();
  await daemon.start();
  await daemon.simulate(1, { width: 64, firstNumber: 6 });
  await until(daemon, 7);
  assert.deepEqual(sequences(await get(daemon, "?consumer=archive")), [5, 6, 7]);
  assert.deepEqual(sequences(await get(daemon, "?consumer=archive&after=6")), [7]);
  for (const query of ["?after=-1", "?after=x", "?limit=0", "?consumer=a%2Fb"]) {
    assert.equal((await get(daemon, query)).status, 400, query);
  }
  assert.equal((await get(daemon, "?after=8")).status, 409);
  const newest = 7 + (await daemon.simulate(80, { width: 64, firstNumber: 7 })).length;
  await until(daemon, newest);
  using events = await EventReader.open(`${daemon.url}api/ledger/events?after=0`, { "last-event-id": "4" });
  await hear(events, newest);
  assert.deepEqual(heard, Array.from({ length: newest }, (_, index) => index + 1));
  const early = await fetch(`${daemon.url}api/ledger/events`, { headers: { "last-event-id": String(newest + 1) } });
  assert.equal(early.status, 409);
  await early.body?.cancel();
});

Deno.test("sets wait in proc until they are confirmed over HTTP", async () => {
  await using daemon = new PageDaemon({ ...PATIENT, deliver: { confirm: ["backup"] } });
  await daemon.start();
  await daemon.simulate(2, { width: 64 });
  const { lines } = await until(daemon, 3);
  const sums = lines.flatMap((line) =>
    line.type === "delivered" ? [line.files.find(({ role }) => role === "image")!.sha256!] : []
  );
  const kept = () => [...Deno.readDirSync(daemon.place.proc)].filter(({ name }) => name.startsWith(".kept-")).length;
  await eventually(kept, (count) => count === 2);
  const confirm = (sha256: readonly string[], { consumer = "backup", token = TOKEN } = {}) =>
    daemon.post("api/confirm", { body: { consumer, sha256 }, token });
  assert.equal((await confirm(sums, { token: "wrong" })).status, 401);
  assert.deepEqual(await confirm([sums[0]!.toUpperCase()]), {
    status: 200,
    text: "1 set confirmed, 1 removed, 1 still waiting",
    found: 1,
    removed: 1,
    waiting: 1,
  });
  assert.equal(kept(), 1);
  const unknown = await confirm(sums, { consumer: "nobody" });
  assert.equal(unknown.status, 409);
  assert.equal(unknown.error, "[deliver] confirm does not name nobody; it names backup");
  assert.equal((await confirm(sums)).waiting, 0);
  assert.equal(kept(), 0);
});
