/** A writer of patterns that is killed at any moment: what stands is whole, and nothing that was written is lost. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { readXye } from "../../src/integration/xye.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { nodeAt } from "../nexus/frame.ts";
import { TempFolder } from "../temp_folder.ts";
import { framesIn } from "./simulated.ts";

const WRITER = fileURLToPath(new URL("./killed_writer.ts", import.meta.url));
const KILLS = 8;

Deno.test("patterns and series are whole after each kill, and the next writer goes on with them", async () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  const images = await framesIn(folder.path, { count: 200 });
  const series = folder.join("CeO2_patterns.h5");
  let rows = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", WRITER, folder.path, ...images],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    // At another step each time: after some patterns, or in the middle of one.
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, kill * 7));
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
    const texts = names.filter((name) => name.endsWith(".xye"));
    for (const name of texts) assert.equal(readXye(Deno.readTextFileSync(folder.join(name))).header.size > 20, true);
    const tree = readTree(hdf5, series, { elementsMax: 1e6 });
    const [I, frames] = [nodeAt(tree, "entry/data/I"), nodeAt(tree, "entry/frames/name")];
    assert.ok(I?.kind === "dataset" && frames?.kind === "dataset");
    assert.ok(I.shape![0]! >= rows && I.shape![0]! <= texts.length, `${I.shape} of ${texts.length}, ${rows} before`);
    assert.equal(new Set(frames.value as string[]).size, I.shape![0]);
    rows = I.shape![0]!;
    // One part of each kind at most; the next writer makes it anew.
    assert.ok(names.filter((name) => name.startsWith(".")).length <= 3, names.join());
    assert.deepEqual(names.filter((name) => /patterns-|\.v2\./.test(name)), []);
  }
  assert.ok(rows >= KILLS, `${rows} rows`);
});
