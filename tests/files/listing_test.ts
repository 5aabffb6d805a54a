/** Listings of folders, large ones and such with odd entries. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { listFolder } from "../../src/files/listing.ts";
import { TempFolder } from "../temp_folder.ts";
import { onLinux } from "../on_linux.ts";

// Fails where decode() loses an entry at the edge of a text, or one of an odd name.
Deno.test("listFolder() finds what Deno finds, whatever the names are", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 })
    .filter((text) => !/[/\\:*?"<>|\0]/.test(text) && text !== "." && text !== ".." && text.isWellFormed());
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
      using folder = new TempFolder();
      for (const [index, name] of names.entries()) {
        if (index % 3 === 2) Deno.mkdirSync(folder.join(name));
        else Deno.writeTextFileSync(folder.join(name), "");
      }
      const found = [...Deno.readDirSync(folder.path)];
      const listing = listFolder(folder.path);
      assert.deepEqual(listing.files.toSorted(), found.filter(({ isFile }) => isFile).map(({ name }) => name).sort());
      assert.deepEqual(
        listing.folders.toSorted(),
        found.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort(),
      );
    }),
    { numRuns: 30 },
  );
});

// Fails where the fingerprint leaves out part of an entry.
// Elsewhere Deno lists anew each time.
onLinux("listFolder() returns the same object while a large folder stays as it is, and sees each change", () => {
  using folder = new TempFolder();
  for (let index = 0; index < 3000; index++) Deno.writeTextFileSync(folder.join(`P-${index}.tif`), "");
  const first = listFolder(folder.path);
  assert.equal(listFolder(folder.path), first);
  Deno.renameSync(folder.join("P-1500.tif"), folder.join("P-x500.tif"));
  const second = listFolder(folder.path);
  assert.ok(second.files.includes("P-x500.tif") && !second.files.includes("P-1500.tif"));
  Deno.removeSync(folder.join("P-0.tif"));
  Deno.mkdirSync(folder.join("P-0.tif"));
  const third = listFolder(folder.path);
  assert.deepEqual([third.files.length, third.folders], [2999, ["P-0.tif"]]);
});

// Fails where links or pipes are taken for files, or where names that are not UTF-8 are left out.
onLinux("listFolder() distinguishes links and pipes from files, and lists names that are not UTF-8", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("file.tif"), "");
  Deno.symlinkSync("file.tif", folder.join("link.tif"));
  spawnSync("mkfifo", [folder.join("pipe.tif")]);
  spawnSync("bash", ["-c", "touch $'bad\\xff.tif'"], { cwd: folder.path });
  const { files, folders, links, specials } = listFolder(folder.path);
  assert.deepEqual(files.toSorted(), ["bad\ufffd.tif", "file.tif"]);
  assert.deepEqual({ folders, links, specials }, { folders: [], links: ["link.tif"], specials: ["pipe.tif"] });
  assert.throws(() => listFolder(folder.join("pipe.tif")), Error); // and does not wait for a writer
});
