/** `pewatch doctor`: what it finds in folders, libraries and configurations, and what it says to do. */
import assert from "node:assert/strict";
import type { Check } from "../../src/cli/doctor/check.ts";
import { checkCompression, checkValues } from "../../src/cli/doctor/values.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { FolderLock } from "../../src/daemon/settings/folder_lock.ts";
import { filesBelow } from "../folders.ts";
import { TempFolder } from "../temp_folder.ts";
import { CliPlace } from "./place.ts";
import { expectHere } from "./run_cli.ts";

const FOLDERS = ["raw", "temp", "proc", "output", "state", "logs"];

/** A folder with a configuration and, unless options say otherwise, all that it names. */
class Place extends CliPlace {
  constructor(options: { without?: string; text?: string } = {}) {
    const everything = [
      "[folders]",
      "raw = 'raw'",
      "temp = 'temp'",
      "proc = 'proc'",
      "output_root = 'output'",
      "[daemon]",
      "state_dir = 'state'",
      "[log]",
      "file = 'logs/pewatch.log'",
    ].join("\n");
    super(options.text ?? everything);
    for (const name of FOLDERS) if (name !== options.without) Deno.mkdirSync(this.join(name));
  }

  /** Its checks; healthy is what ends with 0. */
  async doctor(code: 0 | 1, env: Readonly<Record<string, string>> = {}): Promise<Check[]> {
    const { out } = await expectHere(["doctor", "--json"], { code }, { cwd: this.path, env });
    const { checks, healthy } = JSON.parse(out);
    assert.equal(healthy, code === 0);
    return checks;
  }

  /** What clients have set, and the output roots that have got a marker. */
  keep(settings: Readonly<Record<string, unknown>>, marked: readonly string[] = []): void {
    const work = { temp: this.join("temp"), proc: this.join("proc") };
    const roots = { raw: [], output: [], marked };
    this.write("state/settings.json", JSON.stringify({ version: 1, settings, work, left: [], roots }));
  }
}

function check(checks: readonly Check[], name: string): Check {
  const found = checks.find((one) => one.name === name);
  assert.ok(found, `no check of ${name}`);
  return found;
}

Deno.test("folders that can be used are healthy, and nothing is left in them", async () => {
  using place = new Place();
  const checks = await place.doctor(0);
  assert.deepEqual(checks.filter(({ status }) => status === "problem"), []);
  for (const key of ["raw", "temp", "proc", "output_root"]) {
    assert.equal(check(checks, `folders.${key}`).status, "ok");
  }
  assert.equal(check(checks, "folders.raw to folders.temp").status, "ok");
  assert.equal(check(checks, "folders.temp to folders.proc").status, "ok");
  assert.match(check(checks, "lock").finding, /no other process/);
  assert.match(check(checks, "libtiff").finding, /^\d+\.\d+/);
  assert.match(check(checks, "HDF5").finding, /^\d+\.\d+/);
  // A doctor leaves nothing behind.
  assert.deepEqual(FOLDERS.flatMap((name) => filesBelow(place.join(name))), []);
});

Deno.test("a person reads the same as lines, with what to do", async () => {
  using place = new Place({ without: "raw" });
  const { out } = await place.expect(["doctor"], { code: 0 });
  assert.match(out, /^folders\n {2}ok {6}folders\.raw: .*does not exist yet; pewatch run makes it$/m);
  assert.match(out, /^Healthy$/m);
});

Deno.test("a folder that is missing and cannot be made is a problem", async () => {
  using place = new Place({ text: "[folders]\nraw = 'file/raw'\n" });
  Deno.writeTextFileSync(place.join("file"), "");
  const checks = await place.doctor(1);
  const raw = check(checks, "folders.raw");
  assert.equal(raw.status, "problem");
  assert.match(raw.finding, /file is in its way$/);
  assert.match(raw.remedy ?? "", /correct folders\.raw/);
});

Deno.test({
  name: "a folder without permission is a problem",
  // In /proc even root may make no file.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using place = new Place({ text: "[folders]\noutput_root = '/proc/self'\n" });
    const checks = await place.doctor(1);
    assert.equal(check(checks, "folders.output_root").status, "problem");
  },
});

Deno.test("folders on two volumes are a warning that says which to move", {
  ignore: !onOtherVolume(),
}, async () => {
  using other = new TempFolder({ on: "/dev/shm" });
  using place = new Place({ text: `[folders]\nraw = 'raw'\ntemp = '${other.path}'\nproc = 'proc'\n` });
  const checks = await place.doctor(0);
  const step = check(checks, "folders.raw to folders.temp");
  assert.equal(step.status, "warning");
  assert.match(step.remedy ?? "", /Set folders\.temp to a folder on the volume of folders\.raw/);
  assert.deepEqual([...Deno.readDirSync(other.path)], []);
});

