/** Plugins of contract 2 with a real ledger, over restarts of their worker and of the whole. */
import assert from "node:assert/strict";
import { Cursors } from "../../../src/ledger/cursors.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { deliveredEntry, LedgerPlace } from "../../ledger/lines.ts";
import { memoryLog } from "../../daemon/helpers.ts";
import { ServedWorker, SharedServices } from "../served_worker.ts";

/** The services of one process, with what they keep over restarts. */
class Run implements AsyncDisposable {
  private constructor(readonly shared: SharedServices, readonly ledger: Ledger, readonly cursors: Cursors) {}

  static async start(place: LedgerPlace): Promise<Run> {
    const cursors = new Cursors({ stateDir: place.state, log: memoryLog(), fsync: () => false });
    const ledger = place.open({ seen: cursors.highest, segmentBytes: 4000 });
    await ledger.check();
    return new Run(new SharedServices({ batch: 4, ledger, cursors }), ledger, cursors);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cursors.flush();
    await this.ledger.close();
  }
}

async function deliver(ledger: Ledger, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) await ledger.append(deliveredEntry(number));
}

/** Names of the frames that were done, each line of a firing. */
async function fired(run: Run, config: Record<string, unknown>, firings = 1): Promise<string[]> {
  using worker = new ServedWorker(run.shared, { file: "consumes", config });
  assert.equal(await worker.start(), null);
  for (let firing = 0; firing < firings; firing++) await worker.fire();
  return worker.lines;
}

const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from + 1 },
    (_, index) => `${from + index + 1} P-${String(from + index).padStart(5, "0")}.tif`,
  );

Deno.test("a new consumer begins at the newest frame, and goes on where it was after a restart", async () => {
  using place = new LedgerPlace();
  {
    await using run = await Run.start(place);
    await deliver(run.ledger, 1, 3);
    assert.deepEqual(await fired(run, {}), []);
    await deliver(run.ledger, 4, 12);
    assert.deepEqual(await fired(run, {}), lines(4, 12));
    await deliver(run.ledger, 13, 14);
  }
  await using run = await Run.start(place);
  await deliver(run.ledger, 15, 30);
  assert.deepEqual(await fired(run, {}, 2), lines(13, 30));
  assert.deepEqual(run.shared.services.frames.consumers().map(({ name, behind }) => [name, behind]), [["consumes", 0]]);
});

Deno.test("a kill before the cursor is written costs repetitions with the same numbers, and no frame", async () => {
  using place = new LedgerPlace();
  const file = `${place.folder}/cursors.json`;
  let before: Uint8Array<ArrayBuffer>;
  {
    await using run = await Run.start(place);
    await fired(run, {});
    await run.cursors.flush();
    before = Deno.readFileSync(file);
    await deliver(run.ledger, 1, 6);
    assert.deepEqual(await fired(run, {}), lines(1, 6));
  }
  // As the kill has left it: the moves since then were in memory alone.
  Deno.writeFileSync(file, before);
  await using run = await Run.start(place);
  await deliver(run.ledger, 7, 8);
  assert.deepEqual(await fired(run, {}), lines(1, 8));
});

Deno.test("a firing that throws has the same frame again, three times; then it is skipped, counted and named", async () => {
  using place = new LedgerPlace();
  await using run = await Run.start(place);
  await fired(run, {});
  await deliver(run.ledger, 1, 4);
  const done = await fired(run, { fails: "P-00002.tif" }, 4);
  assert.deepEqual(done, [...lines(1, 1), ...lines(3, 4)]);
  assert.equal(run.shared.counters.get("frames skipped"), 1);
  assert.match(run.shared.log.lines.join("\n"), /consumes: P-00002\.tif \(line 3\) failed 3 times and is skipped/);
  const [status] = run.shared.services.frames.consumers();
  assert.deepEqual([status!.skipped, status!.lastSkipped, status!.behind], [1, "P-00002.tif", 0]);
});

