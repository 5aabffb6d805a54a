import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { publish, removeFile, syncFolder } from "../../src/files/durable.ts";
import { makeFoldersBelow } from "../../src/files/listing.ts";
import { sameContent } from "../../src/files/copy/same_content.ts";
import { writeWhole } from "../../src/files/whole_file.ts";
import { onLinux } from "../on_linux.ts";
import { TempFolder } from "../temp_folder.ts";

Deno.test("publish() never takes a name from another file", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("part"), "new");
  Deno.writeTextFileSync(folder.join("name"), "old");
  assert.throws(() => publish(folder.join("part"), folder.join("name")), Deno.errors.AlreadyExists);
  assert.equal(Deno.readTextFileSync(folder.join("name")), "old");
  assert.equal(Deno.readTextFileSync(folder.join("part")), "new");
});

Deno.test("publish() gives the name and leaves no part", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("part"), "new");
  publish(folder.join("part"), folder.join("name"));
  assert.deepEqual([...Deno.readDirSync(folder.path)].map((entry) => entry.name), ["name"]);
});

Deno.test("makeFoldersBelow() does not make a root that has vanished", () => {
  using folder = new TempFolder();
  assert.throws(() => makeFoldersBelow(folder.join("away"), "a/b"), Deno.errors.NotFound);
  assert.equal(makeFoldersBelow(folder.path, "a/b"), folder.join("a", "b"));
});

// Fails without the look in makeFoldersBelow(): the pipe is then opened, and waited at for ever.
onLinux("a file or a pipe in the place of a folder below is named, and not opened to be flushed", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("file"), "");
  spawnSync("mkfifo", [folder.join("pipe")]);
  for (const name of ["file", "pipe"]) {
    assert.throws(() => makeFoldersBelow(folder.path, `${name}/below`, syncFolder), {
      name: "NotADirectory",
      message: `Cannot use ${folder.join(name)}: it is not a folder; move it elsewhere`,
    });
  }
});

Deno.test("writeWhole() replaces a file by a rename", () => {
  using folder = new TempFolder();
  for (const text of ["first", "2"]) {
    writeWhole(folder.join("record"), new TextEncoder().encode(text), { fsync: true });
    assert.equal(Deno.readTextFileSync(folder.join("record")), text);
  }
  assert.equal([...Deno.readDirSync(folder.path)].length, 1);
});

Deno.test("removeFile() takes a file that is gone as removed, and sameContent() compares to the last byte", () => {
  using folder = new TempFolder();
  removeFile(folder.join("nothing"));
  const bytes = new Uint8Array(700_000);
  Deno.writeFileSync(folder.join("a"), bytes);
  Deno.writeFileSync(folder.join("b"), bytes);
  assert.equal(sameContent(folder.join("a"), folder.join("b")), true);
  bytes[699_999] = 1;
  Deno.writeFileSync(folder.join("b"), bytes);
  assert.equal(sameContent(folder.join("a"), folder.join("b")), false);
});