function onOtherVolume(): boolean {
  try {
    using here = new TempFolder();
    using there = new TempFolder({ on: "/dev/shm" });
    return Deno.statSync(here.path).dev !== Deno.statSync(there.path).dev;
  } catch {
    return false;
  }
}

Deno.test("a library that is absent is a problem that says where it was looked for and how to name one", async () => {
  using place = new Place();
  const checks = await place.doctor(1, { PEWATCH_LIBHDF5: "/nowhere" });
  const hdf5 = check(checks, "HDF5");
  assert.equal(hdf5.status, "problem");
  assert.match(hdf5.finding, /\/nowhere/);
  assert.match(hdf5.remedy ?? "", /PEWATCH_LIBHDF5/);
  assert.equal(check(checks, "libtiff").status, "ok");
});

Deno.test("each fault of a configuration is a problem with its line; the folders are not looked at", async () => {
  using place = new Place({ text: "[folders]\noutput_rot = 'x'\n[daemon]\nmax_proc = 0\n" });
  const checks = await place.doctor(1);
  assert.match(check(checks, "folders.output_rot").finding, /did you mean output_root\?/);
  assert.match(check(checks, "folders.output_rot").remedy ?? "", /pewatch\.toml, line 2$/);
  assert.match(check(checks, "daemon.max_proc").remedy ?? "", /line 4$/);
  assert.ok(!checks.some(({ area }) => area === "folders"));
});

Deno.test("who works on the folders is reported, and is no problem", async () => {
  using place = new Place();
  using _lock = FolderLock.take([place.join("raw"), place.join("temp"), place.join("proc")]);
  const checks = await place.doctor(0);
  assert.match(check(checks, "lock").finding, new RegExp(`process ${Deno.pid} on .* works on `));
});

Deno.test("a configuration that --config names and that is not there is a problem", async () => {
  using place = new Place();
  const out = /the file does not exist; pewatch init writes one/;
  await place.expect(["doctor", "--config", "none.toml"], { code: 1, out });
});

Deno.test("each plugin is checked: what would be loaded, what not, and tables for none", async () => {
  using place = new Place({
    text:
      "[plugins]\ndir = 'plugins'\n[plugins.good]\n[plugins.gold]\n[plugins.nothing_like_it]\n[plugins.csv]\ncolumns = 5\n" +
      "[plugins.integrate]\nmask = 'none.msk'\n",
  });
  place.write("plugins/good.ts", "export const TICKTACK = 2;\nexport function work() {}\n");
  place.write("plugins/bad.ts", "export function work( {\n");
  const checks = await place.doctor(1);
  assert.equal(check(checks, "good").status, "ok");
  assert.match(check(checks, "good").finding, /good\.ts, fires every 2 ticks$/);
  assert.equal(check(checks, "bad").status, "problem");
  assert.match(check(checks, "bad").finding, /it would not be loaded: .*bad\.ts:\d+:\d+/);
  assert.match(check(checks, "bad").remedy ?? "", /pewatch plugins check/);
  assert.match(check(checks, "csv").finding, /\[plugins\.csv\] .*columns/);
  assert.match(check(checks, "plugins.integrate").finding, /^mask: there is no file .*none\.msk/);
  assert.match(check(checks, "plugins.gold").remedy ?? "", /Did you mean \[plugins\.good\]\?/);
  assert.match(check(checks, "plugins.nothing_like_it").remedy ?? "", /remove the table/);
  assert.ok(!checks.some(({ name }) => name === "01_prepare_raw"));
});

Deno.test("what clients have set is reported with what it replaced, and its folders are the ones that are checked", async () => {
  using place = new Place();
  const temp = place.join("temp2");
  place.keep({ temp: { value: temp, instead_of: place.join("temp"), since: "2026-01-31T13:05:09.123+01:00" } });
  const checks = await place.doctor(0);
  const found = checks.filter(({ name }) => name === "folders.temp");
  assert.match(
    found[0]!.finding,
    /temp2", set by a client 2026-01-31.* before\); to forget it: pewatch settings forget temp/,
  );
  assert.match(found[1]!.finding, /temp2: does not exist; frames wait until it does/);
});

