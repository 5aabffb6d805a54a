/** What becomes of darks under each policy. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "./frames.ts";
import { Place, type Tables } from "./harness.ts";

const dark = makeImage({ type: "uint32", seed: 1 });
/** By their sidecars. */
const DARKS = ["S-00001.dark.tif", "S-00002.tif"];
/** By its name alone. */
const NAMED = "S-00003.dark-00001.tif";

interface Outcome {
  readonly policy: string;
  readonly tables?: Tables;
  readonly where: string | null;
}

const POLICIES: readonly Outcome[] = [
  { policy: "delete", where: null },
  { policy: "archive", where: "dark/" },
  { policy: "archive", tables: { dark: { archive_dir: "old/darks" } }, where: "old/darks/" },
  { policy: "keep", where: "" },
];

for (const { policy, tables = {}, where } of POLICIES) {
  Deno.test(`darks with the policy ${policy}${tables.dark ? " to another folder" : ""}`, async () => {
    using place = new Place({ tables: { dark: { policy, ...tables.dark } } });
    await using run = await place.start().running();
    place.put(`series/${DARKS[0]}`, dark, makeSidecar({ dark: true }));
    place.put(`series/${DARKS[1]}`, dark, makeSidecar({ dark: true, more: ["userComment1=second"] }));
    place.put(`series/${NAMED}`, dark, null);
    // Its name says dark, its sidecar says not; the folder's name says nothing.
    place.put("dark/S-00004.dark.tif", makeImage({ seed: 2 }), makeSidecar());
    await run.until(() => place.has("dark/S-00004.dark.nxs"), "the frame that is no dark");
    const names = DARKS.map((name) => `series/${name}`);
    const named = `${where ?? "dark/"}series/${NAMED}`;
    await run.until(() => place.has(named.replace(/\.tif$/, ".nxs")), "the one that is a dark by its name alone");
    if (where === null) {
      for (const name of names) await run.says(new RegExp(`${name}: dark, removed`));
    } else {
      const nexus = names.map((name) => `${where}${name.replace(/\.tif$/, ".nxs")}`);
      await run.until(() => nexus.every((name) => place.has(name)), "the darks");
    }
    await run.stop();
    const images = place.delivered().filter((name) => name.endsWith(".tif"));
    const kept = where === null ? [] : names.map((name) => `${where}${name}`);
    assert.deepEqual(images, [...kept, named, "dark/S-00004.dark.tif"].sort());
    place.assertNothingLost({ removed: where === null ? [...names, ...names.map((name) => `${name}.metadata`)] : [] });
    assert.deepEqual(place.onTheWay(), []);
  });
}
