import assert from "node:assert/strict";
import { join } from "node:path";
import { LedgerError } from "../../src/ledger/error.ts";
import { sha256 } from "../folders.ts";
import { replaced } from "../replaced.ts";
import { deliveredEntry, LedgerPlace } from "./lines.ts";

Deno.test("each line has the hash of the line before, over restarts and segments", async () => {
  using place = new LedgerPlace();
  for (const first of [1, 21]) {
    const ledger = place.open({ segmentBytes: 2000 });
    await Promise.all(Array.from({ length: 20 }, (_, index) => ledger.append(deliveredEntry(first + index))));
    for (let index = 0; index < 3; index++) await ledger.append(deliveredEntry(first + 100 + index));
    await ledger.close();
  }
  const lines = place.lines();
  assert.equal(lines.length, 47);
  assert.ok(place.segments().length > 3);
  let previous = "0".repeat(64);
  lines.forEach((line, index) => {
    const parsed = JSON.parse(line);
    assert.equal(parsed.sequence, index + 1);
    assert.equal(parsed.previous, previous);
    previous = sha256(line);
  });
  assert.equal(JSON.parse(lines.at(-1)!).number, 46);
});

Deno.test("frames that finish together share one flush", async () => {
  using place = new LedgerPlace();
  const ledger = place.open();
  await ledger.append(deliveredEntry(1));
  let flushes = 0;
  using _flushes = replaced(Deno.FsFile.prototype, "sync", (sync) =>
    function (this: Deno.FsFile) {
      flushes++;
      return sync.call(this);
    });
  const receipts = await Promise.all([2, 3, 4, 5].map((number) => ledger.append(deliveredEntry(number))));
  assert.deepEqual(receipts.map(({ sequence }) => sequence), [3, 4, 5, 6]);
  assert.equal(flushes, 1);
  await ledger.close();
});

Deno.test("a delivery that is repeated after a crash has one line", async () => {
  using place = new LedgerPlace();
  const [receipt] = await place.write([7]);
  const { sequence } = receipt!;
  const second = place.open();
  const [again, twice] = await Promise.all([
    second.append(deliveredEntry(7, { again: true })),
    second.append(deliveredEntry(8)),
  ]);
  assert.deepEqual(again, { sequence, number: 1, known: true });
  assert.deepEqual(twice, { sequence: sequence + 1, number: 2, known: false });
  await second.close();
  assert.equal(place.lines().length, 3);
});

Deno.test("a torn last line is removed, and the chain goes on", async () => {
  for (const torn of ["{", '{"sequence":4,"previous":"', "\0\0\0\n\0\0", "\0".repeat(5000)]) {
    using place = new LedgerPlace();
    await place.write([1, 2]);
    const path = join(place.folder, place.segments()[0]!);
    Deno.writeTextFileSync(path, torn, { append: true });
    assert.equal((await place.write([3]))[0]!.sequence, 4);
    assert.equal(place.lines().length, 4);
    assert.match(place.logged.join("\n"), new RegExp(`${torn.length} bytes of an unfinished last line`));
  }
});

Deno.test("a segment without a line, as a stop leaves it, is begun anew", async () => {
  using place = new LedgerPlace();
  await place.write([1]);
  Deno.writeTextFileSync(join(place.folder, "000000000003.jsonl"), "");
  assert.equal((await place.write([2], { segmentBytes: 10 }))[0]!.sequence, 3);
  assert.deepEqual(place.segments(), ["000000000001.jsonl", "000000000003.jsonl"]);
});

