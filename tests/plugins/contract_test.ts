/** The contract's types, as the compiler sees a plugin: `deno check` is half of these tests. */
import assert from "node:assert/strict";
import {
  API_VERSION,
  type ConfigSchema,
  type FrameImage,
  type InferConfig,
  type PluginContext,
  type PluginModule,
} from "pewatch";
import * as v from "valibot";
import * as checksConfig from "./samples/checks_config.ts";
import * as readsFrames from "./samples/reads_frames.ts";

const CONFIG = v.object({ server: v.string(), port: v.optional(v.number(), 80) });
const OWN: ConfigSchema<{ readonly limit: number }> = {
  "~standard": { version: 1, validate: () => ({ value: { limit: 3 } }) },
};

Deno.test("a schema has the type of the configuration", () => {
  const config: InferConfig<typeof CONFIG> = { server: "here", port: 8080 };
  const own: InferConfig<typeof OWN> = { limit: 3 };
  // @ts-expect-error: the schema says that it is a number
  const wrong: InferConfig<typeof CONFIG> = { server: "here", port: "80" };
  assert.equal(config.port + own.limit, 8083);
  assert.equal(typeof wrong.port, "string");
});

Deno.test("modules of plugins are what the contract asks for", () => {
  const modules: PluginModule[] = [checksConfig, readsFrames];
  assert.ok(modules.every((module) => typeof module.work === "function"));
  // @ts-expect-error: a plugin without TICKTACK and work is none
  const none: PluginModule = { NAME: "none" };
  assert.equal(none.work, undefined);
});

Deno.test("pixels of any kind add up without a template", () => {
  const sum = ({ data }: FrameImage) => data.reduce((total, value) => total + value, 0);
  assert.equal(sum({ width: 2, height: 1, shape: [1, 2], data: Float32Array.of(1, 2) }), 3);
  assert.equal(sum({ width: 2, height: 1, shape: [1, 2], data: Uint16Array.of(3, 4) }), 7);
});

Deno.test("the context of a plugin without a schema asks for a look before a key is used", () => {
  const limitOf = ({ config }: Pick<PluginContext, "config">): number => {
    // @ts-expect-error: anything may stand there
    const limit: number = config["limit"];
    return typeof config["limit"] === "number" ? limit : 0;
  };
  assert.equal(limitOf({ config: { limit: 4 } }), 4);
  assert.equal(API_VERSION, 2);
});
