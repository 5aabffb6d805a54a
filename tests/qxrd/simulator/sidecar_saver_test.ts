import assert from "node:assert/strict";
import { basename } from "node:path";
import { parseSidecar } from "../../../src/qxrd/sidecar.ts";
import { Random } from "../../../src/qxrd/simulator/random.ts";
import { saveSidecar } from "../../../src/qxrd/simulator/sidecar_saver.ts";
import { replaced } from "../../replaced.ts";
import { TempFolder } from "../../temp_folder.ts";

function options(lineEnd: "\n" | "\r\n" = "\n") {
  return { lineEnd, random: new Random(1) };
}

function entry(key: string, raw: string) {
  return { section: "metadata", key, raw };
}

Deno.test("saveSidecar() locks, writes under a random name, renames and unlocks, in this order", async () => {
  using folder = new TempFolder();
  const path = folder.join("a.tif.metadata");
  const steps: string[] = [];
  function note(what: string, file: string | URL): void {
    steps.push(`${what} ${basename(String(file)).replace(/\.[a-zA-Z]{6}$/, ".RANDOM")}`);
  }
  using _write = replaced(Deno, "writeTextFile", (real) => (file, text) => (note("write", file), real(file, text)));
  using _rename = replaced(Deno, "rename", (real) => (from, to) => (note("rename", from), real(from, to)));
  using _remove = replaced(Deno, "remove", (real) => (file) => (note("remove", file), real(file)));
  await saveSidecar(path, [entry("width", "4")], options());
  assert.deepEqual(steps, [
    "write a.tif.metadata.lock",
    "write a.tif.metadata.RANDOM",
    "rename a.tif.metadata.RANDOM",
    "remove a.tif.metadata.lock",
  ]);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["a.tif.metadata"]);
});

Deno.test("saveSidecar() merges with a sidecar that is there: known keys change in their place, stale ones stay", async () => {
  using folder = new TempFolder();
  const path = folder.join("a.tif.metadata");
  await Deno.writeTextFile(path, "[metadata]\nwidth=1\nmyProperty=2\n\n[old]\nk=1\n");
  await saveSidecar(path, [entry("height", "5"), entry("width", "4")], options("\r\n"));
  const text = await Deno.readTextFile(path);
  assert.equal(text, "[metadata]\r\nwidth=4\r\nmyProperty=2\r\nheight=5\r\n\r\n[old]\r\nk=1\r\n");
});

Deno.test("saveSidecar() does not touch a sidecar that it cannot read, and takes its lock away", async () => {
  using folder = new TempFolder();
  const path = folder.join("a.tif.metadata");
  await Deno.writeTextFile(path, "[metadata");
  await assert.rejects(saveSidecar(path, [entry("width", "4")], options()), /Cannot merge into a\.tif\.metadata/);
  assert.equal(await Deno.readTextFile(path), "[metadata");
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["a.tif.metadata"]);
  assert.throws(() => parseSidecar(Deno.readFileSync(path)));
});
