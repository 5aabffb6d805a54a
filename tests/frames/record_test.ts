/** Claims whose record is damaged: they are kept and named, and nothing of them is lost. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type ClaimRecord, readRecord, RecordError, writeRecord } from "../../src/frames/claim/record.ts";
import { nameIsTaken } from "../../src/files/listing.ts";
import { filesBelow, Way } from "./way.ts";
import { CAST_PREFIX, RECORD_NAME } from "../../src/files/service_names.ts";

/** A merged frame in proc, as a crash before its delivery leaves it. */
async function mergedClaim(way: Way): Promise<{ path: string; record: ClaimRecord }> {
  way.put({ name: "P-00001.tif" });
  await way.firePrepare();
  await way.fireMerge();
  const { proc } = way.settings.folders;
  const [id] = [...Deno.readDirSync(proc)].map(({ name }) => name);
  const path = join(proc, id!);
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
  assert.deepEqual(way.delivered(), ["P-00001.nxs", "P-00001.tif", "P-00001.tif.metadata"]);
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

// Fails without templates.enter in mergeData (merge_data.ts).
Deno.test("what a killed program kept open in temp goes at the next start, also where no frame comes", async () => {
  using way = new Way();
  const forgotten = join(way.settings.folders.temp, `${CAST_PREFIX}of-a-killed-one.h5`);
  Deno.writeTextFileSync(forgotten, "half written");
  await way.fireMerge();
  assert.equal(nameIsTaken(forgotten), false);
});
