import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderKeeper } from "../../src/daemon/settings/folder_keeper.ts";
import { LOCK_NAME, PROBE_PREFIX } from "../../src/files/service_names.ts";
import { TimeLimit } from "../../src/time/time_limit.ts";
import { tempFolder } from "./helpers.ts";
import { namesIn } from "../folders.ts";

// Fails without removeProbes in FolderKeeper.take: a kill at the start left a file in the raw folder for good.
Deno.test("a folder that is locked loses the probes of a process that was killed, and nothing else", () => {
  using folder = tempFolder();
  const kept = [".pewatch-probe-mine", `${PROBE_PREFIX}01234567`, "P-00001.tif"];
  for (const name of [...kept, `${PROBE_PREFIX}${crypto.randomUUID()}`]) {
    Deno.writeTextFileSync(join(folder.path, name), "probe");
  }
  const keeper = new FolderKeeper(new TimeLimit());
  keeper.take([folder.path]);
  keeper.releaseAll();
  assert.deepEqual(namesIn(folder.path), kept.toSorted());
});

// Fails without the folders of #vacant in FolderKeeper.releaseAll.
Deno.test("a folder that was away, and came back just before the end, keeps no file of its lock", () => {
  using base = tempFolder();
  const [path, away] = [join(base.path, "raw"), join(base.path, "away")];
  Deno.mkdirSync(path);
  const keeper = new FolderKeeper(new TimeLimit());
  keeper.take([path]);
  Deno.renameSync(path, away);
  assert.deepEqual(keeper.lost(), [path]);
  Deno.renameSync(away, path);
  assert.ok(namesIn(path).includes(LOCK_NAME));
  keeper.releaseAll();
  assert.deepEqual(namesIn(path), []);
});

Deno.test("a folder that another process has taken meanwhile keeps that one's lock", () => {
  using base = tempFolder();
  const path = join(base.path, "raw");
  Deno.mkdirSync(path);
  const keeper = new FolderKeeper(new TimeLimit());
  keeper.take([path]);
  Deno.removeSync(path, { recursive: true });
  assert.deepEqual(keeper.lost(), [path]);
  Deno.mkdirSync(path);
  const other = new FolderKeeper(new TimeLimit());
  other.take([path]);
  keeper.releaseAll();
  assert.ok(namesIn(path).includes(LOCK_NAME));
  other.releaseAll();
});
