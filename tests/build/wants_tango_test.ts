/** build/pewatch makes Tango's libraries, that of the server and that of the client, only where what it is asked for needs them. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { TempFolder } from "../temp_folder.ts";

const ignore = Deno.build.os !== "linux";

const ROOT = join(import.meta.dirname!, "..", "..");

const CONFIGURATIONS = {
  "on.toml": "[http]\nenabled = false\n [ tango ] # device\nenabled=true\n[log]\n",
  "off.toml": "[tango]\n# enabled = true\nenabled = false\n[http]\nenabled = true\n",
  "table.toml": " [ plugins . tango ] # devices\nperiod_s = 2\n",
  "list.toml": '[[plugins.tango.attributes]]\nname = "a/b/c/d"\n',
  "none.toml": '# [plugins.tango]\n[tango]\nenabled = true\n[[plugins.epics.pvs]]\nname = "a"\n',
};

class Folder extends TempFolder {
  constructor() {
    super();
    for (const [name, text] of Object.entries(CONFIGURATIONS)) Deno.writeTextFileSync(this.join(name), text);
  }

  /** Of each line of arguments, whether the function of the shell says yes. */
  async expect(which: "wants_tango" | "wants_tango_client", wanted: boolean, lines: readonly string[]): Promise<void> {
    const script = `. "$0/build/lib/tango.sh"; if ${which} "$@"; then exit 0; else exit 9; fi`;
    for (const line of lines) {
      const args = ["-eu", "-c", script, ROOT, ...line.split(" ").filter((word) => word !== "")];
      const { code } = await new Deno.Command("bash", { args, cwd: this.path }).output();
      assert.equal(code, wanted ? 0 : 9, `${which} ${line}`);
    }
  }
}

Deno.test(
  "the library is wanted by `tango`, and by `run` with a configuration that enables it",
  { ignore },
  async () => {
    using folder = new Folder();
    const wanted = ["tango register", "tango", "run --config on.toml", "run --json --config=on.toml"];
    await folder.expect("wants_tango", true, wanted);
    // The server's library is not wanted by those that read.
    const others = ["", "run", "run -c off.toml", "doctor -c on.toml", "run --config gone.toml"];
    await folder.expect("wants_tango", false, [...others, "tango values", "tango client"]);
    Deno.renameSync(folder.join("on.toml"), folder.join("pewatch.toml"));
    await folder.expect("wants_tango", true, ["run"]);
  },
);

Deno.test(
  "the client is wanted by `tango values`, and by `run` and `doctor` with a configuration that lists attributes",
  { ignore },
  async () => {
    using folder = new Folder();
    await folder.expect("wants_tango_client", true, ["tango values", "tango client"]);
    await folder.expect("wants_tango_client", false, ["", "tango register", "tango", "process -c table.toml"]);
    for (const command of ["run", "doctor"]) {
      const wanted = ["-c table.toml", "--json --config=list.toml"].map((options) => `${command} ${options}`);
      await folder.expect("wants_tango_client", true, wanted);
      const others = ["", "--config none.toml", "--config gone.toml"].map((options) => `${command} ${options}`);
      await folder.expect("wants_tango_client", false, others);
    }
    Deno.renameSync(folder.join("list.toml"), folder.join("pewatch.toml"));
    await folder.expect("wants_tango_client", true, ["run"]);
  },
);
