import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSettings } from "../../../src/config/settings.ts";
import { checkLedger } from "../../../src/cli/doctor/ledger.ts";
import { Cursors } from "../../../src/ledger/cursors.ts";
import { deliveredEntry, LedgerPlace } from "../../ledger/lines.ts";

Deno.test("doctor names a damaged line of the ledger, and consumers that are behind or have skipped frames", async () => {
  using place = new LedgerPlace();
  const settings = { ...defaultSettings("/nowhere") };
  const at = { ...settings, daemon: { ...settings.daemon, state_dir: place.state } };
  assert.deepEqual(checkLedger(at), []);
  const ledger = place.open();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const cursors = new Cursors({ stateDir: place.state, log, fsync: () => false });
  await Promise.all(Array.from({ length: 150 }, (_, index) => ledger.append(deliveredEntry(index + 1))));
  await cursors.begin("slow", { sequence: 10, number: 9 });
  await cursors.begin("fine", { sequence: 150, number: 149 });
  cursors.skip("fine", { sequence: 151, number: 150, frame: "P-00150.tif" });
  await cursors.flush();
  await ledger.close();
  const [whole, ...others] = checkLedger(at);
  assert.match(whole!.finding, /whole up to line 151/);
  assert.deepEqual(others.map(({ status }) => status), ["warning", "warning"]);
  assert.match(
    others.map(({ finding }) => finding).join("; "),
    /slow is 141 frames behind.*fine has skipped 1 frame, the last one P-00150\.tif/,
  );
  const path = join(place.folder, place.segments()[0]!);
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace('"latency_s":0.25', '"latency_s":9.25'));
  const [damaged] = checkLedger(at);
  assert.equal(damaged!.status, "problem");
  assert.match(damaged!.finding, /jsonl, line 2: it has been changed/);
});
