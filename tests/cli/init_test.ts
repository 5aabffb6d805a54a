/** `pewatch init`: the documented file, and the first implementation's settings in it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadSettings, parseSettings } from "../../src/config/load.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { TempFolder } from "../temp_folder.ts";
import { expectHere, runHere } from "./run_cli.ts";

const INI = String.raw`[Configuration]
maxproc = 7
output_dir = 2026/run 1
output_root = \\server\share\data
proc_dir = R:\proc
raw_dir = R:\raw
temp_dir = R:\temp
colour = blue
`.replaceAll("\n", "\r\n");

Deno.test("init writes a configuration that says what the defaults are", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  const { code, out } = await runHere(["init"], { cwd: folder });
  assert.equal(code, 0);
  assert.ok(out.includes(join(folder, "pewatch.toml")));
  const { settings, file } = loadSettings({ cwd: folder });
  assert.equal(file, join(folder, "pewatch.toml"));
  const defaults = defaultSettings(join(folder, "pewatch-data"));
  const { token } = settings.http;
  assert.deepEqual(settings, { ...defaults, http: { ...defaults.http, token } });
});

Deno.test("init makes another token each time, long enough that nobody guesses it", async () => {
  using temporary = new TempFolder();
  const tokens = new Set<string>();
  for (const name of ["a", "b"]) {
    assert.equal((await runHere(["init", name], { cwd: temporary.path })).code, 0);
    tokens.add(loadSettings({ cwd: temporary.join(name) }).settings.http.token);
  }
  assert.equal(tokens.size, 2);
  for (const token of tokens) assert.ok(token.length >= 32, token);
});

Deno.test("init makes the folder that it is given", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  assert.equal((await runHere(["init", join("a", "b")], { cwd: folder })).code, 0);
  assert.match(await Deno.readTextFile(join(folder, "a", "b", "pewatch.toml")), /^\[daemon\]$/m);
});

Deno.test("init never writes over a file, unless it is asked to", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  const file = join(folder, "pewatch.toml");
  await Deno.writeTextFile(file, "# mine");
  await expectHere(["init", folder], { code: 1, err: /already exists; use --force to overwrite it/ });
  assert.equal(await Deno.readTextFile(file), "# mine");
  assert.equal((await runHere(["init", folder, "--force"])).code, 0);
  assert.match(await Deno.readTextFile(file), /^\[daemon\]$/m);
});

Deno.test("init --from takes over the first implementation's settings, paths of Windows as they are", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  await Deno.writeTextFile(join(folder, "config.ini"), INI);
  const { code, out } = await runHere(["init", "--from", "config.ini"], { cwd: folder });
  assert.equal(code, 0);
  const text = await Deno.readTextFile(join(folder, "pewatch.toml"));
  assert.match(text, /^raw = 'R:\\raw'$/m);
  const windows = { cwd: "C:\\pewatch", executableFolder: null, windows: true };
  const settings = parseSettings(text, "C:\\pewatch\\pewatch.toml", windows);
  assert.equal(settings.daemon.max_proc, 7);
  assert.deepEqual(settings.folders, {
    allowed: [],
    raw: "R:\\raw",
    temp: "R:\\temp",
    proc: "R:\\proc",
    output_root: "\\\\server\\share\\data",
    output_dir: "2026\\run 1",
  });
  assert.match(out, /folders\.raw = 'R:\\raw' {2}\(raw_dir\)/);
  assert.match(out, /daemon\.max_proc = 7 {2}\(maxproc\)/);
  assert.match(out, /Needs attention:\n {2}colour: pewatch has no such setting/);
});

Deno.test("init --from reports what pewatch would refuse, and writes the file all the same", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  await Deno.writeTextFile(join(folder, "config.ini"), INI.replace("R:\\temp", "r:\\RAW"));
  await expectHere(["init", "--from", "config.ini"], {
    code: 0,
    out: /line \d+: folders\.temp: it is the folder that folders\.raw names too/,
  }, { cwd: folder });
});

Deno.test("init --from a file that is missing, or that is something else, fails and writes nothing", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  await expectHere(["init", "--from", "none.ini"], { code: 1, err: /Cannot read none\.ini: the file does not exist/ }, {
    cwd: folder,
  });
  await Deno.writeTextFile(join(folder, "other.ini"), "[Other]\na = 1\n");
  await expectHere(["init", "--from", "other.ini"], { code: 1, err: /there is no section \[Configuration\]/ }, {
    cwd: folder,
  });
  await assert.rejects(Deno.readTextFile(join(folder, "pewatch.toml")));
});

Deno.test("init --output makes an output root with the file that pewatch knows it by, and no configuration", async () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  for (let time = 0; time < 2; time++) {
    const { code, out } = await runHere(["init", "--output", "share/data"], { cwd: folder });
    assert.deepEqual([code, out.includes(".pewatch-output.json")], [0, true]);
  }
  assert.deepEqual(Array.from(Deno.readDirSync(join(folder, "share", "data")), ({ name }) => name), [
    ".pewatch-output.json",
  ]);
  assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["share"]);
});
