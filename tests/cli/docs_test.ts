import assert from "node:assert/strict";
import { expectHere, runHere } from "./run_cli.ts";

Deno.test("docs lists the pages, prints one, and names the closest where there is none", async () => {
  await expectHere(["docs"], { code: 0, out: /^ {2}plugins +Plugins$/m });
  const page = await runHere(["docs", "plugins.md"]);
  assert.equal(page.code, 0);
  assert.equal(page.out.trimEnd(), Deno.readTextFileSync(new URL("../../docs/plugins.md", import.meta.url)).trimEnd());
  await expectHere(["docs", "plugin"], { code: 2, err: /Did you mean plugins\?/ });
});
