/** A configuration that is wrong: exit code 2, every fault with its file, line and key, and no frame is touched. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "./frames.ts";
import { pewatch } from "./child.ts";
import { Place } from "./harness.ts";

/** What is added to a good configuration, and what must be said of it. */
const FAULTS: readonly (readonly [what: string, text: string, ...words: RegExp[]])[] = [
  ["a misspelt key", "[nexus]\nprofil = 'nxmx'", /:\d+: nexus\.profil: .*profile/],
  ["a misspelt table", "[detektor]\ndistance_mm = 300", /:\d+: detektor: .*detector/],
  ["an unknown key", "[tiff]\nzzzzzz = 1", /:\d+: tiff\.zzzzzz: /],
  [
    "a wrong type",
    "[dark]\nreference = 'yes'",
    /:\d+: dark\.reference: "yes" cannot be used: true or false is needed, without quotes/,
  ],
  [
    "a wrong choice",
    "[dark]\npolicy = 'burn'",
    /:\d+: dark\.policy: "burn" cannot be used: one of "delete", "archive", "keep" is needed/,
  ],
  ["a number out of range", "[log]\nfiles_max = 0", /:\d+: log\.files_max: 0 cannot be used: a whole number from 1/],
  ["two faults", "[dark]\npolicy = 1\n[nexus]\nimage = 'no'", /dark\.policy: /, /nexus\.image: /],
  ["an output below raw", "[dark]\narchive_dir = '../outside'", /:\d+: dark\.archive_dir: /],
  ["no TOML", "[dark\npolicy", /:\d+:\d+: this is not valid TOML: /],
];

Deno.test("a wrong, unknown or misspelt key is reported with its line and what would be right, before anything is done", async (test) => {
  using place = new Place();
  place.put("P-00001.tif", makeImage(), makeSidecar());
  const good = Deno.readTextFileSync(place.config);
  for (const [what, text, ...words] of FAULTS) {
    await test.step(what, async () => {
      Deno.writeTextFileSync(place.config, `${good}\n${text}\n`);
      const ran = await pewatch(["run", "--config", place.config]);
      assert.equal(ran.code, 2, ran.err);
      assert.ok(ran.err.includes(place.config), ran.err);
      for (const one of words) assert.match(ran.err, one);
      assert.ok(!/\bat .*\.ts:\d+/.test(ran.err), "a stack is no help to a user");
    });
  }
  assert.deepEqual(place.delivered(), []);
  place.assertNothingLost();
  Deno.writeTextFileSync(place.config, good);
  await using run = await place.start().running();
  await run.until(() => place.has("P-00001.nxs"), "the frame");
  await run.stop();
});
