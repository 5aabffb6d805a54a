import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderLock } from "../../src/daemon/settings/folder_lock.ts";
import { tempFolder } from "../daemon/helpers.ts";
import { expectHere, runHere } from "./run_cli.ts";
import { contentsBelow, writeFrames } from "./work_helpers.ts";

Deno.test("process --move delivers the frames of a folder and leaves nothing behind in it", async () => {
  using folder = tempFolder();
  await writeFrames(join(folder.path, "in", "sub"), { count: 3, darks: 1 });
  const ran = await runHere(["process", "in", "--output", "out", "--move", "--json"], { cwd: folder.path });
  assert.equal(ran.code, 0, ran.err);
  assert.equal(JSON.parse(ran.out).moved, true);
  const { delivered, darksRemoved, left } = JSON.parse(ran.out);
  assert.deepEqual([delivered, darksRemoved, left], [4, 0, 0]);
  const names = [...(contentsBelow(join(folder.path, "out"))).keys()].toSorted();
  const sets = ["dark/sub/S-00001.dark", "sub/S-00001", "sub/S-00002", "sub/S-00003"];
  assert.deepEqual(names, sets.flatMap((stem) => [`${stem}.nxs`, `${stem}.tif`, `${stem}.tif.metadata`]));
  assert.equal((contentsBelow(join(folder.path, "in"))).size, 0);
});

for (const options of [[], ["--keep"]]) {
  Deno.test(`process ${options.join(" ") || "without options"} leaves the folder as it was, and nothing of its own in the output`, async () => {
    using folder = tempFolder();
    const input = join(folder.path, "in");
    await writeFrames(input, { count: 2, darks: 1 });
    const before = contentsBelow(input);
    const args = ["process", "in", "--output", "out", ...options];
    const ran = await expectHere(args, { code: 0 }, { cwd: folder.path });
    assert.match(ran.out, /^2 frames and 1 dark \(.*\) delivered to .*\n.*in is unchanged/);
    assert.deepEqual(contentsBelow(input), before);
    assert.equal(contentsBelow(join(folder.path, "out")).size, 9);
  });
}

Deno.test("process removes darks only where the configuration says so itself", async () => {
  using folder = tempFolder();
  await writeFrames(join(folder.path, "in"), { count: 2, darks: 1 });
  for (const [text, counts] of [["reference = true", [3, 0]], ["policy = 'delete'", [2, 1]]] as const) {
    Deno.writeTextFileSync(join(folder.path, "p.toml"), `[dark]\n${text}\n`);
    const ran = await runHere(["process", "in", "--output", "out", "--config", "p.toml", "--json"], {
      cwd: folder.path,
    });
    const { delivered, darksRemoved } = JSON.parse(ran.out);
    assert.deepEqual([delivered, darksRemoved], counts, text);
  }
});

for (
  const [what, args, err] of [
    [
      "to archive darks into the folder that they come from",
      ["out/dark", "--output", "out"],
      /set \[dark\] archive_dir to another folder/,
    ],
    ["--move with --keep", [".", "--output", "out", "--move", "--keep"], /use either --move or --keep/],
    [
      "an output inside of its folder",
      ["out", "--output", join("out", "in")],
      /Cannot deliver to .*in: the output must lie outside /,
    ],
    ["a folder that is not there", ["no", "--output", "out"], /Cannot read .*no: /],
  ] as const
) {
  Deno.test(`process refuses ${what}`, async () => {
    using folder = tempFolder();
    await writeFrames(join(folder.path, "out", "dark"), { count: 1, darks: 1 });
    await expectHere(["process", ...args], { code: 2, err }, { cwd: folder.path });
  });
}