Deno.test("tries count over restarts of the worker, and a frame that is postponed comes again however often", async () => {
  using place = new LedgerPlace();
  await using run = await Run.start(place);
  await fired(run, {});
  await deliver(run.ledger, 1, 3);
  for (let time = 0; time < 5; time++) assert.deepEqual(await fired(run, { later: "P-00001.tif" }), []);
  for (let time = 0; time < 2; time++) assert.deepEqual(await fired(run, { fails: "P-00001.tif" }), []);
  assert.equal(run.shared.counters.get("frames skipped"), undefined);
  assert.deepEqual(await fired(run, {}), lines(1, 3));
});

Deno.test("several at once are done together; after a failure they come one by one", async () => {
  using place = new LedgerPlace();
  await using run = await Run.start(place);
  await fired(run, {});
  await deliver(run.ledger, 1, 7);
  const config = { batch: 3, fails: "P-00002.tif" };
  const done = await fired(run, config, 6);
  assert.deepEqual(done.join(" "), [...lines(1, 1), ...lines(3, 7)].join(" "));
  assert.equal(done[0], lines(1, 1)[0], "the first one is done alone");
  assert.ok(done.some((line) => line.split(" ").length === 6), done.join("; "));
});

Deno.test("a stream of its own has its own cursor, and may begin with the oldest frame, over segments", async () => {
  using place = new LedgerPlace();
  {
    await using run = await Run.start(place);
    await deliver(run.ledger, 1, 20);
  }
  await using run = await Run.start(place);
  await deliver(run.ledger, 21, 22);
  assert.deepEqual(await fired(run, { stream: "archive" }, 2), lines(1, 22));
  assert.deepEqual(await fired(run, { stream: "archive" }), []);
  assert.deepEqual(run.shared.services.frames.consumers().map(({ name }) => name), ["consumes", "consumes/archive"]);
});

Deno.test("cursors that are damaged, or cannot be written, are reported and cost repetitions alone", async () => {
  using place = new LedgerPlace();
  const log = memoryLog();
  Deno.mkdirSync(place.folder);
  Deno.writeTextFileSync(`${place.folder}/cursors.json`, "{");
  const cursors = new Cursors({ stateDir: place.state, log, fsync: () => false });
  assert.match(log.lines[0]!, /cursors\.json/);
  assert.ok(Deno.statSync(`${place.folder}/cursors.json.damaged`).isFile);
  await cursors.begin("a", { sequence: 5, number: 4 });
  cursors.move("a", { sequence: 3, number: 2 });
  assert.equal(cursors.get("a")!.sequence, 5, "a cursor never goes back");
  Deno.removeSync(place.state, { recursive: true });
  Deno.writeTextFileSync(place.state, "no folder");
  cursors.move("a", { sequence: 9, number: 8 });
  await cursors.flush();
  assert.match(log.lines[1]!, /cannot be written: .*after a restart consumers get again what they had/);
  Deno.removeSync(place.state);
  Deno.mkdirSync(place.state);
  await cursors.flush();
  assert.deepEqual(new Cursors({ stateDir: place.state, log, fsync: () => false }).get("a")!.sequence, 9);
});

Deno.test("what a plugin is done with is known by its streams; what it gave up or never had is not part of it", async () => {
  using place = new LedgerPlace();
  const progress = (run: Run) => run.shared.services.frames.progressOf(["consumes", "other"]);
  const done = { consumer: "consumes", streams: [{ after: 3, upTo: 7, except: [5] }] };
  {
    await using run = await Run.start(place);
    await deliver(run.ledger, 1, 2);
    assert.deepEqual(progress(run), [], "nobody has asked for frames yet");
    await fired(run, {});
    await deliver(run.ledger, 3, 6);
    await fired(run, { fails: "P-00004.tif" }, 4);
    assert.deepEqual(progress(run), [done]);
  }
  await using run = await Run.start(place);
  assert.deepEqual(progress(run), [], "the plugin does not run yet");
  await fired(run, {});
  assert.deepEqual(progress(run), [done]);
});
