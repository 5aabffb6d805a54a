/** When a draining folder is released. */
import assert from "node:assert/strict";
import { DrainingList, type Left } from "../../src/daemon/settings/draining_list.ts";

function listOf(...paths: string[]): { list: DrainingList; folders: readonly Left[] } {
  const list = new DrainingList();
  const folders = paths.map((path) => list.made({ kind: "temp", path, until_ms: null }));
  list.set(folders);
  return { list, folders };
}

Deno.test("a folder is released when two looks after another find nothing: one may miss what is renamed meanwhile", () => {
  const { list, folders } = listOf("/a", "/b");
  const [a, b] = folders.map(({ id }) => id) as [number, number];
  const looked = (inA: number, inB: number) => list.emptied([{ id: a, frames: inA }, { id: b, frames: inB }]);
  list.close();
  assert.deepEqual(looked(0, 1), []);
  assert.deepEqual(looked(1, 0), [], "there was something after all");
  assert.deepEqual(looked(0, 0), [b]);
  // The file of settings could not be written meanwhile, so it is still on the list.
  assert.deepEqual(looked(0, 0), [a, b]);
});

Deno.test("what is reported of a folder that others may still fill does not count", () => {
  const { list, folders } = listOf("/a");
  const reports = folders.map(({ id }) => ({ id, frames: 0 }));
  assert.deepEqual(list.emptied(reports), []);
  assert.deepEqual(list.emptied(reports), []);
  list.close();
  assert.deepEqual(list.emptied(reports), [], "the looks of before do not count either");
  assert.deepEqual(list.emptied(reports), [reports[0]!.id]);
  list.set([]);
  assert.deepEqual(list.emptied(reports), []);
});
