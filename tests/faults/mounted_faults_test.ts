/** Volumes that fill up, freeze and go away, each in namespaces of its own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { MOUNTED_FAULTS } from "./mounted_faults.ts";

const PROGRAM = fileURLToPath(new URL("./mounted_faults.ts", import.meta.url));
/** With the end of its first process all of a namespace ends, and its mounts go. */
const NAMESPACES = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"];

for (const [name, { sentence }] of Object.entries(MOUNTED_FAULTS)) {
  Deno.test({
    name: sentence,
    // build/test says that they are left out, and fails where they are demanded.
    ignore: Deno.env.get("PEWATCH_MOUNTS") === undefined,
    async fn() {
      const deno = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", PROGRAM, name];
      const { code, stdout, stderr } = await new Deno.Command("unshare", { args: [...NAMESPACES, ...deno] }).output();
      const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
      console.log(text.trim());
      assert.equal(code, 0, text);
    },
  });
}
