/** Single checks of the doctor whose conditions a test machine does not have. */
import assert from "node:assert/strict";
import { checkTimes, findingOfTimes, remedyFor } from "../../../src/cli/doctor/folders.ts";
import { checkDeno } from "../../../src/cli/doctor/program.ts";
import { checkSpace } from "../../../src/cli/doctor/space.ts";
import { TempFolder } from "../../temp_folder.ts";

const FOLDER = { key: "folders.raw", path: "R:\\raw" };

Deno.test("a Deno that cannot work on ImDisk's RAM disks is a warning on Windows only", () => {
  assert.equal(checkDeno("2.7.11", "windows").status, "warning");
  assert.equal(checkDeno("2.8.1", "windows").status, "warning");
  assert.equal(checkDeno("2.8.2", "windows").status, "ok");
  assert.equal(checkDeno("2.10.0", "windows").status, "ok");
  assert.equal(checkDeno("3.0.0", "windows").status, "ok");
  assert.equal(checkDeno("2.7.11", "linux").status, "ok");
});

Deno.test("free space is shown in images; little is a warning, too little a problem", () => {
  assert.match(checkSpace(FOLDER, () => 100e9).finding, /^100\.0 GB free: 5960 images/);
  assert.equal(checkSpace(FOLDER, () => 100e9).status, "ok");
  assert.equal(checkSpace(FOLDER, () => 1e9).status, "warning");
  assert.equal(checkSpace(FOLDER, () => 1e8).status, "problem");
});

Deno.test("a volume that does not report its free space is no problem", () => {
  const found = checkSpace(FOLDER, () => {
    throw new Error("EINVAL: invalid argument");
  });
  assert.equal(found.status, "warning");
  assert.match(found.finding, /the system does not report the free space: EINVAL/);
});

Deno.test("what ImDisk's driver refuses is explained by Deno's version, on Windows only", () => {
  const refused = new Error("Incorrect function. (os error 1): open 'R:\\raw\\probe'");
  assert.match(remedyFor(FOLDER, refused, "windows"), /ImDisk.*Deno 2\.8\.2/);
  assert.match(remedyFor(FOLDER, refused, "linux"), /right to write/);
  assert.match(remedyFor(FOLDER, new Error("Access denied. (os error 5)"), "windows"), /right to write/);
});

Deno.test("a FAT volume is known by its times, and what it cannot do is said", () => {
  const found = findingOfTimes(FOLDER, -1);
  assert.equal(found?.status, "warning");
  assert.match(found.finding, /FAT volume.*4 GB/);
  assert.equal(findingOfTimes(FOLDER, 0.01), null);
  using folder = new TempFolder();
  assert.equal(checkTimes({ key: "folders.raw", path: folder.path }), null);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});
