import assert from "node:assert/strict";
import { MISSING, stateOf, statOf } from "../../../src/plugins/folder/file_state.ts";
import { ModuleFiles } from "../../../src/plugins/folder/module_files.ts";
import { replaced } from "../../replaced.ts";
import { TestFolder, WORK } from "./helpers.ts";

Deno.test("a file that changes while it is read is not taken", () => {
  using test = new TestFolder({ "a.ts": WORK });
  const path = test.path("a.ts");
  const files = new ModuleFiles({
    settled: new Map([[path, stateOf(statOf(Deno.statSync(path)))]]),
    trustAge_s: null,
  });
  using _writing = replaced(Deno, "readFileSync", (read) => (path) => {
    const bytes = read(path);
    test.write("a.ts", WORK); // of the same size
    return bytes;
  });
  assert.equal(files.take(path).kind, "unsettled");
  assert.deepEqual([...files.states], [[path, null]]);
});

Deno.test("a file that nobody has watched is taken only where its age counts, and is old enough", () => {
  using test = new TestFolder({ "old.ts": WORK });
  test.write("new.ts", WORK);
  const kinds = (trustAge_s: number | null) =>
    ["old.ts", "new.ts", "gone.ts"].map((name) =>
      new ModuleFiles({ settled: new Map(), trustAge_s }).take(test.path(name)).kind
    );
  assert.deepEqual(kinds(null), ["unsettled", "unsettled", "unsettled"]);
  assert.deepEqual(kinds(60), ["read", "unsettled", "missing"]);
  assert.deepEqual(kinds(0), ["read", "read", "missing"]);
});

Deno.test("a file that has come since it was watched as missing waits", () => {
  using test = new TestFolder({ "a.ts": WORK });
  const path = test.path("a.ts");
  assert.equal(new ModuleFiles({ settled: new Map([[path, MISSING]]), trustAge_s: 0 }).take(path).kind, "unsettled");
});
