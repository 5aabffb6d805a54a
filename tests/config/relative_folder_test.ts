/** What may be a folder below the output root. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { posix, win32 } from "node:path";
import { FolderNameError, splitRelativeFolder } from "../../src/config/names/relative_folder.ts";

Deno.test("both slashes part names, and empty names count for nothing", () => {
  assert.deepEqual(splitRelativeFolder(""), []);
  assert.deepEqual(splitRelativeFolder("a/b\\c"), ["a", "b", "c"]);
  assert.deepEqual(splitRelativeFolder("./a//b/"), ["a", "b"]);
  assert.deepEqual(splitRelativeFolder("2026 März/鉄 #1 100%"), ["2026 März", "鉄 #1 100%"]);
  assert.deepEqual(splitRelativeFolder("console/com/nulls/..a"), ["console", "com", "nulls", "..a"]);
});

for (
  const text of [
    "..",
    "a/../..",
    "a\\..\\b",
    "/etc",
    "\\\\server\\share",
    "\\x",
    "C:\\x",
    "c:x",
    "a:b",
    "nul",
    "a/CON",
    "com1.txt",
    "lpt¹",
    "nul .x",
    "a.",
    "a ",
    "a/ /b",
    "x?",
    "a\tb",
    "a\0b",
    "x".repeat(256),
  ]
) {
  Deno.test(`the folder ${JSON.stringify(text.slice(0, 20))} is refused`, () => {
    assert.throws(() => splitRelativeFolder(text), FolderNameError);
  });
}

Deno.test("whatever is accepted stays below the root, on both systems", () => {
  const pieces = fc.constantFrom("..", ".", "a", "C:", "/", "\\", " ", "nul", "b.c", "");
  fc.assert(fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
    let names: string[];
    try {
      names = splitRelativeFolder(parts.join(""));
    } catch (error) {
      assert.ok(error instanceof FolderNameError);
      return;
    }
    assert.ok((posix.join("/root", ...names) + "/").startsWith("/root/"));
    assert.ok((win32.join("D:\\root", ...names) + "\\").startsWith("D:\\root\\"));
  }));
});
