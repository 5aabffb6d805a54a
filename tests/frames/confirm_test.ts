/** Delete after confirmation: a delivered set stays in proc until each consumer has confirmed its image. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { endAtEachStep } from "./crash.ts";
import { foldersIn, sha256 } from "../folders.ts";
import { Way } from "./way.ts";

const SIZE_MIB = 0.03;

function keeping(confirm_mib_max = 1024): Way {
  return new Way({ deliver: { confirm: ["backup", "catalogue"], confirm_mib_max } });
}

const kept = (way: Way) => foldersIn(way.settings.folders.proc).filter((name) => name.startsWith(".kept-"));
const sumOf = (way: Way, name: string) => sha256(way.read(name));

Deno.test("a set leaves proc when each named consumer has confirmed it, over restarts", async () => {
  using way = keeping();
  way.put({ name: "P-00001.tif" });
  way.put({ name: "P-00002.tif", seed: 2 });
  await way.fire(2);
  assert.deepEqual(way.delivered().filter((name) => name.endsWith(".nxs")), ["P-00001.nxs", "P-00002.nxs"]);
  assert.equal(kept(way).length, 2);
  const sum = sumOf(way, "P-00001.tif");
  way.confirm("backup", [sum, "0".repeat(64)]);
  await way.fire();
  assert.deepEqual(way.confirmed, { id: 1, found: 1, removed: 0, waiting: 2 });
  way.restart();
  await way.fire();
  assert.equal(kept(way).length, 2, "one of two is not enough");
  way.confirm("catalogue", [sum]);
  await way.fire();
  assert.deepEqual(way.confirmed, { id: 2, found: 1, removed: 1, waiting: 1 });
  assert.equal(kept(way).length, 1);
  assert.equal(way.judgeLedger().counts["delivered"], 2);
  // Where nobody is waited for any more, nothing is kept.
  way.settings = { ...way.settings, deliver: { ...way.settings.deliver, confirm: [] } };
  await way.fire();
  assert.deepEqual(kept(way), []);
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("a plugin confirms what each of its streams is done with: nothing it gave up, nothing before its cursor", async () => {
  using way = keeping();
  for (let number = 1; number <= 4; number++) way.put({ name: `P-0000${number}.tif`, seed: number });
  await way.fire(2);
  // Line 1 is the chain's; lines 2 to 5 are the frames.
  assert.deepEqual(way.lines().map(({ type }) => type), ["chain", ...Array(4).fill("delivered")]);
  const catalogue = { consumer: "catalogue", streams: [{ after: 0, upTo: 5, except: [] }] };
  const backup = (first: number, second: number) => ({
    consumer: "backup",
    streams: [{ after: 2, upTo: first, except: [4] }, { after: 0, upTo: second, except: [] }],
  });
  way.progress = [backup(5, 5)];
  await way.fire();
  assert.equal(kept(way).length, 4, "one of two is not enough");
  way.restart();
  // What was confirmed once stays so, whatever becomes of the cursor.
  way.progress = [backup(2, 2), catalogue, { consumer: "stranger", streams: [] }];
  await way.fire();
  // A kept folder's name is random: their order is not the frames'.
  const left = kept(way).map((name) =>
    JSON.parse(Deno.readTextFileSync(join(way.settings.folders.proc, name, "confirmed.json"))).sequence
  );
  assert.deepEqual(left.sort(), [2, 4]);
  way.progress = [{ consumer: "backup", streams: [] }];
  await way.fire();
  assert.equal(kept(way).length, 2, "a plugin that reads nothing confirms nothing");
  way.confirm("backup", [sumOf(way, "P-00001.tif")]);
  await way.fire();
  assert.equal(kept(way).length, 1);
});

Deno.test("sets that wait are bounded: the oldest are removed and named, and the state says who is waited for", async () => {
  using way = keeping(SIZE_MIB);
  for (let number = 1; number <= 12; number++) way.put({ name: `P-000${10 + number}.tif`, seed: number });
  await way.fire(2);
  assert.equal(way.delivered().filter((name) => name.endsWith(".nxs")).length, 12);
  const { length } = kept(way);
  assert.ok(length >= 1 && length < 12, `${length} are kept`);
  const warned = way.heard.lines.filter((line) =>
    /removed from proc without the confirmation of backup, catalogue/.test(line)
  );
  assert.equal(warned.length, 12 - length);
  assert.match(warned[0]!, /P-00011\.tif/);
  assert.match(
    way.heard.conditions.get("confirm")!,
    /until backup, catalogue have confirmed them; beyond confirm_mib_max/,
  );
});

Deno.test("a stop at any step keeps a set that is not confirmed, and leaves nothing of one that is", async () => {
  const confirmBy = async (way: Way, fire: () => Promise<void>) => {
    for (const name of ["backup", "catalogue"]) {
      way.confirm(name, [sumOf(way, "P-00001.tif")]);
      await fire();
    }
  };
  await endAtEachStep({
    prepare: async () => {
      const way = keeping();
      way.put({ name: "P-00001.tif" });
      await way.fire();
      return way;
    },
    work: (way) => confirmBy(way, () => way.fireFinalize()),
    whole: (way) => assert.deepEqual(way.inProgress(), []),
    ended: async (way, when) => {
      way.restart();
      await confirmBy(way, () => way.fire());
      assert.deepEqual(way.inProgress(), [], when);
      assert.deepEqual(way.judgeLedger().counts, { chain: 1, delivered: 1 });
      assert.ok(Deno.statSync(join(way.output, "P-00001.nxs")).isFile);
    },
  });
});

Deno.test("what has such a name in proc and is no delivered set of pewatch's stays, and is reported once", async () => {
  using way = keeping();
  const { proc } = way.settings.folders;
  for (const [name, file] of [[".kept-other", "thesis.txt"], [".kept-torn", "claim.json"]] as const) {
    Deno.mkdirSync(join(proc, name));
    Deno.writeTextFileSync(join(proc, name, file), "{");
  }
  await way.fire(3);
  assert.equal(Deno.readTextFileSync(join(proc, ".kept-other", "thesis.txt")), "{");
  assert.equal(Deno.readTextFileSync(join(proc, ".kept-torn", "claim.json")), "{");
  assert.ok(
    way.heard.lines.some((line) =>
      /\.kept-other stays there, since it cannot be used: it has no claim record/.test(line)
    ),
  );
});
