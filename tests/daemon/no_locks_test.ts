/** Volumes that refuse locks: who works on a folder is then known by its description only. */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import { join } from "node:path";
import { FolderInUseError, FolderLock, lockIsHeld } from "../../src/daemon/settings/folder_lock.ts";
import { takeLacks } from "../../src/files/volume_services.ts";
import { HOLDER_NAME } from "../../src/files/service_names.ts";
import { replaced } from "../replaced.ts";
import { tempFolder } from "./helpers.ts";

const REFUSALS = Deno.build.os === "windows"
  ? ["Incorrect function. (os error 1)", "The request is not supported. (os error 50)"]
  : ["No locks available (os error 37)", "Operation not supported (os error 95)", "Invalid argument (os error 22)"];
/** Above what any system gives to a process. */
const NO_PROCESS = 2 ** 30;

function withoutLocks(refusal: string, body: () => void): void {
  using _refusing = replaced(Deno.FsFile.prototype, "tryLockSync", () => () => {
    throw new Error(refusal);
  });
  try {
    body();
  } finally {
    takeLacks();
  }
}

// Fails where a refused lock is taken for a fault, or where the description is not asked.
Deno.test("a folder on a volume without locks is held by its description, and the lack is noted", () => {
  for (const refusal of REFUSALS) {
    using folder = tempFolder();
    withoutLocks(refusal, () => {
      const lock = FolderLock.take([folder.path]);
      assert.deepEqual(takeLacks().map(({ service, path }) => [service, path]), [["lock", folder.path]]);
      assert.ok(lockIsHeld(folder.path));
      assert.throws(() => FolderLock.take([folder.path]), FolderInUseError);
      lock.release();
      FolderLock.take([folder.path]).release();
    });
  }
});

Deno.test("there one that has ended, or that another computer has not renewed, holds nothing", () => {
  using folder = tempFolder();
  const path = join(folder.path, HOLDER_NAME);
  const describe = (holder: { pid: number; host: string }) =>
    Deno.writeTextFileSync(path, JSON.stringify({ ...holder, since: "2026-01-01T00:00:00Z", program: "pewatch" }));
  withoutLocks(REFUSALS[0]!, () => {
    describe({ pid: NO_PROCESS, host: hostname() });
    FolderLock.take([folder.path]).release();
    describe({ pid: 1, host: "another" });
    assert.throws(() => FolderLock.take([folder.path]), FolderInUseError);
    Deno.utimeSync(path, 1, 1);
    FolderLock.take([folder.path]).release();
  });
});

Deno.test("any other fault of a lock is one", () => {
  using folder = tempFolder();
  withoutLocks("Input/output error (os error 5)", () => {
    assert.throws(() => FolderLock.take([folder.path]), /os error 5/);
  });
});
