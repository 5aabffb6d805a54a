import assert from "node:assert/strict";
import { PluginVersions } from "../../src/plugins/host/plugin_versions.ts";
import type { PluginSource } from "../../src/plugins/source.ts";

const SHIPPED: PluginSource = { name: "roi", url: "x:roi", file: null, hash: "", problem: null };
const STAGE: PluginSource = { ...SHIPPED, essential: true };
const BROKEN: PluginSource = { name: "roi", url: null, file: "/plugins/roi.ts", hash: "", problem: "broken" };
const RIGHT: PluginSource = { ...BROKEN, url: "x:1", hash: "1", problem: null };

Deno.test("instead of a file that cannot be loaded the shipped version runs, or none, or the version before", () => {
  for (
    const [shipped, target, text] of [
      [SHIPPED, SHIPPED, "the shipped plugin runs in its place"],
      [STAGE, STAGE, "the shipped stage runs in its place"],
      [null, null, "it does not run"],
    ] as const
  ) {
    const versions = new PluginVersions(shipped);
    versions.offer(BROKEN);
    assert.deepEqual([versions.target, versions.problem, versions.instead], [target, "broken", text]);
    versions.running = RIGHT;
    assert.deepEqual([versions.target, versions.instead], [RIGHT, "the previous version keeps running"]);
  }
});
