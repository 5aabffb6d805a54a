import assert from "node:assert/strict";
import { canBeListed, nameIsFree } from "../../../ffi/system/files.ts";
import { TempFolder } from "../../temp_folder.ts";

Deno.test("nameIsFree() is sure of a name that is not there, and of no other", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("file"), "");
  Deno.mkdirSync(folder.join("folder"));
  for (const name of ["file", "folder", "file/below a file"]) assert.equal(nameIsFree(folder.join(name)), false, name);
  const isSure = Deno.build.os === "linux";
  for (const name of ["P.tif", "ä ö", "missing/below"]) assert.equal(nameIsFree(folder.join(name)), isSure, name);
  if (Deno.build.os === "windows") return;
  Deno.symlinkSync(folder.join("nowhere"), folder.join("link"));
  assert.equal(nameIsFree(folder.join("link")), false, "a link that leads nowhere");
});

Deno.test(
  "canBeListed() distinguishes a folder from a file and from nothing",
  { ignore: Deno.build.os === "darwin" },
  () => {
    using folder = new TempFolder();
    Deno.writeTextFileSync(folder.join("file"), "");
    assert.equal(canBeListed(folder.path), true);
    assert.equal(canBeListed(folder.join("file")), false);
    assert.equal(canBeListed(folder.join("missing")), false);
  },
);