Deno.test("a newcomer's first look has no warning, with a configuration and without one", async () => {
  for (const text of ["", null]) {
    using place = new CliPlace(text);
    const { checks } = JSON.parse((await place.cli("doctor", "--json")).out) as { checks: Check[] };
    // The machine's own: a full volume, and a daemon of another test at the default port.
    const isOfMachine = ({ area, finding }: Check) => area === "free space" || /another program listens/.test(finding);
    assert.deepEqual(checks.filter((check) => check.status !== "ok" && !isOfMachine(check)), []);
  }
});

Deno.test("values that are allowed and seldom meant are warnings, with what they lead to", async () => {
  const text = "[frames]\nsettle_s = 0\nsidecar_wait_s = 0\n[nexus]\nprofile = 'nxmx'\n[beamline]\nenergy_kev = 42.7\n";
  using place = new Place({ text });
  const checks = await place.doctor(0);
  assert.match(check(checks, "frames.settle_s").finding, /^0: files are taken at the first look/);
  assert.match(check(checks, "frames.sidecar_wait_s").finding, /without tags/);
  assert.match(check(checks, "nexus.profile").finding, /"nxmx" needs \[detector\] distance_mm, .*beam_center_y_px;/);
  using slip = new Place({ text: "[beamline]\nenergy_kev = 42700\n" });
  const refused = check(await slip.doctor(1), "beamline.energy_kev");
  assert.deepEqual(refused.status, "problem");
  assert.match(refused.finding, /from 1 to 1000 is needed, in keV; it looks like eV/);
});

// Fails where a missing output root is taken for one that pewatch run makes.
Deno.test("a compression says what reads it, and an HDF5 that cannot store it is a problem", () => {
  const at = (compression: "none" | "gzip" | "bitshuffle-lz4") => {
    const settings = defaultSettings("/base");
    return { ...settings, nexus: { ...settings.nexus, compression } };
  };
  assert.deepEqual(checkValues(at("gzip")), []);
  const [finding] = checkValues(at("bitshuffle-lz4"));
  assert.equal(finding!.status, "ok");
  assert.match(finding!.finding, /needs the HDF5 filter plugin 32008, in Python "import hdf5plugin"/);
  const hdf5 = (version: string) => [{ name: "HDF5", version, path: "/lib/libhdf5.so", problem: null }] as const;
  assert.deepEqual(checkCompression(at("gzip"), hdf5("1.10.8")), []);
  assert.deepEqual(checkCompression(at("none"), hdf5("1.10.0")), []);
  assert.equal(checkCompression(at("gzip"), hdf5("1.10.2"))[0]!.status, "problem");
});

Deno.test("an output root that is not there is a problem that says how to mark it, and is not made", async () => {
  using place = new Place({ without: "output" });
  const checks = await place.doctor(1);
  const root = check(checks, "folders.output_root");
  assert.equal(root.status, "problem");
  assert.match(root.finding, /output: it does not exist$/);
  assert.match(root.remedy ?? "", /pewatch init --output ".*output"/);
  assert.throws(() => Deno.lstatSync(place.join("output")), Deno.errors.NotFound);
});

Deno.test("an output root that has lost its marker is a problem, one that never had it is none", async () => {
  using place = new Place();
  place.keep({});
  assert.equal(check(await place.doctor(0), "folders.output_root").status, "ok");
  place.keep({}, [place.join("output")]);
  const lost = check(await place.doctor(1), "folders.output_root");
  assert.equal(lost.status, "problem");
  assert.match(lost.finding, /is the share mounted\?.*pewatch init --output/);
  await place.expect(["init", "--output", place.join("output")], { code: 0 });
  assert.equal(check(await place.doctor(0), "folders.output_root").status, "ok");
});

Deno.test({
  name: "folders inside each other by a link are a problem that names both, and no probe is left in them",
  ignore: Deno.build.os === "windows", // links need a right there
  fn: async () => {
    using place = new Place({ without: "output" });
    Deno.mkdirSync(place.join("raw", "sub"));
    Deno.symlinkSync(place.join("raw", "sub"), place.join("output"));
    const checks = await place.doctor(1);
    const problems = checks.filter(({ status }) => status === "problem");
    const inside = problems.find(({ finding }) => finding.includes("inside folders.raw"));
    assert.ok(inside, JSON.stringify(problems));
    assert.equal(inside.name, "folders.output_root");
    assert.match(inside.finding, /output leads to .*sub, inside folders\.raw/);
    assert.deepEqual([...Deno.readDirSync(place.join("raw", "sub"))], []);
  },
});
