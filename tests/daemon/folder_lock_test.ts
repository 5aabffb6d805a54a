import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderInUseError, FolderLock } from "../../src/daemon/settings/folder_lock.ts";
import { holdInAnotherProcess, tempFolder } from "./helpers.ts";
import { HOLDER_NAME, LOCK_NAME } from "../../src/files/service_names.ts";

Deno.test("a folder held by another process is refused, and its holder named, until that is killed", async () => {
  using folder = tempFolder();
  const child = await holdInAnotherProcess("hold_lock.ts", folder.path);
  try {
    assert.throws(() => FolderLock.take([folder.path]), (error: unknown) => {
      assert.ok(error instanceof FolderInUseError);
      assert.equal(error.holder?.pid, child.pid);
      assert.match(error.message, new RegExp(`process ${child.pid} on \\S+ \\(.*deno.*, since \\d{4}-`));
      return true;
    });
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  using _lock = FolderLock.take([folder.path]);
  const holder = JSON.parse(Deno.readTextFileSync(join(folder.path, HOLDER_NAME)));
  assert.equal(holder.pid, Deno.pid);
});

Deno.test("release() leaves nothing in the folder, and the next one takes it", () => {
  using folder = tempFolder();
  FolderLock.take([folder.path]).release();
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
  FolderLock.take([folder.path]).release();
});

Deno.test("take() takes all folders or none", () => {
  using first = tempFolder();
  using second = tempFolder();
  using held = FolderLock.take([second.path]);
  assert.throws(() => FolderLock.take([first.path, second.path]), FolderInUseError);
  using _free = FolderLock.take([first.path]);
  held.release();
});

Deno.test("take() takes one folder that is named twice", () => {
  using folder = tempFolder();
  using _lock = FolderLock.take([folder.path, folder.path]);
  assert.throws(() => FolderLock.take([folder.path]), FolderInUseError);
});

Deno.test("a holder whose description is damaged is refused without one", () => {
  using folder = tempFolder();
  using _lock = FolderLock.take([folder.path]);
  Deno.writeTextFileSync(join(folder.path, HOLDER_NAME), "{");
  assert.throws(() => FolderLock.take([folder.path]), /another process already does/);
});

Deno.test("a lock file that nobody locks is no hindrance", () => {
  using folder = tempFolder();
  Deno.writeTextFileSync(join(folder.path, LOCK_NAME), "");
  using _lock = FolderLock.take([folder.path]);
});
