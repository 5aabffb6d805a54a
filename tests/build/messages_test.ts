/** The list of messages: which texts of a source are found, and how they are shown. */
import assert from "node:assert/strict";
import { textsOf } from "../../build/messages.ts";

Deno.test("texts are found with what they are for; names, paths, types and keys of conditions are left out", () => {
  const source = [
    'import { a } from "./two words.ts";',
    'type Kind = "not read" | "nor this";',
    "const key = `claim ${id}`;",
    "log.warn(`${file}: cannot be read: ${reason}`);",
    'if (bad) throw new FolderError("temp", "a file is " + "in its place");',
    "console.log(count === 1 ? `one frame` : `${count} frames`);",
    "const brief = message`Shows a file.`;",
    'read("utf-8", "src/cli/main.ts");',
  ].join("\n");
  assert.deepEqual(textsOf("x.ts", source), [
    { use: "log.warn", text: "{file}: cannot be read: {reason}" },
    { use: "FolderError", text: "a file is in its place" },
    { use: "console.log", text: "one frame" },
    { use: "console.log", text: "{count} frames" },
    { use: "help", text: "Shows a file." },
  ]);
});
