/** What is said of errors that nobody expected. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { TempFolder } from "../temp_folder.ts";
import { expectHere, runHere } from "./run_cli.ts";

Deno.test("an unexpected error is one line, with the way to its details", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  await Deno.writeTextFile(join(folder, "file"), "");
  // A folder cannot be made where a file stands in its way: init expects nothing of the kind.
  const target = join(folder, "file", "below");
  const { code, err } = await runHere(["init", target]);
  assert.equal(code, 1);
  assert.match(err, /^pewatch: .+ \(details: set PEWATCH_DEBUG=1 and run it again\)\n$/);
  await expectHere(["init", target], { code: 1, err: /\n\s+at / }, { env: { PEWATCH_DEBUG: "1" } });
});
