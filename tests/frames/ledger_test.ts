/** What became of each frame stands in the ledger before its claim is removed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { DeliveredLine, LedgerLine } from "../../src/ledger/line.ts";
import { sha256 } from "../folders.ts";
import { judgeLedger } from "../ledger/judge_lines.ts";
import { firedWayOf, imageBytes, setOf, sidecarText, Way } from "./way.ts";

const DARK = sidecarText({ seed: 3, dark: true });
const without = (lines: readonly LedgerLine[]) => lines.filter(({ type }) => type !== "chain");

Deno.test("a delivered frame's line has its files with sizes and checksums, its parameters, notes and latency", async () => {
  using way = new Way({ frames: { checksum: "all" } });
  way.parameters = { at: () => Promise.resolve([{ name: "t", value: 21, time: new Date(0), plugin: "x" }]) };
  way.put({ name: "series/P-00001.tif" });
  Deno.writeTextFileSync(join(way.raw, "series", "P-00001.tif.overflow"), "12 pixels");
  await way.fire();
  const [line] = without(way.lines()) as DeliveredLine[];
  assert.equal(line!.type, "delivered");
  assert.equal(line!.frame, "series/P-00001.tif");
  assert.equal(line!.folder, "series");
  assert.equal(line!.root, way.settings.folders.output_root);
  assert.deepEqual(line!.files.map(({ name, role }) => [name, role]), [
    ["P-00001.tif.overflow", "other"],
    ["P-00001.tif.metadata", "sidecar"],
    ["P-00001.tif", "image"],
    ["P-00001.nxs", "nexus"],
  ]);
  for (const { name, size, sha256: sum } of line!.files) {
    const bytes = way.read(`series/${name}`);
    assert.deepEqual([size, sum], [bytes.length, sha256(bytes)], name);
  }
  assert.equal(line!.parameters, 1);
  assert.equal(line!.number, 1);
  assert.ok(line!.latency_s >= 0 && Date.parse(line!.written) <= Date.parse(line!.time));
  const [event] = way.heard.events.filter(({ type }) => type === "delivered");
  assert.equal((event as { sequence?: number }).sequence, line!.sequence);
});

Deno.test("checksums are as the configuration asks", async () => {
  for (const [checksum, hashed] of [["sha256", [true, true, false]], ["none", [false, false, false]]] as const) {
    using way = await firedWayOf([{ name: "P-00001.tif" }], { frames: { checksum } });
    const [line] = without(way.lines()) as DeliveredLine[];
    assert.deepEqual(line!.files.map((file) => file.sha256 !== null), hashed, checksum);
  }
});

Deno.test("darks, frames in quarantine, retries, late files and repeated sets have their lines", async () => {
  using way = new Way();
  way.put({ name: "P-00001.tif" });
  way.put({ name: "P-00002.dark.tif", seed: 3, sidecar: DARK });
  way.put({ name: "P-00003.dark.tif", seed: 4, sidecar: null });
  way.put({ name: "T.tif", image: imageBytes(5).subarray(0, 900) });
  way.put({ name: "L.tif", seed: 6, sidecar: null });
  await way.fire();
  way.put({ name: "P-00001.tif" });
  Deno.writeTextFileSync(join(way.raw, "L.tif.metadata"), sidecarText({ seed: 6 }));
  Deno.writeFileSync(join(way.output, "pewatch-quarantine", "T.tif"), imageBytes(5));
  way.retryQuarantine();
  await way.fire(2);
  const lines = without(way.lines());
  const of = (frame: string) => lines.filter((line) => "frame" in line && line.frame === frame).map(({ type }) => type);
  assert.deepEqual(of("P-00001.tif"), ["delivered", "delivered"]);
  assert.deepEqual(of("P-00002.dark.tif"), ["dark_removed"]);
  assert.deepEqual(of("P-00003.dark.tif"), ["dark_archived"]);
  assert.deepEqual(of("T.tif"), ["quarantined", "retried", "delivered"]);
  assert.deepEqual(of("L.tif"), ["delivered", "late"]);
  const again = lines.filter((line) => line.type === "delivered" && line.frame === "P-00001.tif") as DeliveredLine[];
  assert.deepEqual(again.map((line) => line.again), [false, true]);
  assert.deepEqual(again[1]!.files, again[0]!.files);
  const { problems } = judgeLedger(join(way.settings.daemon.state_dir, "ledger"), {});
  assert.deepEqual(problems.filter((problem) => !problem.endsWith("stands in two lines")), []);
});

// Fails without canWriteReceipts (finalize.ts), and without the line before discardClaim in removeDark (prepare_raw.ts).
Deno.test("where the ledger cannot be written frames and darks wait, with the reason, and nothing is delivered", async () => {
  using way = new Way();
  const ledger = join(way.settings.daemon.state_dir, "ledger");
  Deno.removeSync(way.settings.daemon.state_dir);
  Deno.writeTextFileSync(way.settings.daemon.state_dir, "a file");
  way.put({ name: "P-00001.tif" });
  way.put({ name: "P-00002.dark.tif", seed: 3, sidecar: DARK });
  await way.fire(3);
  assert.deepEqual(way.delivered({ hidden: true }), []);
  assert.match(way.heard.conditions.get("ledger")!, /cannot be written: /);
  assert.equal(way.inProgress().filter((name) => name.endsWith(".tif")).length, 2, "both are in their claims");
  Deno.removeSync(way.settings.daemon.state_dir);
  Deno.mkdirSync(way.settings.daemon.state_dir);
  await way.fire(2);
  way.assertDone(setOf("P-00001"));
  assert.equal(way.heard.conditions.get("ledger"), undefined);
  assert.deepEqual(judgeLedger(ledger), {
    ...judgeLedger(ledger),
    problems: [],
    counts: { chain: 1, dark_removed: 1, delivered: 1 },
  });
});
