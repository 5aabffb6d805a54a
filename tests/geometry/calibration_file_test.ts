import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigurationError } from "../../src/config/error.ts";
import { loadSettings } from "../../src/config/load.ts";
import { CalibrationFile, checkCalibration, readCalibration } from "../../src/geometry/calibration_file.ts";
import { PoniFileError, poniText } from "../../src/geometry/poni_file.ts";
import { TempFolder } from "../temp_folder.ts";
import { UPRIGHT } from "./placements.ts";

const IMAGE = { width: 64, height: 48, wavelength_m: 2.9e-11 };

function poniIn(folder: TempFolder, text: string, name = "ceo2.poni"): string {
  const path = join(folder.path, name);
  Deno.writeTextFileSync(path, text);
  return path;
}

Deno.test("a file that cannot be read is refused by its path", () => {
  using folder = new TempFolder();
  const cases = [
    [join(folder.path, "none.poni"), /there is no such file/],
    [folder.path, /it is not a file/],
    [poniIn(folder, "Distance: 1\n", "half.poni"), /it has no/],
    [poniIn(folder, "x".repeat(2 ** 20 + 1), "large.poni"), /1048577 bytes/],
  ] as const;
  for (const [path, message] of cases) {
    assert.throws(
      () => readCalibration(path),
      (error) => error instanceof PoniFileError && error.message.includes(path) && message.test(error.message),
    );
  }
});

Deno.test("a configuration whose PONI file cannot be used is refused with file, line and key", () => {
  using folder = new TempFolder();
  const config = join(folder.path, "pewatch.toml");
  const load = (text: string) => {
    Deno.writeTextFileSync(config, text);
    return loadSettings({ config, checks: [checkCalibration] });
  };
  const problemOf = (text: string) => {
    try {
      load(text);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems[0]!;
      throw error;
    }
    throw new Error("it was not refused");
  };
  const missing = problemOf("[detector]\nponi = 'ceo2.poni'\n");
  assert.deepEqual([missing.line, missing.key], [2, "detector.poni"]);
  assert.match(missing.message, /ceo2\.poni: there is no such file/);
  const path = poniIn(folder, poniText(UPRIGHT, IMAGE));
  // Relative to the configuration's folder, as every path.
  assert.equal(load("[detector]\nponi = 'ceo2.poni'\n").settings.detector.poni, path);
  const other = problemOf("[beamline]\nenergy_kev = 60\n[detector]\nponi = 'ceo2.poni'\n");
  assert.match(other.message, /its wavelength is 0\.29 angstrom, but \[beamline\] says 0\.20664/);
  load("[beamline]\nwavelength_angstrom = 0.2901\n[detector]\nponi = 'ceo2.poni'\n");
});

Deno.test("a changed file is read again; one that is away or damaged keeps its last content, and a note says so", () => {
  using folder = new TempFolder();
  const path = poniIn(folder, poniText(UPRIGHT, IMAGE));
  const file = new CalibrationFile();
  const distance = () => {
    const current = file.current(path);
    return [current.calibration?.poni.dist, current.changed, current.note === null ? null : "noted"];
  };
  assert.deepEqual(distance(), [0.4, false, null]);
  assert.deepEqual(distance(), [0.4, false, null]);
  poniIn(folder, poniText({ ...UPRIGHT, distance_m: 0.4321 }, IMAGE));
  assert.deepEqual(distance(), [0.4321, true, null]);
  assert.deepEqual(distance(), [0.4321, false, null]);
  poniIn(folder, "half a fi");
  assert.deepEqual(distance(), [0.4321, false, "noted"]);
  Deno.removeSync(path);
  assert.deepEqual(distance(), [0.4321, false, "noted"]);
  assert.match(file.current(path).note!, /there is no such file; the last readable geometry is used/);
  assert.deepEqual(file.current(undefined), { calibration: null, note: null, changed: false });
  const never = new CalibrationFile().current(path);
  assert.equal(never.calibration, null);
  assert.match(never.note!, /frames have no geometry/);
});
