/** `pewatch plugins types`: what it writes makes Deno and plain TypeScript know a plugin's imports, and no file of the user's is lost. */
import assert from "node:assert/strict";
import { TempFolder } from "../../temp_folder.ts";
import { expectHere, runHere } from "../run_cli.ts";
import { checkByTypeScript } from "./typescript.ts";

const GOOD = `import { join } from "node:path";
import { API_VERSION, type DeliveredFrame, type PluginContext, readImage } from "pewatch";
import { mergeData, stageOptions } from "pewatch/stages";
import * as v from "valibot";
import { half } from "./lib/half.ts";

export const TICKTACK = 3;

export const CONFIG = v.object({ limit: v.pipe(v.number(), v.minValue(0)) });

export async function work(context: PluginContext<v.InferOutput<typeof CONFIG>>): Promise<void> {
  for await (const frame of context.frames) note(context, frame);
  const text = await Deno.readTextFile(join(context.folders.output, "x"));
  context.log.info(text, { version: API_VERSION, half: half(context.tick) });
  const limit: number = context.config.limit;
  void [limit, mergeData, stageOptions];
}

function note(context: Pick<PluginContext, "parameters">, frame: DeliveredFrame): void {
  const { data, width } = readImage(frame);
  context.parameters.set("corner", data[width - 1] ?? 0, { unit: "counts" });
}
`;

async function check(folder: TempFolder): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", folder.join("good.ts"), folder.join("bad.ts")],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  });
  const { stdout, stderr } = await command.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("Deno and TypeScript take a right plugin, and name the line of a wrong one", async () => {
  using folder = new TempFolder();
  await expectHere(["plugins", "types", folder.path], { code: 0 });
  Deno.mkdirSync(folder.join("lib"));
  Deno.writeTextFileSync(folder.join("lib", "half.ts"), "export const half = (x: number): number => x / 2;\n");
  Deno.writeTextFileSync(folder.join("good.ts"), GOOD);
  Deno.writeTextFileSync(folder.join("bad.ts"), "// nothing wrong\nexport const X = 1;\n");
  assert.equal(await check(folder), "");
  assert.deepEqual(checkByTypeScript(folder.path), []);

  const wrong = [
    'import type { PluginContext } from "pewatch";',
    "export function work(context: PluginContext): void {",
    "  const tick: string = context.tick;",
    "  context.log.inform(tick);",
    "}",
  ];
  Deno.writeTextFileSync(folder.join("bad.ts"), wrong.join("\n"));
  const deno = await check(folder);
  assert.match(deno, /TS2322.*'number' is not assignable to type 'string'/);
  assert.deepEqual(deno.match(/bad\.ts:\d+:\d+/g), ["bad.ts:3:9", "bad.ts:4:15"]);
  const typescript = checkByTypeScript(folder.path);
  assert.match(typescript[0] ?? "", /^bad\.ts:3:9: TS2322: Type 'number' is not assignable to type 'string'/);
  assert.match(typescript[1] ?? "", /^bad\.ts:4:15: TS\d+: .*'inform'/);
  assert.equal(typescript.length, 2);
});

Deno.test("the template and what pewatch ships pass, as they do in pewatch itself", async () => {
  using folder = new TempFolder();
  await runHere(["plugins", "types", folder.path]);
  const shipped = new URL("../../../plugins/", import.meta.url);
  Deno.mkdirSync(folder.join("lib"));
  for (const below of ["", "lib/"]) {
    for (const { name, isFile } of Deno.readDirSync(new URL(below, shipped))) {
      if (isFile) Deno.copyFileSync(new URL(below + name, shipped), folder.join(below + name));
    }
  }
  for (const name of ["good.ts", "bad.ts"]) Deno.copyFileSync(new URL("template.ts", shipped), folder.join(name));
  assert.equal(await check(folder), "");
  // Plain TypeScript knows no types of Deno and Node, and so less than the plugins' authors.
  assert.deepEqual(
    checkByTypeScript(folder.path).filter((error) => /^(template|good|bad|01_|02_|03_)/.test(error)),
    [],
  );
});

Deno.test("a name that pewatch does not have is an error in both", async () => {
  using folder = new TempFolder();
  await runHere(["plugins", "types", folder.path]);
  Deno.writeTextFileSync(folder.join("good.ts"), 'import { readPicture } from "pewatch";\nreadPicture();\n');
  Deno.writeTextFileSync(folder.join("bad.ts"), 'import { readImage } from "pewatch/stages";\nreadImage("");\n');
  const deno = await check(folder);
  assert.match(deno, /readPicture/);
  assert.match(deno, /good\.ts:1:10/);
  assert.match(deno, /bad\.ts:1:10/);
  const places = checkByTypeScript(folder.path).map((error) => error.split(": ")[0]);
  assert.deepEqual(places, ["bad.ts:1:10", "good.ts:1:10"]);
});

Deno.test("the user's own deno.json and tsconfig.json stay as they are, and what they lack is said", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("deno.json"), "{}");
  Deno.writeTextFileSync(folder.join("pewatch.d.ts"), "// my own\n");
  const { code, out, err } = await runHere(["plugins", "types", folder.path]);
  assert.equal(code, 1);
  assert.match(out, /^LEFT AS IT IS .*deno\.json$/m);
  assert.match(out, /^LEFT AS IT IS .*pewatch\.d\.ts$/m);
  assert.match(out, /^Wrote +.*tsconfig\.json$/m);
  assert.match(err, /"types": \["\.\/pewatch\.d\.ts", "\.\/valibot\.d\.ts"\]/);
  assert.equal(Deno.readTextFileSync(folder.join("deno.json")), "{}");
  assert.equal(Deno.readTextFileSync(folder.join("pewatch.d.ts")), "// my own\n");

  await expectHere(["plugins", "types", folder.path, "--force"], { code: 0 });
  assert.notEqual(Deno.readTextFileSync(folder.join("deno.json")), "{}");
});

Deno.test("pewatch's own declarations of another version are written anew without a word of force", async () => {
  using folder = new TempFolder();
  await runHere(["plugins", "types", folder.path]);
  const path = folder.join("pewatch.d.ts");
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.replace("API_VERSION", "API_OF_OLD"));
  const { out } = await expectHere(["plugins", "types", folder.path], { code: 0 });
  assert.match(out, /^Wrote anew +.*pewatch\.d\.ts$/m);
  assert.match(out, /^Is there +.*deno\.json$/m);
  assert.equal(Deno.readTextFileSync(path), text);
});

Deno.test("without a folder they go into the plugins folder of the configuration", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("pewatch.toml"), "[plugins]\ndir = 'mine'\n");
  assert.equal((await runHere(["plugins", "types"], { cwd: folder.path })).code, 0);
  assert.deepEqual(Array.from(Deno.readDirSync(folder.join("mine")), ({ name }) => name).sort(), [
    "deno.json",
    "pewatch.d.ts",
    "pewatch_editor.d.ts",
    "tsconfig.json",
    "valibot.d.ts",
  ]);
});
