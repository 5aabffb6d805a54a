/** An output that goes while no frame needs it: whoever watches the state learns it before the measurement begins. */
import assert from "node:assert/strict";
import { setOf, Way } from "./way.ts";

Deno.test("an output that is gone is a condition without a frame, and no more once it is back", async () => {
  using way = new Way();
  const { output_root } = way.settings.folders;
  await way.fire(2);
  assert.equal(way.heard.conditions.size, 0);
  Deno.renameSync(output_root, `${output_root}-away`);
  await way.fireUntil(() => way.heard.conditions.has("output"), "a condition of the output");
  assert.equal(
    way.heard.conditions.get("output"),
    `the output folder ${output_root} does not exist; frames wait until it is back`,
  );
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  assert.ok(way.heard.conditions.has("output"));
  Deno.renameSync(`${output_root}-away`, output_root);
  await way.fireUntil(() => way.heard.conditions.size === 0, "that nothing is reported any more");
  assert.deepEqual(way.delivered(), setOf("P-00001"));
});

Deno.test("a file in the place of the output is named, too", async () => {
  using way = new Way();
  const { output_root } = way.settings.folders;
  Deno.removeSync(output_root);
  Deno.writeTextFileSync(output_root, "");
  await way.fireUntil(() => way.heard.conditions.has("output"), "a condition of the output");
  assert.match(way.heard.conditions.get("output")!, /the output folder .* (does not exist|cannot be read)/);
});