Deno.test("damage in the middle is named by its line, and nothing is written behind it", async () => {
  using place = new LedgerPlace();
  await place.write([1, 2, 3]);
  const path = join(place.folder, place.segments()[0]!);
  const before = Deno.readTextFileSync(path).replace('"size":102', '"size":999');
  Deno.writeTextFileSync(path, before);
  const second = place.open();
  await assert.rejects(second.append(deliveredEntry(4)), (error: Error) => {
    assert.ok(error instanceof LedgerError);
    assert.match(error.message, /000000000001\.jsonl, line 3: it has been changed.*audit --repair/);
    return true;
  });
  assert.equal(Deno.readTextFileSync(path), before);
  assert.match(place.faults[0]!, /line 3/);
  const sequence = await second.beginChain({ segment: "000000000001.jsonl", line: 3, problem: "it has been changed" });
  assert.equal(sequence, 5);
  assert.equal(place.faults.at(-1), null);
  assert.equal((await second.append(deliveredEntry(4))).sequence, 6);
  await second.close();
  const chain = JSON.parse(place.lines()[4]!);
  assert.equal(chain.follows.line, 3);
  assert.equal(chain.ledger, JSON.parse(place.lines()[0]!).ledger);
});

Deno.test("a failed flush leaves no line behind, and the next try writes it", async () => {
  using place = new LedgerPlace();
  const ledger = place.open();
  await ledger.append(deliveredEntry(1));
  {
    const error = Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" });
    using _flushes = replaced(Deno.FsFile.prototype, "sync", () => () => Promise.reject(error));
    await assert.rejects(ledger.append(deliveredEntry(2)), /cannot be written: Input\/output error/);
  }
  assert.equal(ledger.newest, 2);
  assert.equal(place.lines().length, 2);
  assert.equal((await ledger.append(deliveredEntry(2))).sequence, 3);
  assert.deepEqual([place.faults.length, place.faults[1]], [2, null]);
  await ledger.close();
});

Deno.test("files that somebody removes or cuts under a running ledger are noticed", async () => {
  using place = new LedgerPlace();
  const ledger = place.open();
  for (const number of [1, 2, 3]) await ledger.append(deliveredEntry(number));
  const path = join(place.folder, place.segments()[0]!);
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.split("\n").slice(0, 2).join("\n") + "\n");
  await assert.rejects(ledger.append(deliveredEntry(4)), /lines 3 to 4 are missing in the ledger/);
  Deno.writeTextFileSync(path, text);
  assert.equal((await ledger.append(deliveredEntry(4))).sequence, 5);
  Deno.removeSync(place.folder, { recursive: true });
  assert.equal((await ledger.append(deliveredEntry(5))).sequence, 7, "numbers are not repeated");
  assert.match(JSON.parse(place.lines()[0]!).follows.problem, /lines up to 5 were removed/);
  await ledger.close();
});

Deno.test("numbers go on where a ledger that others have read was removed", async () => {
  using place = new LedgerPlace();
  for (const [number, sequence] of [[1, 43], [2, 44]] as const) {
    assert.equal((await place.write([number], { seen: 41 }))[0]!.sequence, sequence);
  }
});

Deno.test("old segments are removed whole, and the chain's start is kept", async () => {
  using place = new LedgerPlace();
  let now = new Date("2026-01-01T00:00:00Z");
  const options = {
    now: () => now,
    segmentBytes: 1500,
    settings: () => ({ fsync: false, keep_days: 10 }),
  };
  const ledger = place.open(options);
  for (let day = 1; day <= 30; day++) {
    now = new Date(Date.UTC(2026, 0, day));
    await ledger.append(deliveredEntry(day));
  }
  await ledger.close();
  const first = JSON.parse(place.lines()[0]!);
  assert.ok(Date.parse(first.time) > Date.UTC(2026, 0, 16), first.time);
  assert.ok(Date.parse(first.time) < Date.UTC(2026, 0, 21), first.time);
  const start = JSON.parse(Deno.readTextFileSync(join(place.folder, "chain.json")));
  assert.equal(start.removed.sequence, first.sequence - 1);
  assert.equal(start.removed.hash, first.previous);
  assert.equal(start.begun, "2026-01-01T00:00:00.000Z");
  assert.equal((await place.write([31], options))[0]!.sequence, 32);
});