Deno.test("process a second time reports the frames that were already there", async () => {
  using folder = tempFolder();
  await writeFrames(join(folder.path, "in"), { count: 1 });
  await runHere(["process", "in", "--output", "out"], { cwd: folder.path });
  await writeFrames(join(folder.path, "in"), { count: 2 });
  const again = await runHere(["process", "in", "--output", "out"], { cwd: folder.path });
  assert.match(again.out, /^3 frames found in .*, 1 of them already in .*\n2 frames \(/);
  const before = contentsBelow(join(folder.path, "out"));
  const moved = await runHere(["process", "in", "--output", "out", "--move", "--json"], { cwd: folder.path });
  assert.deepEqual([JSON.parse(moved.out).delivered, JSON.parse(moved.out).alreadyThere], [3, 3]);
  assert.deepEqual(contentsBelow(join(folder.path, "out")), before);
  assert.equal((contentsBelow(join(folder.path, "in"))).size, 0);
});

Deno.test("process refuses the raw folder of a running daemon", async () => {
  using folder = tempFolder();
  const input = join(folder.path, "in");
  await writeFrames(input, { count: 1 });
  const before = contentsBelow(input);
  using _lock = FolderLock.take([input]);
  for (const options of [[], ["--move"]]) {
    const ran = await runHere(["process", "in", "--output", "out", ...options], { cwd: folder.path });
    assert.equal(ran.code, 1, ran.out);
    assert.match(ran.err, new RegExp(`Cannot work on .*in: process ${Deno.pid} `));
  }
  const now = contentsBelow(input);
  assert.equal(now.get("S-00001.tif"), before.get("S-00001.tif"));
});

Deno.test("process without --move names the frames of an interrupted --move", async () => {
  using folder = tempFolder();
  Deno.mkdirSync(join(folder.path, "in", ".pewatch-work", "temp", "claim"), { recursive: true });
  await expectHere(["process", "in", "--output", "out"], {
    code: 1,
    err: /1 frame of an interrupted --move in .*\.pewatch-work; --move continues/,
  }, { cwd: folder.path });
});

Deno.test("process --dry-run reports what would be done and does nothing", async () => {
  using folder = tempFolder();
  const input = join(folder.path, "in");
  await writeFrames(input, { count: 1, darks: 1 });
  Deno.writeTextFileSync(join(input, "text.tif"), "no image");
  const before = contentsBelow(input);
  const ran = await runHere(["process", "in", "--output", "out", "--dry-run", "--json"], { cwd: folder.path });
  assert.equal(ran.code, 0, ran.err);
  const plan: { frame: string; what: string }[] = JSON.parse(ran.out).frames;
  assert.deepEqual(Object.fromEntries(plan.map(({ frame, what }) => [frame, what])), {
    "S-00001.dark.tif": "archive dark",
    "S-00001.tif": "deliver",
    "text.tif": "quarantine",
  });
  assert.deepEqual(contentsBelow(input), before);
  assert.throws(() => Deno.statSync(join(folder.path, "out")), Deno.errors.NotFound);
});

Deno.test("process ends with 1 where a frame goes to quarantine", async () => {
  using folder = tempFolder();
  await writeFrames(join(folder.path, "in"), { count: 1 });
  Deno.writeTextFileSync(join(folder.path, "in", "text.tif"), "no image");
  await expectHere(["process", "in", "--output", "out"], {
    code: 1,
    out: /1 frame in quarantine: .*out.pewatch-quarantine/,
    err: /text\.tif: is not a readable TIFF \(file starts with neither II nor MM\); moved to .*pewatch-quarantine/,
  }, { cwd: folder.path });
});

Deno.test("process names what it left, and why", async () => {
  using folder = tempFolder();
  const input = join(folder.path, "in");
  await writeFrames(input, { count: 1 });
  for (const name of ["CeO2 manual", "gone.tif.metadata", ".hidden.tif"]) {
    Deno.writeTextFileSync(join(input, name), "x");
  }
  if (Deno.build.os !== "windows") Deno.symlinkSync(folder.path, join(input, "today"));
  for (const options of [["--dry-run"], [], ["--move"]]) {
    const ran = await runHere(["process", "in", "--output", "out", ...options], { cwd: folder.path });
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /Not taken: 1 file is not a frame and stays: CeO2 manual; only names that end with \.tif/);
    assert.match(ran.out, /Not taken: 1 file belongs to no frame and stays: gone\.tif\.metadata; /);
    assert.match(ran.out, /Not taken: 1 name with a leading dot stays: \.hidden\.tif; /);
    if (Deno.build.os !== "windows") assert.match(ran.out, /Not taken: 1 link is not followed and stays: today; /);
  }
  const ran = await runHere(["process", "in", "--output", "out", "--json"], { cwd: folder.path });
  assert.deepEqual(JSON.parse(ran.out).notTaken.companion, ["gone.tif.metadata"]);
});
