/** A volume that fills up, in namespaces of its own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../temp_folder.ts";

const PROGRAM = fileURLToPath(new URL("./full_disk.ts", import.meta.url));
/** With the end of its first process all of a namespace ends, and its mounts go. */
const NAMESPACES = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"];

Deno.test({
  name: "kafka: while the broker's disk is full frames wait, and all are there when it has room again",
  // build/test says that it is left out, and fails where it is demanded.
  ignore: Deno.env.get("PEWATCH_MOUNTS") === undefined,
  async fn() {
    using folder = new TempFolder();
    const deno = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", PROGRAM, folder.path];
    const { code, stdout, stderr } = await new Deno.Command("unshare", { args: [...NAMESPACES, ...deno] }).output();
    assert.equal(code, 0, [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join(""));
  },
});
