/** Paths above the 260 characters that Windows takes where a program does not ask for more. */
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
  const names = [...setOf("P-00001", "P-00002"), "P_master.h5"].map((name) => `${below}/${name}`);
  way.assertDone(names.sort(), way.heard.lines.join("\n"));
});
