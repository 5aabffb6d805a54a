/** The first implementation's config.ini. */
import assert from "node:assert/strict";
import { parseIni, readFirstConfiguration } from "../../../src/cli/init/first_ini.ts";

function read(text: string, file = "C:\\daemon\\config.ini") {
  return readFirstConfiguration(new TextEncoder().encode(text), file);
}

Deno.test("an ini file is read as Python's ConfigParser reads it", () => {
  const text =
    "; a comment\n[Configuration]\nRaw_Dir : R:\\raw\n# another\nroot=\\\\s\\x ; aside\nlong = a\n  b\n\n[X]\nempty =\n";
  const sections = parseIni(text);
  assert.deepEqual([...sections.keys()], ["Configuration", "X"]);
  assert.deepEqual([...sections.get("Configuration")!], [["raw_dir", "R:\\raw"], ["root", "\\\\s\\x"], [
    "long",
    "a\nb",
  ]]);
  assert.deepEqual([...sections.get("X")!], [["empty", ""]]);
});

Deno.test("folders that it does not name get its own defaults, below the program's folder", () => {
  const { taken } = read("[Configuration]\nraw_dir = R:\\raw\ntemp_dir =\n");
  const folders = Object.fromEntries(taken.map(({ key, value }) => [key, value]));
  assert.deepEqual(folders, {
    raw: "R:\\raw",
    temp: "C:\\daemon\\data\\temp",
    proc: "C:\\daemon\\data\\proc",
    output_root: "C:\\daemon\\data\\output",
  });
});

Deno.test("on another system its relative folders are below its own folder too", () => {
  const { taken } = read("[Configuration]\nraw_dir = my/raw\n", "/opt/daemon/config.ini");
  assert.equal(taken.find(({ key }) => key === "raw")?.value, "/opt/daemon/my/raw");
});

Deno.test("a text in the code page of a German Windows is read", () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("[Configuration]\nraw_dir = R:\\pr"), 0xfc, 0x66]);
  const { taken } = readFirstConfiguration(bytes, "C:\\x\\config.ini");
  assert.equal(taken.find(({ key }) => key === "raw")?.value, "R:\\prüf");
});

Deno.test("what cannot be used is reported with its reason and not taken over", () => {
  const { taken, left } = read("[Configuration]\nmaxproc = 20\noutput_dir = ..\\up\n");
  assert.ok(!taken.some(({ key }) => key === "max_proc" || key === "output_dir"));
  assert.match(left[0]!, /maxproc = 20: a whole number from 1 to 9/);
  assert.match(left[1]!, /output_dir: .*leads out/);
});

Deno.test("its tick is taken over: ticktack and multiplier, where pewatch can have them", () => {
  const { taken, left } = read("[Configuration]\nTICKTACK = 0.5\nmultiplier = 4\n");
  const numbers = taken.filter(({ table }) => table === "daemon").map(({ key, value }) => [key, value]);
  assert.deepEqual([numbers, left], [[["ticktack", 0.5], ["multiplier", 4]], []]);
  const wrong = read("[Configuration]\nticktack = 0\nmultiplier = 1.5\n");
  assert.ok(!wrong.taken.some(({ table }) => table === "daemon"));
  assert.deepEqual(wrong.left, [
    "ticktack = 0: a number from 0.01 to 3600 is needed",
    "multiplier = 1.5: a whole number from 1 to 1000 is needed",
  ]);
});
