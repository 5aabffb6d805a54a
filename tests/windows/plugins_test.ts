/** Plugins dropped beside the Windows executable while it runs and frames come. */
import assert from "node:assert/strict";
import { basename } from "node:path/posix";
import { Installed } from "./installed.ts";
import { windowsPath } from "./programs.ts";

const HELPER = "export const tenfold = (count: number): number => 10 * count;\n";

/** Tells of its frames; `version` is what changes. */
function counting(version: number): string {
  return `
import { type InferConfig, type PluginContext, readImage } from "pewatch";
import * as v from "valibot";
import { tenfold } from "./lib/helper.ts";

export const TICKTACK = 1;
export const CONFIG = v.object({ version: v.optional(v.number(), ${version}) });
enum Kind { Sum = "sum" }

export async function work({ frames, config, log }: PluginContext<InferConfig<typeof CONFIG>>): Promise<void> {
  for await (const frame of frames) {
    const { width } = readImage(frame);
    log.info(\`version \${config.version}, \${Kind.Sum} \${tenfold(width)}\`);
  }
}
`.replaceAll("\n", "\r\n");
}

/** The error is in line 4; what stands before it is taken away when it is made JavaScript of. */
const BROKEN = [
  "interface Unused { readonly a: number }",
  "export const TICKTACK: number = 1;",
  "export function work(): void {",
  "  const sum = = 3;",
  "}",
].join("\r\n");

const STAGE = `
import type { PluginContext } from "pewatch";
import { PrepareRaw, stageOptions } from "pewatch/stages";

export const TICKTACK = 1;
const stage = new PrepareRaw();

export async function work(context: PluginContext): Promise<void> {
  await stage.work(stageOptions(context));
  context.counters.add("by the replacement");
}
`;

Deno.test("plugins come, change, fail and go beside the executable while frames flow, and every one arrives", async (t) => {
  await using installed = new Installed();
  await installed.start();
  const { run } = installed;

  await t.step("a plugin with a helper, pewatch and valibot is taken, and gets the frames", async () => {
    installed.put("lib/helper.ts", HELPER);
    installed.put("Zähler.ts", counting(1));
    await run.says(/version 1, sum 640/);
    const row = await installed.plugin("Zähler");
    assert.deepEqual([row.file, row.lastError], [windowsPath(`${installed.path}/plugins/Zähler.ts`), null]);
  });

  await t.step("changed, it is replaced", async () => {
    installed.put("Zähler.ts", counting(2));
    await run.says(/version 2, sum 640/);
    installed.put("lib/helper.ts", HELPER.replace("10", "1000"));
    await run.says(/version 2, sum 64000/);
  });

  await t.step("one that does not parse is named with its line and column, and frames go on", async () => {
    installed.put("broken.ts", BROKEN);
    const place = `${windowsPath(`${installed.path}/plugins/broken.ts`)}:4:15: `;
    const { message } = await run.says(/^broken: /);
    assert.ok(message.includes(place), `${message} is not about ${place}`);
    await installed.framesGoOn();
    const checked = await installed.command("plugins", "check", "plugins\\broken.ts");
    assert.equal(checked.code, 1);
    assert.ok(checked.out.includes(place), checked.out);
    const retried = await installed.command("plugins", "retry", "broken");
    assert.equal(retried.code, 1, retried.out);
    assert.ok(retried.err.includes(place), retried.err);
    const mended = BROKEN.replace("= =", "=");
    installed.put("broken.ts", mended);
    await installed.pluginUntil("broken", (row) => row.firings > 0);
    assert.match(await installed.output("plugins", "check", "plugins/broken.ts"), /^It would be loaded$/m);
  });

  await t.step("one in a stage's place takes its work over, and gives it back", async () => {
    installed.put("01_prepare_raw.ts", STAGE);
    await installed.pluginUntil("01_prepare_raw", (row) => row.counters["by the replacement"]! > 0);
    await installed.framesGoOn();
    assert.equal((await installed.plugin("01_prepare_raw")).replaces, true);
    installed.put("01_prepare_raw.ts", null);
    await installed.pluginUntil("01_prepare_raw", (row) => !row.replaces);
    await installed.framesGoOn();
  });

  await t.step("new and types write into the folder; what new writes runs as it is", async () => {
    await installed.output("plugins", "new", "probe");
    await run.says(/^probe: .*exposed for/);
    await installed.output("plugins", "types");
    const names = [...Deno.readDirSync(`${installed.path}/plugins`)].map(({ name }) => name);
    for (const name of ["pewatch.d.ts", "valibot.d.ts", "deno.json", "tsconfig.json"]) assert.ok(names.includes(name));
  });

  await t.step("pewatch stop ends it with 0, and every frame is delivered once, whole", async () => {
    await installed.drain();
    assert.match(await installed.output("stop"), /has stopped$/m);
    assert.equal((await run.ended()).code, 0, run.text());
    assert.deepEqual(run.complaints().filter((line) => !line.startsWith("broken: ")), []);
    const { frames, problems } = await installed.judgeFrames();
    assert.deepEqual(problems, []);
    assert.ok(frames > 0);
    assert.deepEqual(
      [...Deno.readDirSync(installed.path)].map(({ name }) => name).toSorted(),
      ["logs", "pewatch-data", basename(installed.executable), "pewatch.toml", "plugins", "state"],
    );
  });
});
