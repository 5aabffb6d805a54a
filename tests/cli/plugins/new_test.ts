/** `pewatch plugins new`: the template under a name of its own, which would be loaded as it is. */
import assert from "node:assert/strict";
import { TempFolder } from "../../temp_folder.ts";
import { expectHere, runHere } from "../run_cli.ts";

Deno.test("the template is written into the plugins folder, says what next, and would be loaded", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("pewatch.toml"), "[plugins]\ndir = 'mine'\n");
  const { code, out, err } = await runHere(["plugins", "new", "Ring Current"], { cwd: folder.path });
  assert.equal(code, 0, err);
  const path = folder.join("mine", "ring_current.ts");
  assert.match(out, /^The name became ring_current/m);
  assert.ok(out.includes(`Wrote ${path}\n`));
  assert.ok(out.includes(`pewatch plugins check "${path}"`));
  await expectHere(["plugins", "check", path], { code: 0, out: /plugin ring_current$/m }, { cwd: folder.path });
});

Deno.test("a file that is there is not written over", async () => {
  using folder = new TempFolder();
  const path = folder.join("pewatch-data", "plugins", "ring.ts");
  Deno.mkdirSync(folder.join("pewatch-data", "plugins"), { recursive: true });
  Deno.writeTextFileSync(path, "mine");
  await expectHere(["plugins", "new", "ring"], {
    code: 1,
    err: /^pewatch plugins new: Cannot write .*ring\.ts: it already exists/,
  }, { cwd: folder.path });
  assert.equal(Deno.readTextFileSync(path), "mine");
});

Deno.test("names that would replace what is shipped are refused, names of nothing are wrong usage", async () => {
  using folder = new TempFolder();
  for (const name of ["roi", "03_finalize", "finalize"]) {
    await expectHere(["plugins", "new", name], { code: 1, err: /a plugin that pewatch ships/ }, { cwd: folder.path });
  }
  assert.equal((await runHere(["plugins", "new", "42"], { cwd: folder.path })).code, 2);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});
