/** What the plugin does where it cannot follow, and where the output takes nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { outputPartName } from "../../src/files/service_names.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { quickSettings, until } from "../daemon/helpers.ts";
import { Place } from "../daemon/place.ts";
import { nodeAt } from "../nexus/frame.ts";
import { pluginWriter } from "../../src/patterns/part_names.ts";
import type { DeliveredFrame } from "../../src/plugins/contract.ts";
import { framesIn } from "../patterns/simulated.ts";
import { TempFolder } from "../temp_folder.ts";
import { frameIn, PluginUnderTest } from "./plugin_context.ts";

async function delivered(folder: string, count: number, darks = 0): Promise<DeliveredFrame[]> {
  const images = await framesIn(folder, { width: 40, height: 30, count, darks });
  return images.map((image, index) => {
    const name = image.slice(folder.length + 1), sidecar = Deno.readTextFileSync(`${image}.metadata`);
    return frameIn(folder, { name, number: index + 1, sidecar, dark: name.includes("dark") });
  });
}

const patternsIn = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".xye")).toSorted();

Deno.test("live: of frames that come too fast the newest has its pattern, the others are counted, once in the log", async () => {
  using folder = new TempFolder();
  const frames = await delivered(folder.path, 25, 1);
  await using under = await PluginUnderTest.start("integrate", { files: ["xye"] });
  await under.fire(...frames);
  assert.deepEqual(patternsIn(folder.path), ["CeO2-00025.xye"]);
  assert.deepEqual([under.counters["frames_left_out"], under.counters["patterns"]], [25, 1]);
  assert.match(under.lines.join("\n"), /warn 25 frames came faster than they can be integrated/);
  const later = frames.slice(0, 4).map((frame) => ({ ...frame, sequence: frame.sequence + 100 }));
  await under.fire(...later);
  assert.equal(patternsIn(folder.path).length, 4, "what it can follow it takes, oldest first, without darks");
  assert.equal(under.counters["darks"], 1);
});

Deno.test("all: each frame has its pattern, whatever came", async () => {
  using folder = new TempFolder();
  const frames = await delivered(folder.path, 25);
  await using under = await PluginUnderTest.start("integrate", { files: ["xye"], mode: "all", subfolder: "1d/xye" });
  await under.fire(...frames);
  assert.equal(patternsIn(folder.join("1d", "xye")).length, 25);
  assert.equal(under.counters["frames_left_out"], undefined);
});

Deno.test("an output that takes nothing delays patterns and costs none; a frame without geometry only its own", async () => {
  using folder = new TempFolder();
  const frames = await delivered(folder.path, 3);
  await using under = await PluginUnderTest.start("integrate", { files: ["xye"], subfolder: "patterns" });
  // A file has the folder's name.
  Deno.writeTextFileSync(folder.join("patterns"), "in the way");
  await under.fire(...frames.slice(0, 2));
  await under.fire();
  const warnings = () => under.lines.filter((line) => line.startsWith("warn"));
  assert.equal(warnings().length, 1, warnings().join("\n"));
  assert.match(warnings()[0]!, /the pattern of CeO2-00001\.tif cannot be written: .*; frames wait/);
  Deno.removeSync(folder.join("patterns"));
  await under.fire(frameIn(folder.path, { name: frames[2]!.name, number: 3 }));
  assert.deepEqual(patternsIn(folder.join("patterns")), ["CeO2-00001.xye", "CeO2-00002.xye"]);
  assert.ok(under.lines.includes("info patterns are written again"));
  assert.match(warnings()[1]!, /CeO2-00003\.tif has no pattern: its geometry is not known: distance/);
  assert.deepEqual([under.counters["patterns"], under.counters["frames_without_pattern"]], [2, 1]);
});

Deno.test("saturated pixels and a geometry that drifts are warned of once, and counted each time", async () => {
  using folder = new TempFolder();
  const images = await framesIn(folder.path, { width: 500, height: 500, count: 4, type: "uint16" });
  const frames = images.map((image, index) => {
    // From the second on the sidecar's distance is another than the detector's.
    const text = Deno.readTextFileSync(`${image}.metadata`).replace(/^summedExposures=.*$/m, "summedExposures=1");
    const isMoved = index === 1 || index === 2;
    const sidecar = isMoved ? text.replace(/^(detectorDistance=)(.*)$/m, (_, key, mm) => `${key}${mm * 0.98}`) : text;
    return frameIn(folder.path, { name: image.slice(folder.path.length + 1), number: index + 1, sidecar });
  });
  const detector = { saturation_value: 100 };
  await using under = await PluginUnderTest.start(
    "integrate",
    { files: ["xye"], calibrant: "CeO2", npt: 1100 },
    detector,
  );
  await under.fire(...frames);
  const warnings = under.lines.filter((line) => line.startsWith("warn"));
  const drifts = under.lines.filter((line) => /pixels off/.test(line));
  assert.equal(drifts.length, 2, drifts.join("\n"));
  assert.match(drifts[0]!, /^warn CeO2-00002\.tif: \d+ rings of CeO2 lie \d+\.\d\d pixels off, more than drift_px/);
  assert.match(drifts[1]!, /^info CeO2-00004\.tif: .*the geometry fits again/);
  assert.equal(under.counters["frames_drifted"], 2);
  const saturated = warnings.filter((line) => /saturated/.test(line));
  assert.match(saturated.join("\n"), /^warn CeO2-00001\.tif: \d+ pixels are saturated; their counts are too low$/);
  assert.equal(under.counters["frames_saturated"], 4);
  assert.ok(under.parameters.get("pattern_saturated_pixels")!.value as number > 0);
  assert.equal(under.parameters.get("pattern_total_counts")?.origin, `integrate of ${frames[3]!.name}`);
});

Deno.test("all: what has no pattern when pewatch stops has it after the next start", async () => {
  await using place = new Place(null);
  const settings = quickSettings(place.path, { integrate: { mode: "all", subfolder: "patterns", npt: 40 } });
  const patterns = place.join("output", "patterns");
  const ofPlugin = (daemon: Daemon) => daemon.status().plugins.find(({ name }) => name === "integrate");
  place.make("output");
  Deno.writeTextFileSync(patterns, "in the way");
  const first = await place.started(settings);
  await until(() => (ofPlugin(first)?.firings ?? 0) > 0, "the plugin");
  await framesIn(place.join("raw"), { width: 64, height: 48, count: 3 });
  await until(() => place.log.lines.some((line) => /cannot be written/.test(line)), "the trouble");
  await until(() => first.status().frames.delivered === 3, "the deliveries");
  await first.close();
  Deno.removeSync(patterns);
  const second = await place.started(settings);
  await until(() => ofPlugin(second)?.counters["patterns"] === 3, "the patterns");
  await second.close();
  assert.deepEqual(patternsIn(patterns), ["CeO2-00001.xye", "CeO2-00002.xye", "CeO2-00003.xye"]);
  using hdf5 = openHdf5Library();
  const I = nodeAt(readTree(hdf5, join(patterns, "CeO2_patterns.h5")), "entry/data/I");
  assert.ok(I?.kind === "dataset");
  assert.deepEqual(I.shape, [3, 40]);
});

Deno.test("two daemons that share an output folder leave each other's parts alone, and each removes its own", async () => {
  using folder = new TempFolder();
  const frames = await delivered(folder.path, 1);
  await using under = await PluginUnderTest.start("integrate", { files: ["xye", "h5"] });
  const { temp } = under.context.folders;
  const parts = (writer: string) => ["pattern", "series"].map((what) => outputPartName(writer, what));
  const [own, others] = [parts(pluginWriter(temp)), parts(pluginWriter(`${temp}-of-another`))];
  for (const name of [...own, ...others]) Deno.writeTextFileSync(folder.join(name), name);
  await under.fire(...frames);
  const hidden = [...Deno.readDirSync(folder.path)].map(({ name }) => name).filter((name) => name.startsWith("."));
  assert.deepEqual(hidden.toSorted(), others.toSorted());
  for (const name of others) assert.equal(Deno.readTextFileSync(folder.join(name)), name);
  // Killed between a pattern's name and the removal of its part: the frame comes again, its pattern is there.
  Deno.writeTextFileSync(folder.join(own[0]!), "half");
  await under.fire({ ...frames[0]!, sequence: frames[0]!.sequence + 100 });
  assert.equal(patternsIn(folder.path).length, 1);
  assert.ok(![...Deno.readDirSync(folder.path)].some(({ name }) => name === own[0]));
});
