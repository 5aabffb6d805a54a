/** What a client writes becomes a change of a setting, or is refused where Tango has garbled it. */
import assert from "node:assert/strict";
import { SettingRefusedError } from "../../src/daemon/settings/client_settings.ts";
import { changeOf } from "../../src/tango/writes.ts";
import { settingsIn } from "../daemon/helpers.ts";

const SETTINGS = settingsIn("/base");

function settingsWith(output_dir: string) {
  return { ...SETTINGS, folders: { ...SETTINGS.folders, output_dir } };
}

Deno.test("each writable attribute changes its setting", () => {
  const folders = [
    ["DirRaw", "raw"],
    ["DirTemp", "temp"],
    ["DirProc", "proc"],
    ["DirOutputRoot", "output_root"],
    ["DirOutput", "output_dir"],
  ] as const;
  for (const [name, key] of folders) {
    assert.deepEqual(changeOf({ name, value: "/else/w\u00e4re" }, SETTINGS), { key, value: "/else/w\u00e4re" });
  }
  assert.deepEqual(changeOf({ name: "MaxProc", value: 7n }, SETTINGS), { key: "max_proc", value: 7 });
});

Deno.test("a value that holds is the same when it is written as clients read it", () => {
  assert.deepEqual(changeOf({ name: "DirOutput", value: "5 \\u20ac" }, settingsWith("5 \u20ac")), {
    key: "output_dir",
    value: "5 \u20ac",
  });
});

Deno.test("an escape that clients read is refused when it is written: it would become another folder", () => {
  const value = "5 \\u20ac";
  assert.throws(() => changeOf({ name: "DirOutput", value }, SETTINGS), (error) => {
    assert.ok(error instanceof SettingRefusedError);
    assert.match(error.message, /^Cannot set folders\.output_dir to .*: \\u20ac stands for a character that Tango/);
    return true;
  });
  // No escape of anything beyond Latin-1.
  assert.deepEqual(changeOf({ name: "DirOutput", value: "a\\u00e4" }, SETTINGS), {
    key: "output_dir",
    value: "a\\u00e4",
  });
});

Deno.test("UTF-8 that a client sent for Latin-1 is refused, Latin-1 is not", () => {
  assert.throws(() => changeOf({ name: "DirOutput", value: "gr\u00c3\u00bcn" }, SETTINGS), /it is UTF-8/);
  for (const value of ["gr\u00fcn", "\u00b5m", "plain"]) {
    assert.deepEqual(changeOf({ name: "DirOutput", value }, SETTINGS), { key: "output_dir", value });
  }
});

Deno.test("what is read only is refused", () => {
  assert.throws(() => changeOf({ name: "Backlog", value: 1n }, SETTINGS), /Cannot write Backlog: it is read only/);
});
