/** `pewatch init`: the documented file, and the first implementation's settings in it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadSettings, parseSettings } from "../../src/config/load.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { namesIn } from "../folders.ts";
import { CliPlace } from "./place.ts";

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
  using place = new CliPlace(null);
  const { out } = await place.expect(["init"], { code: 0 });
  assert.ok(out.includes(place.join("pewatch.toml")));
  const { settings, file } = loadSettings({ cwd: place.path });
  assert.equal(file, place.join("pewatch.toml"));
  const defaults = defaultSettings(place.join("pewatch-data"));
  const { token } = settings.http;
  assert.deepEqual(settings, { ...defaults, http: { ...defaults.http, token } });
});

Deno.test("init makes another token each time, long enough that nobody guesses it", async () => {
  using place = new CliPlace(null);
  const tokens = new Set<string>();
  for (const name of ["a", "b"]) {
    await place.expect(["init", name], { code: 0 });
    tokens.add(loadSettings({ cwd: place.join(name) }).settings.http.token);
  }
  assert.equal(tokens.size, 2);
  for (const token of tokens) assert.ok(token.length >= 32, token);
});

Deno.test("init makes the folder that it is given", async () => {
  using place = new CliPlace(null);
  await place.expect(["init", join("a", "b")], { code: 0 });
  assert.match(await Deno.readTextFile(place.join("a", "b", "pewatch.toml")), /^\[daemon\]$/m);
});

Deno.test("init never writes over a file, unless it is asked to", async () => {
  using place = new CliPlace(null);
  const file = place.join("pewatch.toml");
  await Deno.writeTextFile(file, "# mine");
  await place.expect(["init", place.path], { code: 1, err: /already exists; use --force to overwrite it/ });
  assert.equal(await Deno.readTextFile(file), "# mine");
  await place.expect(["init", place.path, "--force"], { code: 0 });
  assert.match(await Deno.readTextFile(file), /^\[daemon\]$/m);
});

Deno.test("init --from takes over the first implementation's settings, paths of Windows as they are", async () => {
  using place = new CliPlace(null);
  await Deno.writeTextFile(place.join("config.ini"), INI);
  const { out } = await place.expect(["init", "--from", "config.ini"], { code: 0 });
  const text = await Deno.readTextFile(place.join("pewatch.toml"));
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
  using place = new CliPlace(null);
  await Deno.writeTextFile(place.join("config.ini"), INI.replace("R:\\temp", "r:\\RAW"));
  const out = /line \d+: folders\.temp: it is the folder that folders\.raw names too/;
  await place.expect(["init", "--from", "config.ini"], { code: 0, out });
});

Deno.test("init --from a file that is missing, or that is something else, fails and writes nothing", async () => {
  using place = new CliPlace(null);
  const none = /Cannot read none\.ini: the file does not exist/;
  await place.expect(["init", "--from", "none.ini"], { code: 1, err: none });
  await Deno.writeTextFile(place.join("other.ini"), "[Other]\na = 1\n");
  const other = /there is no section \[Configuration\]/;
  await place.expect(["init", "--from", "other.ini"], { code: 1, err: other });
  await assert.rejects(Deno.readTextFile(place.join("pewatch.toml")));
});

Deno.test("init --output makes an output root with the file that pewatch knows it by, and no configuration", async () => {
  using place = new CliPlace(null);
  for (let time = 0; time < 2; time++) {
    await place.expect(["init", "--output", "share/data"], { code: 0, out: /\.pewatch-output\.json/ });
  }
  assert.deepEqual(namesIn(place.join("share", "data")), [".pewatch-output.json"]);
  assert.deepEqual(namesIn(place.path), ["share"]);
});
