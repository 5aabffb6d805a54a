/** Claims whose record is damaged: they are kept and named, and nothing of them is lost. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type ClaimRecord, readRecord, RecordError, writeRecord } from "../../src/frames/claim/record.ts";
import { beginAttempt, endAttempt } from "../../src/frames/claim/attempts.ts";
import { readTree, type TreeNode } from "../../src/nexus/tree/read_tree.ts";
import { claimIn, libraries, setOf, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";
import { ATTEMPTS_NAME, NEXUS_NAME, RECORD_NAME } from "../../src/files/service_names.ts";

/** A merged frame in proc, as a crash before its delivery leaves it. */
async function mergedClaim(way: Way): Promise<{ path: string; record: ClaimRecord }> {
  way.put({ name: "P-00001.tif" });
  await way.fireBeforeDelivery();
  const path = claimIn(way.settings.folders.proc);
  return { path, record: readRecord(path)! };
}

Deno.test("a claim whose record does not name all its files is not delivered: its removal would take them along", async () => {
  using way = new Way();
  const { path, record } = await mergedClaim(way);
  const short = { ...record, members: record.members.filter((member) => member.role === "image") };
  writeRecord(path, short, { fsync: false });
  const before = filesBelow(path);
  await way.fire(8);
  assert.deepEqual(filesBelow(path), before);
  assert.deepEqual(way.delivered(), []);
  assert.match(
    [...way.heard.conditions.values()].join("\n"),
    /its record does not name P-00001\.tif\.metadata; it stays/,
  );
  writeRecord(path, record, { fsync: false });
  await way.fire(1);
  assert.deepEqual(way.delivered(), setOf("P-00001"));
  assert.deepEqual([...way.heard.conditions], []);
});

Deno.test("a record that could lead out of the folders, or that nothing can be made of, is no record", async () => {
  using way = new Way();
  const { path, record } = await mergedClaim(way);
  const { destination, merge, members } = record;
  const damaged: Record<string, unknown> = {
    "an output root that is not absolute": { ...record, destination: { ...destination, root: "output" } },
    "an output folder outside of the root": { ...record, destination: { ...destination, dir: "../x" } },
    "an id that is a path": { ...record, id: "../x" },
    "no image": { ...record, members: [] },
    "a member twice": { ...record, members: [...members, members[0]] },
    "a size below zero": { ...record, members: members.map((member) => ({ ...member, size: -1 })) },
    "a merge of nothing": { ...record, merge: {} },
    "an image's place that is no number": { ...record, merge: { ...merge, nexus: { ...merge!.nexus, splice: {} } } },
    "a time that is no time": { ...record, written_ms: 1e300 },
    "notes that are no texts": { ...record, notes: [1] },
  };
  for (const [what, value] of Object.entries(damaged)) {
    Deno.writeTextFileSync(join(path, RECORD_NAME), JSON.stringify(value));
    assert.throws(() => readRecord(path), RecordError, what);
  }
});

function namesIn(node: TreeNode): string[] {
  return node.kind === "group" ? [node.name, ...node.children.flatMap(namesIn)] : [node.name];
}

// Fails without checkNexus in deliver.ts: what a power cut left of a file that was not flushed was then delivered.
Deno.test("a NeXus file that a power cut took of is made again before its delivery", async () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    "a byte": (path) => {
      const bytes = Deno.readFileSync(path);
      bytes[bytes.length >> 1]! ^= 1;
      Deno.writeFileSync(path, bytes);
    },
    "its end": (path) => Deno.truncateSync(path, 4096),
    "all": (path) => Deno.truncateSync(path, 0),
    "the file": (path) => Deno.removeSync(path),
  };
  using whole = new Way();
  await mergedClaim(whole);
  await whole.fireFinalize();
  for (const [what, damage] of Object.entries(damages)) {
    using way = new Way();
    const { path } = await mergedClaim(way);
    damage(join(path, NEXUS_NAME));
    await way.fire(3);
    assert.deepEqual(way.delivered(), setOf("P-00001"), what);
    const entry = (of: Way) => readTree(libraries.hdf5, join(of.output, "P-00001.nxs")).children[0];
    assert.deepEqual(namesIn(entry(way)!), namesIn(entry(whole)!), what);
    assert.match(
      way.heard.lines.join("\n"),
      /its NeXus file (in the claim is damaged|is missing in the claim); making it again/,
      what,
    );
    assert.deepEqual(way.inProgress(), [], what);
  }
});

Deno.test("attempts count up while a merge does not end, over restarts, and begin anew when one has ended", async () => {
  using way = wayOf([{ name: "P-00001.tif" }]);
  await way.firePrepare();
  const { temp, proc } = way.settings.folders;
  const path = claimIn(temp);
  const record = readRecord(path)!;
  assert.deepEqual([1, 2, 3].map(() => beginAttempt(path, record)), [1, 2, 3]);
  endAttempt(path);
  assert.equal(beginAttempt(path, record), 1);
  for (const strange of ["", "x", "-3", "1e99", "7".repeat(40)]) {
    Deno.writeTextFileSync(join(path, ATTEMPTS_NAME), strange);
    assert.equal(beginAttempt(path, { attempts: 4 }), 5, strange);
  }
  for (let begun = 5; begun < 10; begun++) beginAttempt(path, record);
  await way.fireMerge();
  assert.equal(readRecord(claimIn(proc))!.attempts, 11);
  assert.match(way.heard.lines.join("\n"), /P-00001\.tif: delivered without being merged/);
  await way.fireFinalize();
  way.assertDone(["P-00001.tif", "P-00001.tif.metadata"]);
});
