/** `pewatch plugins new`: the template under a name of its own, which would be loaded as it is. */
import assert from "node:assert/strict";
import { CliPlace } from "../place.ts";

Deno.test("the template is written into the plugins folder, says what next, and would be loaded", async () => {
  using place = new CliPlace("[plugins]\ndir = 'mine'\n");
  const { out } = await place.expect(["plugins", "new", "Ring Current"], { code: 0 });
  const path = place.join("mine", "ring_current.ts");
  assert.match(out, /^The name became ring_current/m);
  assert.ok(out.includes(`Wrote ${path}\n`));
  assert.ok(out.includes(`pewatch plugins check "${path}"`));
  await place.expect(["plugins", "check", path], { code: 0, out: /plugin ring_current$/m });
});

Deno.test("a file that is there is not written over", async () => {
  using place = new CliPlace(null);
  place.write("pewatch-data/plugins/ring.ts", "mine");
  const err = /^pewatch plugins new: Cannot write .*ring\.ts: it already exists/;
  await place.expect(["plugins", "new", "ring"], { code: 1, err });
  assert.equal(Deno.readTextFileSync(place.join("pewatch-data", "plugins", "ring.ts")), "mine");
});

Deno.test("names that would replace what is shipped are refused, names of nothing are wrong usage", async () => {
  using place = new CliPlace(null);
  for (const name of ["roi", "03_finalize", "finalize"]) {
    await place.expect(["plugins", "new", name], { code: 1, err: /a plugin that pewatch ships/ });
  }
  await place.expect(["plugins", "new", "42"], { code: 2 });
  assert.deepEqual([...Deno.readDirSync(place.path)], []);
});
