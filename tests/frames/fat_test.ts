/** Outputs without hard links (FAT, exFAT, some shares): frames are delivered there too, and nothing is replaced. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { renameToFreeName } from "../../ffi/system/files.ts";
import { checkHardLinks } from "../../src/cli/doctor/folders.ts";
import { publish } from "../../src/files/durable.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { fatObstacle, FatVolume } from "./fat_volume.ts";
import { setOf, Way } from "./way.ts";

/** As Linux says it of FAT; Windows says "Incorrect function" (os error 1). */
function withoutLinks(): Disposable {
  return replaced(Deno, "linkSync", () => () => {
    throw new Deno.errors.PermissionDenied("Operation not permitted (os error 1)");
  });
}

/** Three times one name with other content each, and one that is somebody else's. */
async function assertDelivers(way: Way): Promise<void> {
  Deno.writeTextFileSync(join(way.output, "Q.tif"), "theirs");
  for (const seed of [1, 2, 3]) {
    way.put({ name: "P.tif", seed });
    await way.fire(2);
  }
  way.put({ name: "Q.tif" });
  await way.fire(2);
  const sets = setOf("P", "P-00001", "P-00002", "Q-00001");
  way.assertDone([...sets, "Q.tif"].sort(), way.heard.lines.join("\n"));
  assert.equal(Deno.readTextFileSync(join(way.output, "Q.tif")), "theirs");
}

Deno.test("without hard links frames get their names by renames, and nothing is replaced", async () => {
  using way = new Way();
  using _without = withoutLinks();
  await assertDelivers(way);
});

// Fails without renameToFreeName() in durable.ts: a lookup and a rename then replace what came between them.
Deno.test("renameToFreeName() leaves both files as they are where the name is taken", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("part"), "new");
  Deno.writeTextFileSync(folder.join("Größe.tif"), "old");
  assert.equal(renameToFreeName(folder.join("part"), folder.join("Größe.tif")), false);
  assert.equal(Deno.readTextFileSync(folder.join("Größe.tif")), "old");
  using _without = withoutLinks();
  assert.throws(() => publish(folder.join("part"), folder.join("Größe.tif")), Deno.errors.AlreadyExists);
  publish(folder.join("part"), folder.join("樣品.tif"));
  assert.equal(Deno.readTextFileSync(folder.join("樣品.tif")), "new");
});

Deno.test("where the system has no such rename either, the name is looked up first", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("part"), "new");
  Deno.mkdirSync(folder.join("folder"));
  using _without = withoutLinks();
  assert.throws(() => publish(folder.join("part"), folder.join("folder")), Deno.errors.AlreadyExists);
  assert.equal(Deno.readTextFileSync(folder.join("part")), "new");
});

const obstacle = fatObstacle();
if (obstacle !== null) console.log(`no exFAT volume can be made here: ${obstacle}`);

Deno.test("an exFAT volume: as output, and with all folders on it", { ignore: obstacle !== null }, async () => {
  using volume = new FatVolume();
  {
    const output_root = join(volume.path, "output");
    using way = new Way({ folders: { output_root } });
    await assertDelivers(way);
  }
  using way = new Way({}, { on: volume.path });
  await assertDelivers(way);
  const found = checkHardLinks({ key: "folders.output_root", path: volume.path });
  assert.equal(found.status, "warning");
  assert.match(found.finding, /has none .*as on FAT/);
});

Deno.test({
  name: "an exFAT volume does not distinguish cases and refuses some names: nothing is replaced or lost",
  ignore: obstacle !== null,
  async fn() {
    using volume = new FatVolume();
    using way = new Way({ folders: { output_root: join(volume.path, "output") } });
    way.put({ name: "P.tif", seed: 1 });
    way.put({ name: "p.tif", seed: 2 });
    way.put({ name: "a:b.tif", seed: 3 });
    await way.fire(8);
    const images = way.delivered().filter((name) => name.endsWith(".tif"));
    assert.deepEqual(images.map((name) => name.toLowerCase()).sort(), [
      "p-00001.tif",
      "p.tif",
      "pewatch-quarantine/a_b.tif",
    ]);
    assert.deepEqual(way.inProgress(), [], way.heard.lines.join("\n"));
  },
});
