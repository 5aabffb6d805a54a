import assert from "node:assert/strict";
import { runHere } from "./run_cli.ts";

Deno.test("docs lists the pages, prints one, and names the closest where there is none", async () => {
  const list = await runHere(["docs"]);
  assert.equal(list.code, 0);
  assert.match(list.out, /^ {2}plugins +Plugins$/m);
  const page = await runHere(["docs", "plugins.md"]);
  assert.equal(page.code, 0);
  assert.equal(page.out.trimEnd(), Deno.readTextFileSync(new URL("../../docs/plugins.md", import.meta.url)).trimEnd());
  const none = await runHere(["docs", "plugin"]);
  assert.equal(none.code, 2);
  assert.match(none.err, /Did you mean plugins\?/);
});
