/** What a window of its own shows, and when it is one; tests/windows opens one. */
import assert from "node:assert/strict";
import { openConsoleWindow } from "../../ffi/console/console.ts";
import { loadSettings } from "../../src/config/load.ts";
import { bannerLines, isOwnWindow, isUnpackedForOnce } from "../../src/cli/window.ts";
import { TempFolder } from "../temp_folder.ts";

const TERMINAL = { isTerminal: () => true };
const PIPE = { isTerminal: () => false };

Deno.test("a window is its own where no other process is in it, and a person can read and type there", () => {
  const alone = { countProcesses: () => 1 };
  assert.ok(isOwnWindow(alone, { stdin: TERMINAL, stdout: TERMINAL }));
  assert.ok(!isOwnWindow({ countProcesses: () => 2 }, { stdin: TERMINAL, stdout: TERMINAL }));
  assert.ok(!isOwnWindow({ countProcesses: () => 0 }, { stdin: TERMINAL, stdout: TERMINAL }));
  assert.ok(!isOwnWindow(alone, { stdin: PIPE, stdout: TERMINAL }));
  assert.ok(!isOwnWindow(alone, { stdin: TERMINAL, stdout: PIPE }));
});

Deno.test("its first lines name the folders, the log, and the configuration or how to get one", () => {
  using folder = new TempFolder();
  const none = loadSettings({ cwd: folder.path, executableFolder: folder.path });
  const text = bannerLines(none, folder.join("pewatch.exe")).join("\n");
  const { settings } = none;
  for (const path of [settings.folders.raw, settings.folders.output_root, settings.log.file, settings.plugins.dir]) {
    assert.ok(text.includes(path), path);
  }
  assert.match(text, /^ {2}page {11}http:\/\/127\.0\.0\.1:8099\/$/m);
  assert.match(text, /none yet.*\n.*"pewatch init"/);
  Deno.writeTextFileSync(folder.join("pewatch.toml"), "");
  const loaded = loadSettings({ cwd: folder.path, executableFolder: folder.path });
  assert.ok(bannerLines(loaded, null).includes(`  configuration  ${folder.join("pewatch.toml")}`));
});

Deno.test("its own words fit into 80 columns", () => {
  const short = loadSettings({ cwd: "/", executableFolder: null });
  for (const line of bannerLines(short, "/pewatch.exe")) assert.ok(line.length < 80, line);
});

for (
  const [executable, once] of [
    ["C:\\Users\\x\\AppData\\Local\\Temp\\Temp1_pewatch-0.1.0-windows.zip\\pewatch-0.1.0\\pewatch.exe", true],
    ["C:\\Users\\x\\AppData\\Local\\Temp\\0b1c_pewatch-0.1.0-windows.zip.d38\\pewatch-0.1.0\\pewatch.exe", true],
    ["C:\\pewatch.zip\\pewatch.exe", false],
    ["C:\\Temp\\pewatch\\pewatch.exe", false],
  ] as const
) {
  Deno.test(`${executable} is ${once ? "" : "not "}a copy that Explorer took out of a zip for this once`, () => {
    assert.equal(isUnpackedForOnce(executable), once);
  });
}

Deno.test({ name: "only Windows has such a window", ignore: Deno.build.os === "windows" }, () => {
  assert.equal(openConsoleWindow(), null);
});
