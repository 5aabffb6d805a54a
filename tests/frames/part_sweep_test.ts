/**
 * Hidden parts in the output: whatever was away, replaced or lost meanwhile, none stays that nobody works on.
 *
 * Fails without: `mayHaveLeft` where publish returns false (deliver.ts), `mayHaveLeft` after an error (deliver.ts,
 * quarantine.ts), `writesTo` (deliver.ts), the look at names in progress and at the owner (part_sweep.ts).
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { newClaimId } from "../../src/frames/claim/claim.ts";
import { probeName } from "../../src/files/probe.ts";
import { outputPartName } from "../../src/files/service_names.ts";
import { namesIn } from "../folders.ts";
import { replaced } from "../replaced.ts";
import { setOf, Way, wayOf } from "./way.ts";

function partsIn(folder: string): string[] {
  return namesIn(folder).filter((name) => name.endsWith(".part"));
}

function fireUntilClean(way: Way, folder: string): Promise<void> {
  return way.fireUntil(() => partsIn(folder).length === 0, `that no part stays in ${folder}`);
}

Deno.test({
  name: "a folder that is moved away between a part's link and its removal, and back, keeps no part",
  ignore: Deno.build.os === "windows", // there a part is renamed
  async fn() {
    using way = wayOf([{ name: "P-00001.tif" }]);
    await way.fireBeforeDelivery();
    let moves = 0;
    {
      using _removals = replaced(Deno, "removeSync", (removeSync) => (path, options) => {
        const isPart = String(path).endsWith(".part") && dirname(String(path)) === way.output;
        if (!isPart || namesIn(way.output).every((name) => !name.endsWith(".nxs"))) return removeSync(path, options);
        moves++;
        Deno.renameSync(way.output, `${way.output}.away`);
        try {
          return removeSync(path, options);
        } finally {
          Deno.renameSync(`${way.output}.away`, way.output);
        }
      });
      await way.fireFinalize();
    }
    assert.ok(moves > 0);
    await fireUntilClean(way, way.output);
    way.assertDone(setOf("P-00001"));
  },
});

Deno.test("parts that come back into a folder that was made anew are removed", async () => {
  using way = wayOf([{ name: "s/P-00001.tif" }]);
  await way.fireBeforeDelivery();
  const folder = join(way.output, "s"), away = join(way.output, "away");
  let moved = false;
  {
    using _links = replaced(Deno, "linkSync", (linkSync) => (from, to) => {
      if (!moved) Deno.renameSync(folder, away);
      moved = true;
      return linkSync(from, to);
    });
    await way.fireFinalize();
  }
  assert.ok(partsIn(away).length > 0, "it was not moved while there were parts");
  await way.fire(2);
  assert.deepEqual(way.delivered(), setOf("s/P-00001"));
  for (const name of partsIn(away)) Deno.renameSync(join(away, name), join(folder, name));
  await fireUntilClean(way, folder);
});

Deno.test("parts of claims that are gone are removed at the start, and with the first delivery into their folder", async () => {
  using way = new Way();
  const { temp, proc } = way.settings.folders;
  const folder = join(way.output, "s");
  Deno.mkdirSync(folder);
  const put = (id: string, what: string | number, below = folder) => {
    Deno.writeTextFileSync(join(below, outputPartName(id, what)), "half");
    return outputPartName(id, what);
  };
  for (const what of [0, 1, "late", "geometry", "series"]) put(newClaimId(temp), what);
  Deno.writeTextFileSync(join(folder, probeName()), "probe");
  const marked = newClaimId(temp), late = newClaimId(temp), foreign = newClaimId(join(temp, "elsewhere"));
  Deno.writeTextFileSync(join(proc, `.series-${marked}.json.part`), "");
  const kept = [put(marked, "series"), put(late, "late"), put(foreign, 0), put("20260101", 0)];
  Deno.mkdirSync(join(folder, outputPartName(newClaimId(temp), 7)));
  put(newClaimId(temp), 0, way.output);
  put(foreign, 0, way.output);
  await way.fireFinalize();
  assert.deepEqual(partsIn(way.output), [outputPartName(foreign, 0)]);
  assert.equal(partsIn(folder).length, 10, "nothing was written there yet");
  way.put({ name: "s/P-00001.tif" });
  await way.fireBeforeDelivery();
  Deno.mkdirSync(join(temp, `.late-${late}`));
  await way.fireFinalize();
  const files = namesIn(folder).filter((name) => name.startsWith(".") && Deno.lstatSync(join(folder, name)).isFile);
  assert.deepEqual(files, kept.sort());
});
