import assert from "node:assert/strict";
import { readXye } from "../../src/integration/xye.ts";
import { frameAt, framesIn, optionsOf } from "../patterns/simulated.ts";
import { PatternMaker } from "../../src/patterns/maker.ts";
import { outputPartName } from "../../src/files/service_names.ts";
import { commandWriter } from "../../src/patterns/part_names.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { TempFolder } from "../temp_folder.ts";
import { expectHere, runCli, runHere } from "./run_cli.ts";

interface Report {
  readonly images: number;
  readonly patterns: number;
  readonly problems: string[];
  readonly lines: { image: string; xye: string; alreadyThere: boolean; problem: string | null; totalCounts: number }[];
}

Deno.test("pewatch integrate makes the pattern of each frame below a folder, with the plugin's numbers, once", async () => {
  using folder = new TempFolder();
  const images = await framesIn(folder.join("in"), { count: 9, darks: 1, subfolder: "a/b" });
  Deno.mkdirSync(folder.join("out"));
  Deno.writeTextFileSync(folder.join("pewatch.toml"), '[plugins.integrate]\nunit = "q_A^-1"\nnpt = 70\n');
  const run = async () => {
    const { out } = await expectHere(["integrate", "in", "-o", "out", "--json"], { code: 0 }, { cwd: folder.path });
    return JSON.parse(out) as Report;
  };
  const first = await run();
  assert.deepEqual([first.images, first.patterns, first.problems], [10, 9, []]);
  const maker = new PatternMaker(optionsOf({ unit: "q_A^-1", npt: 70 }), defaultSettings(folder.path));
  const frames = images.filter((image) => !image.includes("dark"));
  for (const [index, image] of frames.entries()) {
    const { xye, alreadyThere } = first.lines.find((line) => line.image === image)!;
    assert.equal(xye, image.replace("/in/", "/out/").replace(/\.tif$/, ".xye"));
    assert.equal(alreadyThere, false, `${index}`);
    const { pattern } = maker.make(frameAt(image)), read = readXye(Deno.readTextFileSync(xye));
    const filled = pattern.intensity.filter((_, bin) => pattern.pixels[bin]! > 0);
    assert.deepEqual(Float32Array.from(read.intensity), filled);
  }
  assert.ok(Deno.statSync(folder.join("out", "a", "b", "CeO2_patterns.h5")).isFile);
  assert.ok((await run()).lines.every(({ alreadyThere }) => alreadyThere));
  const text = await runHere(["integrate", frames[0]!, "--npt", "50", "-o", "out"], { cwd: folder.path });
  assert.match(text.out, /^1 pattern of 1 image in /);
  assert.ok(Deno.statSync(folder.join("out", "CeO2-00001.xye")).isFile);
});

Deno.test("pewatch integrate: what is wrong is named, and costs no other frame its pattern", async () => {
  using folder = new TempFolder();
  const images = await framesIn(folder.path, { count: 2 });
  Deno.writeTextFileSync(folder.join("broken.tif"), "no image");
  await expectHere(["integrate", folder.path], {
    code: 1,
    err: /broken\.tif: Cannot read image/,
    out: /^2 patterns of 3 images/,
  }, { cwd: folder.path });
  const usage: [string[], RegExp][] = [
    [["nowhere"], /there is no .*nowhere/],
    [[images[0]!, "--mask", "none.msk"], /mask: there is no file/],
    [[images[0]!, "--unit", "d"], /unit: one of "2th_deg"/],
    [[images[0]!, "-o", "missing"], /there is no folder .*missing; make it first/],
  ];
  for (const [args, expected] of usage) {
    await expectHere(["integrate", ...args], { code: 2, err: expected }, { cwd: folder.path });
  }
});

Deno.test("pewatch integrate removes the parts of commands that were killed on this computer, and no others", async () => {
  using folder = new TempFolder();
  await framesIn(folder.path, { count: 1 });
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  const [running, another] = [commandWriter(0), commandWriter(0).replace(/-[0-9a-f]{4}-/, "-zzzz-")];
  const ended = running.replace(`-${Deno.pid}-`, `-${child.pid}-`);
  const names = [running, another, ended].map((writer) => outputPartName(writer, "pattern"));
  for (const name of names) Deno.writeTextFileSync(folder.join(name), name);
  assert.equal((await runCli(["integrate", folder.path], { cwd: folder.path })).code, 0);
  const hidden = [...Deno.readDirSync(folder.path)].map(({ name }) => name).filter((name) => name.startsWith("."));
  assert.deepEqual(hidden.toSorted(), names.slice(0, 2).toSorted());
});
