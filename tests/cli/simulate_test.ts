import assert from "node:assert/strict";
import { groupFrames } from "../../src/qxrd/frame_name.ts";
import { TempFolder } from "../temp_folder.ts";
import { cliCommand, expectHere } from "./run_cli.ts";
import { namesIn } from "../folders.ts";

Deno.test("pewatch simulate writes as many frames as it is asked for and says so in one line", async () => {
  using folder = new TempFolder();
  const args = ["simulate", folder.path, "--count", "2", "--rate", "0", "--size", "32", "--darks", "1", "--base", "P"];
  const { out, err } = await expectHere([...args, "--subfolder", "s", "--crlf"], { code: 0 });
  assert.match(out, /^2 frames, 1 dark, 12\.3 kB in [\d.]+ s, [\d.]+ frames\/s\n$/);
  assert.equal(err, "");
  const { frames, strays } = groupFrames(namesIn(folder.join("s")), { caseInsensitive: false });
  assert.deepEqual(frames.map(({ image }) => image), ["P-00001.dark.tif", "P-00001.tif", "P-00002.tif"]);
  assert.deepEqual(strays, []);
});

Deno.test("pewatch simulate --json reports each frame and the sum", async () => {
  using folder = new TempFolder();
  const options = "-n 1 --rate 0 --size 32 --type uint16 --raw --json".split(" ");
  const { out } = await expectHere(["simulate", folder.path, ...options], { code: 0 });
  const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ kind, type }) => [kind, type]), [["raw", "uint16"], ["processed", "uint16"], [
    undefined,
    undefined,
  ]]);
  assert.deepEqual([lines[2].processed, lines[2].raw, lines[2].bytes], [1, 1, 4096]);
  assert.ok(Deno.statSync(lines[1].imagePath).isFile && Deno.statSync(lines[1].sidecarPath).isFile);
});

Deno.test("pewatch simulate ends with 2 for wrong usage, 1 where it cannot write, 0 for --help", async () => {
  using folder = new TempFolder();
  const usage = { code: 2, err: /^pewatch simulate: .+\nSee pewatch simulate --help\n$/s };
  await expectHere(["simulate"], usage);
  for (const args of [["--rate", "-1"], ["--size", "8"], ["--type", "float64"], ["--no-such-option"]]) {
    await expectHere(["simulate", folder.path, ...args], usage);
  }
  const file = folder.join("file");
  Deno.writeTextFileSync(file, "");
  await expectHere(["simulate", file, "--count", "1", "--size", "32"], { code: 1, err: /^pewatch simulate: / });
  await expectHere(["simulate", "--help"], { code: 0, out: /--subfolder/ });
});

Deno.test({
  name: "pewatch simulate ends between frames at Ctrl-C: every frame whole, nothing else left, exit code 0",
  // Deno.kill ends a process of Windows at once.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using folder = new TempFolder();
    const child = cliCommand(["simulate", folder.path, "--rate", "0", "--size", "256", "--json"]).spawn();
    let out = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (out === "") child.kill("SIGINT");
      out += text;
    }
    assert.equal((await child.status).code, 0);
    await child.stderr.cancel();
    const sum = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    const { frames, strays } = groupFrames(namesIn(folder.path), { caseInsensitive: false });
    assert.ok(frames.length > 0);
    assert.equal(frames.length, sum.processed);
    assert.equal(namesIn(folder.path).length, 2 * frames.length);
    assert.deepEqual(strays, []);
    for (const { image } of frames) {
      const bytes = Deno.readFileSync(folder.join(image));
      assert.notEqual(new DataView(bytes.buffer).getUint32(4, true), 0, image);
    }
  },
});
