/** The list of messages: which texts of a source are found, and how they are shown. */
import assert from "node:assert/strict";
import { replacedWords, textsOf, wordFaults } from "../../build/messages.ts";

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

Deno.test("a text with a word that the glossary replaces is named with its file and the right word", () => {
  const words = replacedWords(
    "# G\n\n| word | is |\n| - | - |\n\n| not | but |\n| --- | --- |\n| told, tells | says |\n",
  );
  assert.deepEqual([...words], [["told", "says"], ["tells", "says"]]);
  const texts = ["it was told so", "untold riches", "{told} values"].map((text) => ({ use: "log.info", text }));
  assert.deepEqual(wordFaults({ path: "src/x.ts", texts }, words), [
    'src/x.ts: "told" is "says" in the glossary: it was told so',
  ]);
});
