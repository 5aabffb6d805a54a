import assert from "node:assert/strict";
import * as v from "valibot";
import { checkConfig } from "../../src/plugins/worker/config_schema.ts";
import type { ConfigSchema } from "../../src/plugins/contract.ts";
import { ServedWorker, SharedServices } from "./served_worker.ts";

async function refusalOf(schema: unknown, table: unknown = {}): Promise<string> {
  const check = await checkConfig(schema, table, "roi");
  return "refusal" in check ? check.refusal : assert.fail("it was not refused");
}

function schemaOf(validate: ConfigSchema["~standard"]["validate"]): ConfigSchema {
  return { "~standard": { version: 1, validate } };
}

Deno.test("a schema of valibot returns defaults, and names all that is wrong by its place", async () => {
  const region = v.object({ x: v.number() });
  const schema = v.object({ regions: v.array(region), unit: v.optional(v.string(), "counts") });
  const check = await checkConfig(schema, { regions: [{ x: 1 }] }, "roi");
  assert.deepEqual(check, { config: { regions: [{ x: 1 }], unit: "counts" } });
  const refusal = await refusalOf(schema, { regions: [{ x: "one" }], unit: 5 });
  assert.match(refusal, /^\[plugins\.roi\] regions\.0\.x: Invalid type: [^;]+; unit: Invalid type: /);
});

Deno.test("a schema may be an object of one's own, and take its time", async () => {
  const own = schemaOf((value) => ({ value: Object.keys(value as object).length }));
  assert.deepEqual(await checkConfig(own, { a: 1, b: 2 }, "roi"), { config: 2 });
  const slow = schemaOf(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { issues: [{ message: "is not reachable", path: ["server", { key: 0 }] }] };
  });
  assert.equal(await refusalOf(slow), "[plugins.roi] server.0: is not reachable");
});

Deno.test("a schema that is not one, throws, or returns nonsense refuses", async () => {
  const thrown = schemaOf(() => {
    throw new Error("on purpose");
  });
  assert.equal(await refusalOf(thrown), "[plugins.roi] CONFIG threw: on purpose");
  for (const wrong of [null, 5, {}, { "~standard": { version: 1 } }]) {
    assert.match(await refusalOf(wrong), /CONFIG is not a schema/);
  }
  for (const wrong of [null, undefined, "yes"]) {
    assert.match(await refusalOf(schemaOf(() => wrong as never)), /returned no result/);
  }
  for (const issues of [[], true, "no"]) {
    assert.match(await refusalOf(schemaOf(() => ({ issues: issues as never }))), /without a reason/);
  }
  assert.match(
    await refusalOf(schemaOf(() => ({ issues: [null as never, { message: "m", path: 5 as never }] }))),
    /is wrong; m/,
  );
});

Deno.test("of very many issues the first are shown", async () => {
  const issues = Array.from({ length: 25 }, (_, index) => ({ message: "is wrong", path: [index] }));
  assert.match(await refusalOf(schemaOf(() => ({ issues }))), /9: is wrong; and 15 more$/);
});

Deno.test("a plugin gets its table as its schema returns it", async () => {
  using worker = new ServedWorker(new SharedServices(), { file: "checks_config", config: { regions: [{ x: 2 }] } });
  assert.equal(await worker.start(), null);
  assert.equal(await worker.fire(), null);
  assert.deepEqual(worker.lines, ["unnamed at 2.0"]);
});

Deno.test("a wrong table refuses before setup; one that becomes wrong fails the firing until it is right", async () => {
  using refused = new ServedWorker(new SharedServices(), { file: "checks_config", config: { regions: [{ x: "2" }] } });
  assert.match(await refused.start() ?? "", /^\[plugins\.checks_config\] regions\.0\.x: Invalid type/);
  using worker = new ServedWorker(new SharedServices(), { file: "checks_config", config: { regions: [] } });
  assert.equal(await worker.start(), null);
  worker.config = { regions: [{ x: 1, y: 2 }] };
  assert.match(await worker.fire() ?? "", /^\[plugins\.checks_config\] regions\.0\.y: /);
  assert.equal(await worker.tearDown(), null, "the teardown does without");
  worker.config = { regions: [{ x: 1, name: "ring" }] };
  assert.equal(await worker.fire(), null);
  assert.equal(worker.lines.at(-1), "ring at 1.0");
});
