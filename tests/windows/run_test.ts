/** The same frames through the running daemon of each program: parameters of a plugin, and the master of a series. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import type { Place } from "../e2e/harness.ts";
import { ask, assertValid, type Reading } from "../e2e/readers.ts";
import { nexusFiles, simulateInto } from "../e2e/simulated.ts";
import { filesBelow } from "../folders.ts";
import { placeOfItsOwn, startOn } from "./place.ts";
import type { System } from "./programs.ts";

const FRAMES = 8;
const MASTER = "S_master.h5";
/** What differs between two runs: when it was, and by which HDF5. Of these only the kind is compared. */
const OF_THE_RUN = ["/@file_time", "/@HDF5_Version", "/entry/process/date"];

/** One of each kind, all read before the first frame was written. */
const PARAMETERS = `
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;
const time = new Date("2026-01-02T03:04:05.678Z");
const times = [new Date("2026-01-02T03:04:05Z"), time];

export function work({ parameters, log }: PluginContext): void {
  parameters.set("temperature", 12.84, { unit: "K", time, path: "/entry/sample/temperature" });
  parameters.set("sample µm", "Größe 样品", { time, origin: "by hand" });
  parameters.set("scan", 9007199254740993n, { time });
  parameters.set("shutter", true, { time });
  parameters.set("motors", [0.1, -2.5, 1e300], { unit: "mm", time });
  parameters.set("names", ["α", "", "c"], { time });
  parameters.set("ring", { times, values: [1.5, 2.5] }, { unit: "mA", time });
  log.info("the parameters are set");
}
`;

/** The frames, written before the parameters are set, come into raw after that. */
async function deliver(system: System, { simulated, place }: { simulated: Place; place: Place }): Promise<void> {
  Deno.mkdirSync(join(place.path, "plugins"));
  Deno.writeTextFileSync(join(place.path, "plugins", "parameters.ts"), PARAMETERS);
  await using run = await startOn(system, place);
  await run.says(/the parameters are set/);
  await moveInto(place, await copyOf(simulated, place));
  await run.until(() => nexusFiles(place).length === FRAMES && place.inProgress().length === 0, "all frames");
  await run.until(() => !filesBelow(place.proc).some((name) => /series/.test(name)), "the master");
  run.signal("SIGINT");
  assert.equal((await run.ended()).code, 0, run.text());
  assert.deepEqual(run.complaints(), []);
}

/** With their times, by which it is decided which parameters count for a frame. */
async function copyOf(simulated: Place, place: Place): Promise<string> {
  const copy = join(place.path, "frames");
  const copied = await new Deno.Command("cp", { args: ["-Rp", simulated.raw, copy] }).output();
  assert.ok(copied.success, new TextDecoder().decode(copied.stderr));
  return copy;
}

/** Sidecars first: no busy machine makes one too late. */
async function moveInto(place: Place, folder: string): Promise<void> {
  const names = filesBelow(folder).toSorted((a, b) => Number(a.endsWith(".tif")) - Number(b.endsWith(".tif")));
  for (const name of names) await Deno.rename(join(folder, name), place.rawPath(name));
}

interface Node {
  readonly attributes?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly values?: unknown;
}

/** All that h5py finds in a file. */
function comparable({ h5py }: Readonly<Record<string, Reading>>): Record<string, unknown> {
  assert.equal(h5py!.error, null);
  const found: Record<string, unknown> = {};
  for (const [path, { attributes = {}, ...node }] of Object.entries(h5py!.objects as Record<string, Node>)) {
    const values = OF_THE_RUN.includes(path) ? typeof node.values : node.values;
    found[path] = { ...node, values };
    for (const [name, attribute] of Object.entries(attributes)) {
      const place = `${path === "/" ? "/" : path}@${name}`;
      const value = OF_THE_RUN.includes(place) ? typeof attribute.value : attribute.value;
      found[place] = { ...attribute, value };
    }
  }
  return found;
}

Deno.test("with parameters and a series' master, both programs' daemons deliver the same: every object, every tag", async () => {
  using simulated = placeOfItsOwn();
  await simulateInto(simulated, FRAMES);
  using linux = placeOfItsOwn({ nexus: { series: true } });
  await deliver("linux", { simulated, place: linux });
  using windows = placeOfItsOwn({ nexus: { series: true } });
  await deliver("windows", { simulated, place: windows });
  const names = linux.delivered();
  assert.equal(names.length, 3 * FRAMES + 1);
  assert.ok(names.includes(MASTER));
  assert.deepEqual(windows.delivered(), names);

  const files = names.filter((name) => /\.(nxs|h5)$/.test(name));
  const questions = (place: Place) => files.map((name) => ({ path: place.outputPath(name) }));
  const trees = await ask("read_tree", [...questions(linux), ...questions(windows)]);
  const [ofLinux, ofWindows] = [trees.slice(0, files.length), trees.slice(files.length)];
  for (const [index, name] of files.entries()) {
    const tree = comparable(ofWindows[index]!);
    assert.deepEqual(tree, comparable(ofLinux[index]!), name);
    if (name === MASTER) continue;
    assert.ok("/entry/sample/temperature" in tree, name);
    const own = Object.keys(tree).filter((path) => /instrument\/parameters\/[^/@]*$/.test(path));
    assert.equal(own.length, 6, own.join(" "));
  }
  for (const readings of await ask("validate_nexus", questions(windows))) assertValid("of Windows", readings);

  const tiffs = names.filter((name) => name.endsWith(".tif"));
  for (const name of tiffs) {
    // All of it: pixels, tags and the sidecar's text. Nothing in it says when or where it was made.
    assert.deepEqual(Deno.readFileSync(windows.outputPath(name)), Deno.readFileSync(linux.outputPath(name)), name);
  }
  const readings = await ask("read_tiff", tiffs.map((name) => ({ path: windows.outputPath(name) })));
  for (const { error, warnings } of readings.flatMap((one) => Object.values(one))) {
    assert.deepEqual({ error, warnings }, { error: null, warnings: [] });
  }
});
