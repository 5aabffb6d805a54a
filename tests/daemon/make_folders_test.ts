import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderError, makeFolders } from "../../src/daemon/settings/make_folders.ts";
import { settingsIn, tempFolder } from "./helpers.ts";

Deno.test("makeFolders() makes what is missing, the output's sub-folder too", () => {
  using folder = tempFolder();
  const settings = settingsIn(join(folder.path, "new"));
  makeFolders({ ...settings, folders: { ...settings.folders, output_dir: join("a", "b") } });
  makeFolders(settings);
  for (const name of ["raw", "temp", "proc", join("output", "a", "b")]) {
    assert.deepEqual([...Deno.readDirSync(join(folder.path, "new", name))], []);
  }
});

Deno.test("makeFolders() names the key of a folder that cannot be made", () => {
  using folder = tempFolder();
  Deno.writeTextFileSync(join(folder.path, "proc"), "in the way");
  assert.throws(() => makeFolders(settingsIn(folder.path)), (error: unknown) => {
    assert.ok(error instanceof FolderError);
    assert.equal(error.key, "folders.proc");
    assert.match(error.message, /^folders\.proc: Cannot make or read the folder .*proc: a file is in its place$/);
    return true;
  });
});
