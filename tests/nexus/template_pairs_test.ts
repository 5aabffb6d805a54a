/** Files from templates beside what HDF5 writes for the same frames, each version of HDF5 that the machine has. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../temp_folder.ts";
import { SAMPLES } from "../qxrd/samples.ts";

const PYTHON = Deno.env.get("PEWATCH_PYTHON");
const H5DUMP = Deno.env.get("PEWATCH_H5DUMP");
const PAIRS = fileURLToPath(new URL("./template_pairs.ts", import.meta.url));
const COMPARE = fileURLToPath(new URL("./template_pairs.py", import.meta.url));

function run(command: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args: [...args], env }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Found, not imported, which takes half a second. */
const WHERE = "from importlib.util import find_spec; print(find_spec('h5py').origin)";

/** The one that h5py brings along, a version apart from the system's; null where it has it from elsewhere. */
function libraryOfH5py(): string | null {
  if (PYTHON === undefined) return null;
  const folder = join(dirname(dirname(run(PYTHON, ["-c", WHERE]).trim())), "h5py.libs");
  try {
    const name = [...Deno.readDirSync(folder)].find((entry) => /^libhdf5-[0-9a-f]+\.so/.test(entry.name))?.name;
    return name === undefined ? null : join(folder, name);
  } catch {
    return null;
  }
}

/** What h5dump prints of all but the file's name. */
function dumpOf(path: string): string {
  return run(H5DUMP!, [path]).replace(/^HDF5 ".*"/, "");
}

function assertAlike(library: string | null): void {
  using folder = new TempFolder();
  const env: Record<string, string> = library === null ? {} : { PEWATCH_LIBHDF5: library };
  const made = JSON.parse(run(Deno.execPath(), ["run", "-A", "--no-check", PAIRS, folder.path], env));
  assert.deepEqual(made.warnings, []);
  assert.equal(made.openObjects, 0);
  const { "with a reference dark": withReference, ...rest } = made.filled as Record<string, number>;
  assert.equal(withReference, 0, "HDF5 writes frames with a reference dark");
  const { "many readings": many, "long exposures": long, ...filled } = rest;
  assert.deepEqual([many, long], [2, 2], "all but the first of each");
  assert.equal(Object.keys(filled).length, SAMPLES.length);
  // The first frame of a kind is HDF5's; some change their kind.
  for (const [name, count] of Object.entries(filled)) assert.ok(count > 0, `${made.version}: ${count} of ${name}`);
  if (PYTHON !== undefined) {
    const { files, values, differences } = JSON.parse(run(PYTHON, [COMPARE, folder.path]));
    assert.deepEqual(differences, [], made.version);
    assert.equal(files, made.count);
    assert.ok(values > 10_000, `${values} values were compared`);
  }
  if (H5DUMP === undefined) return;
  const some = SAMPLES.map((_, index) => 1 + index * Math.floor((made.count - 1) / SAMPLES.length));
  for (const pair of [...some, made.count - 7, made.count - 4]) {
    const [template, hdf5] = ["template", "hdf5"].map((by) => dumpOf(folder.join(`${pair}.${by}.nxs`)));
    assert.equal(template, hdf5, `pair ${pair} of ${made.version}`);
  }
}

Deno.test("files from templates are what HDF5 writes, by h5py and h5dump", () => assertAlike(null));

const other = libraryOfH5py();
Deno.test({
  name: "files from templates are what the newer HDF5 of h5py writes too",
  ignore: other === null,
  fn: () => assertAlike(other),
});
