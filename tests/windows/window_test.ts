/** Started as by a double click: alone in a console, without arguments. */
import assert from "node:assert/strict";
import { PROGRAMS, WINDOWS_EXECUTABLE, windowsPath } from "./programs.ts";
import { TempFolder } from "../temp_folder.ts";
import { CTRL_C, Terminal } from "./terminal.ts";

const NAME = "Größe µm 样品";

/** A folder with a copy of the executable, and that started in it. */
function start(folder: TempFolder): Terminal {
  const executable = folder.join(NAME, "pewatch.exe");
  Deno.mkdirSync(folder.join(NAME), { recursive: true });
  Deno.copyFileSync(WINDOWS_EXECUTABLE, executable);
  // Not in its own folder, as from a link on the desktop.
  return new Terminal(PROGRAMS.windows, { cwd: folder.path, env: { NO_COLOR: "1", PEWATCH_EXE: executable } });
}

Deno.test("it says what it watches, works, stops by Ctrl-C, and stays until a key is pressed", async () => {
  using folder = new TempFolder();
  await using terminal = start(folder);
  await terminal.shows(/running; Ctrl-C stops/);
  const raw = windowsPath(folder.join(NAME, "pewatch-data", "raw"));
  // Letters that the console's code page does not have are shown too.
  assert.ok(terminal.text.includes(`watches        ${raw}`), terminal.text);
  assert.match(terminal.text, /"pewatch init" in a command prompt/);
  await terminal.type(CTRL_C);
  await terminal.shows(/pewatch has stopped\.\s+Press any key to close this window\./);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), [NAME]);
  await terminal.type("x");
  assert.equal(await terminal.code(), 0, terminal.text);
});

Deno.test("a wrong configuration is named with its line, and stays to be read until a key is pressed", async () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join(NAME));
  Deno.writeTextFileSync(folder.join(NAME, "pewatch.toml"), "\n[folders]\nrow = 'x'\n");
  await using terminal = start(folder);
  await terminal.shows(/Press any key to close this window\./);
  assert.match(terminal.text, /pewatch\.toml:3[^]*row/);
  assert.match(terminal.text, /pewatch has not started/);
  await terminal.type("x");
  assert.equal(await terminal.code(), 2, terminal.text);
});
