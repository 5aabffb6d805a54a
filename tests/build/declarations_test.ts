/** The declarations for editors are those of the sources. */
import assert from "node:assert/strict";
import { TempFolder } from "../temp_folder.ts";
import { DECLARATIONS_FILE, makeDeclarations } from "../../build/declarations.ts";

Deno.test("config/pewatch.d.ts is what the sources give", async () => {
  const committed = (await Deno.readTextFile(DECLARATIONS_FILE)).replaceAll("\r\n", "\n");
  assert.equal(committed, await makeDeclarations(), "run: deno run -A build/declarations.ts");
});

Deno.test("config/pewatch.d.ts has no error of its own", async () => {
  using folder = new TempFolder();
  Deno.copyFileSync(DECLARATIONS_FILE, folder.join("pewatch.d.ts"));
  Deno.writeTextFileSync(folder.join("deno.json"), '{ "compilerOptions": { "types": ["./pewatch.d.ts"] } }');
  Deno.writeTextFileSync(folder.join("plugin.ts"), 'import "pewatch/stages";\n');
  const args = ["check", "--quiet", folder.join("plugin.ts")];
  const { stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder.path, env: { NO_COLOR: "1" } })
    .output();
  assert.equal(new TextDecoder().decode(stderr), "");
});
