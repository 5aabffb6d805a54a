/** The shipped plugins in a running daemon, with a real memcached, simulated frames and a real receiver. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { quickSettings, until } from "../daemon/helpers.ts";
import { Place } from "../daemon/place.ts";
import { nodeAt } from "../nexus/frame.ts";
import { MEMCACHED, MemcachedServer } from "./memcached_server.ts";
import { Receiver } from "./receiver.ts";

async function deliver(daemon: Daemon, count: number): Promise<void> {
  const { raw } = daemon.settings.folders;
  const before = daemon.status().frames.delivered;
  const firstNumber = before + 1;
  for await (const _ of simulate({ folder: raw, width: 64, height: 48, count, firstNumber, rate_per_s: 0 }));
  await until(() => daemon.status().frames.delivered === before + count, "the deliveries");
}

function counter(daemon: Daemon, plugin: string, name: string): number {
  return daemon.status().plugins.find((one) => one.name === plugin)?.counters[name] ?? 0;
}

function isReady(daemon: Daemon, plugin: string): boolean {
  return daemon.status().plugins.some(({ name, firings }) => name === plugin && firings > 0);
}

const REGION = { name: "all", x: 0, y: 0, width: 64, height: 48 };

Deno.test("csv, roi, notify and the template see each frame that a daemon delivers, once", async () => {
  await using place = new Place(null);
  await using receiver = await Receiver.start();
  // The template as `pewatch plugins new` writes it, in the folder of users' plugins.
  const template = new URL("../../plugins/template.ts", import.meta.url);
  Deno.copyFileSync(template, join(place.make("plugins"), "my_plugin.ts"));
  const settings = quickSettings(place.path, {
    csv: { columns: ["number", "name", "image", "exposureTime_s"] },
    roi: { regions: [REGION], values: ["sum", "pixels"] },
    notify: { urls: [receiver.url] },
    my_plugin: { brightest: true },
  });
  const daemon = await place.started(settings);
  await until(() => isReady(daemon, "my_plugin"), "the user's plugin");
  await deliver(daemon, 3);
  await until(
    () => counter(daemon, "roi", "frames") === 3 && counter(daemon, "notify", "posted") === 3,
    "roi and notify",
  );
  await until(
    () => counter(daemon, "csv", "lines") === 3 && counter(daemon, "my_plugin", "frames") === 3,
    "csv and template",
  );
  // What was measured of these stands in the files of those that follow.
  await until(() => daemon.parameters?.get("all_sum") !== undefined, "the parameters");
  await deliver(daemon, 1);
  await daemon.close();
  const images = [1, 2, 3].map((number) => place.join("output", `CeO2-0000${number}.tif`));
  const lines = Deno.readTextFileSync(place.join("output", "frames.csv")).split("\r\n").slice(1, 4);
  assert.deepEqual(lines.map((line) => line.split(",")[2]).sort(), images);
  assert.ok(lines.every((line) => line.endsWith(",1")));
  const measured = Deno.readTextFileSync(place.join("output", "roi.csv")).split("\r\n").slice(1, 4);
  for (const line of measured) assert.match(line, /^[^,]+,CeO2-0000\d\.tif,\d[\d.]*,3072,$/);
  const posted = receiver.bodies.slice(0, 3).map((body) => JSON.parse(body).files.image);
  assert.deepEqual(posted.sort(), images);
  assert.equal(
    place.log.lines.filter((line) => /my_plugin: CeO2-0000[1-3]\.tif: .*, 64 x 48 pixels/.test(line)).length,
    3,
  );
  using hdf5 = openHdf5Library();
  const tree = readTree(hdf5, place.join("output", "CeO2-00004.nxs"));
  const sum = nodeAt(tree, "entry/instrument/parameters/all_sum");
  assert.ok(sum?.kind === "dataset" && Number(sum.value) > 0);
  assert.match(String(sum.attributes["origin"]), /^roi of CeO2-0000[123]\.tif$/);
  assert.deepEqual(place.log.lines.filter((line) => /^(warn|error) /.test(line)), []);
});

Deno.test({
  name: "what a program sets in memcached stands in the next frame's file; without the server frames go on",
  ignore: MEMCACHED === undefined,
  async fn() {
    await using place = new Place(null);
    await using server = await MemcachedServer.start();
    const keys = [{ key: "T", parameter: "temperature", unit: "K", path: "/entry/sample/temperature" }];
    const tables = { memcached: { server: server.address, keys, away_s: 0.1 } };
    const daemon = await place.started(quickSettings(place.path, tables));
    await server.set("T", "295.25");
    await until(() => daemon.parameters?.get("temperature") !== undefined, "the reading");
    await deliver(daemon, 1);
    await server[Symbol.asyncDispose]();
    await until(() => daemon.parameters?.get("temperature") === undefined, "the server's absence");
    await deliver(daemon, 1);
    await daemon.close();
    using hdf5 = openHdf5Library();
    const [first, second] = [1, 2].map((number) =>
      nodeAt(readTree(hdf5, place.join("output", `CeO2-0000${number}.nxs`)), "entry/sample/temperature")
    );
    assert.ok(first?.kind === "dataset");
    assert.deepEqual([first.value, first.attributes["units"]], [295.25, "K"]);
    assert.equal(second, undefined);
    const warnings = place.log.lines.filter((line) => /^(warn|error) /.test(line));
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0]!, /memcached: memcached at .* is away/);
  },
});
