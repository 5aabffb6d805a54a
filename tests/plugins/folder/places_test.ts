import assert from "node:assert/strict";
import { join } from "node:path";
import { userPlace } from "../../../src/plugins/folder/places.ts";
import type { PluginPlaces } from "../../../src/plugins/source.ts";

const folder = join("/home", "p");
const places: PluginPlaces = {
  copyUrl: "file:///sh%20ad/ab/",
  copyPath: join("/sh ad", "ab"),
  folder,
  files: {
    "a.js": { file: "a.ts", linesBefore: 0, map: null },
    "a.js.js": { file: "a.js.ts", linesBefore: 1, map: null },
    "lib/b.js": { file: join("lib", "b.ts"), linesBefore: 0, map: [[0, 4, 2, 10, 5, 0], []] },
  },
};
const place = (text: string) => userPlace(text, places).replaceAll(folder, "~").replaceAll("\\", "/");

Deno.test("URLs of the transpiled copy become paths of the user's files, as often as they come, in either spelling", () => {
  assert.equal(
    place("x at file:///sh%20ad/ab/a.js:1:2 (file:///sh ad/ab/a.js:3:4)"),
    "x at ~/a.ts:1:2 (~/a.ts:3:4)",
  );
  assert.equal(place("file:///sh%20ad/ab/a.js?x=1:7:8\nfile:///sh%20ad/ab/a.js"), "~/a.ts:7:8\n~/a.ts");
});

Deno.test("lines that pewatch has put before the user's are not counted, and have no place", () => {
  assert.equal(place("file:///sh%20ad/ab/a.js.js:3:4"), "~/a.js.ts:2:4");
  assert.equal(place("file:///sh%20ad/ab/a.js.js:1:4"), "~/a.js.ts");
});

Deno.test("in code that was made anew the place is that of the last token before it", () => {
  assert.equal(place("file:///sh%20ad/ab/lib/b.js:1:1"), "~/lib/b.ts:5:3");
  assert.equal(place("file:///sh%20ad/ab/lib/b.js:1:10"), "~/lib/b.ts:5:3");
  assert.equal(place("file:///sh%20ad/ab/lib/b.js:1:11"), "~/lib/b.ts:6:1");
  assert.equal(place("file:///sh%20ad/ab/lib/b.js:2:1"), "~/lib/b.ts");
});

Deno.test("other text stays, and a file that is not the plugin's gets the user's folder", () => {
  assert.equal(place("file:///other/a.js:1:1 and /sh ad/abc"), "file:///other/a.js:1:1 and ~c");
  assert.equal(place('Module not found "file:///sh%20ad/ab/gone.js".'), 'Module not found "~/gone.js".');
  assert.equal(userPlace("file:///sh%20ad/ab/a.js:1:2", undefined), "file:///sh%20ad/ab/a.js:1:2");
});
