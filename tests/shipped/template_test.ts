import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { tempFolder } from "../daemon/helpers.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { faultsOf, frameIn, PluginUnderTest } from "./plugin_context.ts";

const TEMPLATE = fileURLToPath(new URL("../../plugins/template.ts", import.meta.url));
const SIDECAR = "[metadata]\nexposureTime=0.5\n";

Deno.test("template: runs as it is, and logs each delivered frame", async () => {
  const under = await PluginUnderTest.start("template", {});
  await under.fire(frameIn("/output", { sidecar: SIDECAR }), frameIn("/output", { name: "a/P-00002.tif" }));
  await under[Symbol.asyncDispose]();
  assert.deepEqual(under.lines, [
    "info reads the frames delivered to /nowhere",
    "info P-00001.tif: 1234 bytes, exposed for 0.5 s",
    "info a/P-00002.tif: 1234 bytes, exposed for ? s",
    "info ends",
  ]);
  assert.deepEqual([under.counters, under.parameters.size], [{ frames: 2 }, 0]);
});

Deno.test("template: reads the image where its table asks for that", async () => {
  using folder = tempFolder();
  Deno.writeFileSync(
    join(folder.path, "P-00001.tif"),
    makeTiff({ width: 4, height: 4, bits: 8, pixels: new Uint8Array(16).fill(7) }),
  );
  await using under = await PluginUnderTest.start("template", { brightest: true });
  await under.fire(frameIn(folder.path));
  assert.match(under.lines.at(-1)!, /4 x 4 pixels, the brightest is 7$/);
  assert.match((await faultsOf("template", { brightest: 1 })).join(), /^brightest: true or false is needed/);
});

Deno.test("template: is short, and imports nothing but what every plugin has", () => {
  const text = Deno.readTextFileSync(TEMPLATE);
  assert.ok(text.split("\n").length < 60);
  const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(imports, ["pewatch", "valibot"]);
});

Deno.test("the shipped plugins import nothing but what every plugin can", () => {
  const folder = fileURLToPath(new URL("../../plugins", import.meta.url));
  // What announces to brokers (lib/broker) has packages of its own.
  const files = [...Deno.readDirSync(join(folder, "lib"))].filter(({ isFile }) => isFile);
  const own = files.map(({ name }) => join(folder, "lib", name));
  for (const path of [...own, ...["memcached", "roi", "csv", "notify"].map((name) => join(folder, `${name}.ts`))]) {
    for (const [, name] of Deno.readTextFileSync(path).matchAll(/from "([^"]+)"/g)) {
      assert.match(name!, /^(pewatch|valibot|node:[a-z/]+|\.\/(lib\/)?[a-z_]+\.ts)$/, `${path} imports ${name}`);
    }
  }
});
