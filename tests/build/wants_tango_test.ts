/** build/pewatch makes Tango's library only where what it is asked for needs it. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { TempFolder } from "../temp_folder.ts";

const ROOT = join(import.meta.dirname!, "..", "..");

async function wants(cwd: string, ...args: string[]): Promise<boolean> {
  const { code } = await new Deno.Command("bash", {
    args: ["-eu", "-c", '. "$0/build/lib/tango.sh"; if wants_tango "$@"; then exit 0; else exit 9; fi', ROOT, ...args],
    cwd,
  }).output();
  assert.ok(code === 0 || code === 9, `bash ended with ${code}`);
  return code === 0;
}

Deno.test({
  name: "the library is wanted by `tango`, and by `run` with a configuration that enables it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = new TempFolder();
    const cwd = folder.path;
    assert.equal(await wants(cwd), false);
    assert.equal(await wants(cwd, "tango", "register"), true);
    assert.equal(await wants(cwd, "run"), false);
    Deno.writeTextFileSync(
      folder.join("on.toml"),
      "[http]\nenabled = false\n [ tango ] # device\nenabled=true\n[log]\n",
    );
    Deno.writeTextFileSync(
      folder.join("off.toml"),
      "[tango]\n# enabled = true\nenabled = false\n[http]\nenabled = true\n",
    );
    assert.equal(await wants(cwd, "run", "--config", "on.toml"), true);
    assert.equal(await wants(cwd, "run", "--json", "--config=on.toml"), true);
    assert.equal(await wants(cwd, "run", "-c", "off.toml"), false);
    assert.equal(await wants(cwd, "doctor", "-c", "on.toml"), false);
    assert.equal(await wants(cwd, "run", "--config", "gone.toml"), false);
    Deno.renameSync(folder.join("on.toml"), folder.join("pewatch.toml"));
    assert.equal(await wants(cwd, "run"), true);
  },
});
