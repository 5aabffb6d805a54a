/** Paths above the 260 characters that Windows takes where a program does not ask for more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { TempFolder } from "../temp_folder.ts";
import { setOf, Way } from "./way.ts";

Deno.test("frames go the whole way through folders of more than 400 characters, their own sub-folders long too", async () => {
  using folder = new TempFolder();
  let on = folder.path;
  while (on.length < 400) Deno.mkdirSync(on = join(on, "measurements of a long name ".padEnd(60, "x")));
  using way = new Way({ nexus: { series: true } }, { on });
  const below = `${"s".repeat(100)}/${"t".repeat(100)}`;
  for (const seed of [1, 2]) way.put({ name: `${below}/P-0000${seed}.tif`, seed });
  await way.fire(3);
  assert.deepEqual(
    way.delivered(),
    setOf("P-00001", "P-00002")
      .concat(way.delivered().filter((name) => /master/.test(name)).map((name) => name.split("/").at(-1)!))
      .map((name) => `${below}/${name}`).sort(),
    way.heard.lines.join("\n"),
  );
  assert.ok(way.delivered().some((name) => /master/.test(name)), way.heard.lines.join("\n"));
  assert.deepEqual(way.inProgress(), []);
});
