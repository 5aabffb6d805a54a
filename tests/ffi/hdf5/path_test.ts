import assert from "node:assert/strict";
import { join } from "node:path";
import { systemPath } from "../../../ffi/hdf5/file.ts";
import { openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { TempFolder } from "../../temp_folder.ts";

Deno.test("on Windows a path that is longer than the system takes has the prefix that lifts its limit", () => {
  const long = "a".repeat(100);
  const path = `R:\\${long}\\${long}\\${long}\\frame.nxs`;
  assert.equal(systemPath(path, "windows"), `\\\\?\\${path}`);
  const share = `\\\\server\\raw\\${long}\\${long}\\${long}`;
  assert.equal(systemPath(share, "windows"), `\\\\?\\UNC${share.slice(1)}`);
  assert.equal(systemPath("R:\\temp\\frame.nxs", "windows"), "R:\\temp\\frame.nxs");
  assert.equal(systemPath(`/${path}`, "linux"), `/${path}`);
});

Deno.test("a file is made and opened in a folder of 400 characters", () => {
  using folder = new TempFolder();
  let path = folder.path;
  while (path.length < 400) Deno.mkdirSync(path = join(path, "x".repeat(60)));
  using hdf5 = openHdf5Library();
  hdf5.createFile(join(path, "frame.nxs"))[Symbol.dispose]();
  hdf5.openFile(join(path, "frame.nxs"))[Symbol.dispose]();
  assert.deepEqual([...Deno.readDirSync(path)].map(({ name }) => name), ["frame.nxs"]);
});
