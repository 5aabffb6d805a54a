import assert from "node:assert/strict";
import { removeWorkFolder } from "../../../src/cli/process/work_folder.ts";
import { replaced } from "../../replaced.ts";
import { TempFolder } from "../../temp_folder.ts";

Deno.test("removeWorkFolder() removes a work folder in which nothing is left", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join("work", "temp"), { recursive: true });
  assert.equal(removeWorkFolder(folder.join("work")), 0);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("removeWorkFolder() keeps a work folder with a frame in it", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join("work", "proc", "claim"), { recursive: true });
  assert.equal(removeWorkFolder(folder.join("work")), 1);
  assert.equal([...Deno.readDirSync(folder.join("work", "proc"))].length, 1);
});

Deno.test("removeWorkFolder() removes nothing where it cannot see what is left", () => {
  using folder = new TempFolder();
  const work = folder.join("work");
  Deno.mkdirSync(folder.join("work", "proc", "claim"), { recursive: true });
  {
    using _refusing = replaced(Deno, "readDirSync", () => () => {
      throw new Deno.errors.PermissionDenied("not for you");
    });
    assert.throws(() => removeWorkFolder(work), Deno.errors.PermissionDenied);
  }
  assert.equal([...Deno.readDirSync(folder.join("work", "proc"))].length, 1);
});
