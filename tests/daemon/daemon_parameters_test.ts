/** Parameters through the whole daemon: set in a plugin's worker, kept by the main thread, written by the merge's. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { shippedStages } from "../../src/plugins/host/shipped.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { readFrameTags } from "../../src/tiff/tags/read_tags.ts";
import { nodeAt } from "../nexus/frame.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { quickSettings, source, until } from "./helpers.ts";
import { Place } from "./place.ts";
import { PARAMETERS_FILE } from "../../src/files/service_names.ts";

Deno.test("what a plugin sets before a frame is written stands in the frame's files, also after a restart", async () => {
  await using place = new Place(shippedStages());
  const base = quickSettings(place.path);
  const settings = { ...base, frames: { ...base.frames, settle_s: 0, sidecar_wait_s: 0 } };
  const first = await place.started(settings, { stages: [...shippedStages(), source("sets_parameters")] });
  await until(() => first.parameters?.get("firings") !== undefined, "the first reading");
  Deno.writeFileSync(place.join("raw", "A.tif"), makeTiff());
  await until(() => first.status().frames.delivered === 1, "the delivery");
  await first.close();
  const last = first.parameters?.get("firings");
  assert.equal(typeof last?.value, "bigint");

  const second = await place.started(settings);
  assert.deepEqual(second.parameters?.get("firings"), last);
  Deno.writeFileSync(place.join("raw", "B.tif"), makeTiff());
  await until(() => second.status().frames.delivered === 1, "the delivery");
  second.parameters?.remove("firings");
  await second.close();
  const tag = readFrameTags(place.join("output", "B.tif")).find((one) => one.name === "parameters");
  assert.deepEqual(JSON.parse(tag!.value), {
    firings: {
      value: Number(last!.value),
      unit: "",
      time: last!.time.toISOString(),
      path: "/entry/sample/firings",
      origin: "sets_parameters",
    },
  });
  using hdf5 = openHdf5Library();
  for (const [name, least] of [["A", 1], ["B", Number(last!.value)]] as const) {
    const node = nodeAt(readTree(hdf5, place.join("output", `${name}.nxs`)), "entry/sample/firings");
    assert(node?.kind === "dataset" && Number(node.value) >= least, name);
    assert.equal(node.attributes["origin"], "sets_parameters");
  }
  assert(!Deno.readTextFileSync(join(settings.daemon.state_dir, PARAMETERS_FILE)).includes("firings"));
});
