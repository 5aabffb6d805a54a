/** An output that goes while no frame needs it: whoever watches the state learns it before the measurement begins. */
import assert from "node:assert/strict";
import { Way } from "./way.ts";

/** Far longer than the pause between two looks. */
const SEEN_MS_MAX = 20_000;

async function fireUntil(way: Way, condition: () => boolean, what: string): Promise<void> {
  for (const end_ms = performance.now() + SEEN_MS_MAX; !condition(); await way.fire()) {
    assert.ok(performance.now() < end_ms, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("an output that is gone is a condition without a frame, and no more once it is back", async () => {
  using way = new Way();
  const { output_root } = way.settings.folders;
  await way.fire(2);
  assert.equal(way.heard.conditions.size, 0);
  Deno.renameSync(output_root, `${output_root}-away`);
  await fireUntil(way, () => way.heard.conditions.has("output"), "nothing was reported");
  assert.equal(
    way.heard.conditions.get("output"),
    `the output folder ${output_root} does not exist; frames wait until it is back`,
  );
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  assert.ok(way.heard.conditions.has("output"));
  Deno.renameSync(`${output_root}-away`, output_root);
  await fireUntil(way, () => way.heard.conditions.size === 0, "it is still reported");
  assert.deepEqual(way.delivered(), ["P-00001.nxs", "P-00001.tif", "P-00001.tif.metadata"]);
});

Deno.test("a file in the place of the output is named, too", async () => {
  using way = new Way();
  const { output_root } = way.settings.folders;
  Deno.removeSync(output_root);
  Deno.writeTextFileSync(output_root, "");
  await fireUntil(way, () => way.heard.conditions.has("output"), "nothing was reported");
  assert.match(way.heard.conditions.get("output")!, /the output folder .* (does not exist|cannot be read)/);
});
