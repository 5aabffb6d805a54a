/** build/pewatch makes Tango's libraries, that of the server and that of the client, only where what it is asked for needs them. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { TempFolder } from "../temp_folder.ts";

const ignore = Deno.build.os !== "linux";

const ROOT = join(import.meta.dirname!, "..", "..");

function wants(cwd: string, ...args: string[]): Promise<boolean> {
  return answers("wants_tango", cwd, args);
}

async function answers(
  which: "wants_tango" | "wants_tango_client",
  cwd: string,
  args: readonly string[],
): Promise<boolean> {
  const script = `. "$0/build/lib/tango.sh"; if ${which} "$@"; then exit 0; else exit 9; fi`;
  const { code } = await new Deno.Command("bash", { args: ["-eu", "-c", script, ROOT, ...args], cwd }).output();
  assert.ok(code === 0 || code === 9, `bash ended with ${code}`);
  return code === 0;
}

Deno.test(
  "the library is wanted by `tango`, and by `run` with a configuration that enables it",
  { ignore },
  async () => {
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
);

Deno.test(
  "the client is wanted by `tango values`, and by `run` and `doctor` with a configuration that lists attributes",
  { ignore },
  async () => {
    using folder = new TempFolder();
    const cwd = folder.path;
    const wantsClient = (...args: string[]) => answers("wants_tango_client", cwd, args);
    assert.equal(await wantsClient(), false);
    for (
      const [args, wanted] of [[["values"], true], [["client"], true], [["register"], false], [[], false]] as const
    ) {
      assert.equal(await wantsClient("tango", ...args), wanted, args.join());
      // The server's library is not wanted by those that read.
      assert.equal(await wants(cwd, "tango", ...args), !wanted, args.join());
    }
    const write = (name: string, text: string) => Deno.writeTextFileSync(folder.join(name), text);
    write("table.toml", " [ plugins . tango ] # devices\nperiod_s = 2\n");
    write("list.toml", '[[plugins.tango.attributes]]\nname = "a/b/c/d"\n');
    write("none.toml", '# [plugins.tango]\n[tango]\nenabled = true\n[[plugins.epics.pvs]]\nname = "a"\n');
    for (const command of ["run", "doctor"]) {
      assert.equal(await wantsClient(command), false);
      assert.equal(await wantsClient(command, "-c", "table.toml"), true);
      assert.equal(await wantsClient(command, "--json", "--config=list.toml"), true);
      assert.equal(await wantsClient(command, "--config", "none.toml"), false);
      assert.equal(await wantsClient(command, "--config", "gone.toml"), false);
    }
    assert.equal(await wantsClient("process", "-c", "table.toml"), false);
    Deno.renameSync(folder.join("list.toml"), folder.join("pewatch.toml"));
    assert.equal(await wantsClient("run"), true);
  },
);
