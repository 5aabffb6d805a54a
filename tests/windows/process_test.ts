/** Frames of the Linux simulator, processed by the Windows executable: read back on Linux, equal to the Linux program's. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { askAll, assertValid, type Readings } from "../e2e/readers.ts";
import { readLayoutOfFile } from "../../src/tiff/layout.ts";
import { TempFolder } from "../temp_folder.ts";
import { outputOn, type System } from "./programs.ts";
import { filesBelow } from "../folders.ts";

/** What differs between two runs: when it was, and by which HDF5. */
const OF_THE_RUN = ["/@file_time", "/@HDF5_Version", "/entry/process/date"];
const SYSTEMS: readonly System[] = ["linux", "windows"];

interface Delivered {
  readonly folder: string;
  readonly names: readonly string[];
}

/** The same frames by each program. @param simulated arguments of several runs of the simulator */
async function processOnBoth(
  folder: TempFolder,
  simulated: readonly (readonly string[])[],
): Promise<Record<System, Delivered>> {
  for (const args of simulated) {
    await outputOn("linux", ["simulate", "in-linux", "--rate", "0", ...args], { cwd: folder.path });
  }
  const copied = await new Deno.Command("cp", {
    args: ["-Rp", folder.join("in-linux"), folder.join("in-windows")],
  }).output();
  assert.ok(copied.success);
  const delivered: Partial<Record<System, Delivered>> = {};
  for (const system of SYSTEMS) {
    const output = `out-${system}`;
    await outputOn(system, ["process", `in-${system}`, "--output", output, "--move"], { cwd: folder.path });
    assert.deepEqual(filesBelow(folder.join(`in-${system}`)), []);
    delivered[system] = { folder: folder.join(output), names: filesBelow(folder.join(output)) };
  }
  return delivered as Record<System, Delivered>;
}

/** What all readers make of both programs' files, in the order of their names: Linux first. */
async function readBoth(both: Record<System, Delivered>) {
  const of = (end: string) =>
    SYSTEMS.flatMap((system) =>
      both[system].names.filter((name) => name.endsWith(end)).map((name) => ({ path: join(both[system].folder, name) }))
    );
  return await askAll(of(".tif"), of(".nxs"));
}

function halves<T>(readings: readonly T[]): [linux: T[], windows: T[]] {
  return [readings.slice(0, readings.length / 2), readings.slice(readings.length / 2)];
}

/** All scalars and attributes by their paths; of what is of the run only that it is there. */
function comparable(readings: Readings): unknown {
  return Object.fromEntries(
    Object.entries(readings).map(([reader, reading]) => {
      const values = (reading.values ?? {}) as Record<string, unknown>;
      const kept = Object.entries(values).map((
        [path, value],
      ) => [path, OF_THE_RUN.includes(path) ? typeof value : value]);
      return [reader, { ...reading, values: Object.fromEntries(kept) }];
    }),
  );
}

Deno.test("frames with darks, in a folder, under names of any letters, of 16 bits and two phases: every reader finds in both programs' files the same", async () => {
  using folder = new TempFolder();
  const both = await processOnBoth(folder, [
    [
      ...["--count", "3", "--size", "256", "--darks", "1"],
      ...["--base", "Größe 样品", "--subfolder", "Prüfung"],
    ],
    ["--count", "4", "--size", "128", "--type", "uint16", "--phases", "2"],
  ]);
  const { linux, windows } = both;
  assert.ok(windows.names.filter((name) => name.startsWith("Prüfung/")).length >= 9);
  assert.ok(windows.names.filter((name) => !name.startsWith("Prüfung/")).length >= 9);
  assert.deepEqual(windows.names, linux.names);

  const { tiffs, opened, valid } = await readBoth(both);
  const [tiffsOfLinux, tiffsOfWindows] = halves(tiffs);
  assert.deepEqual(tiffsOfWindows, tiffsOfLinux);
  const [nexusOfLinux, nexusOfWindows] = halves(opened);
  assert.deepEqual(nexusOfWindows.map(comparable), nexusOfLinux.map(comparable));
  for (const { error, warnings } of [...tiffs, ...opened].flatMap((readings) => Object.values(readings))) {
    assert.deepEqual({ error, warnings }, { error: null, warnings: [] });
  }
  for (const readings of valid) assertValid("a file of either program", readings);
  for (const name of windows.names.filter((name) => name.endsWith(".tif.metadata"))) {
    assert.deepEqual(Deno.readFileSync(join(windows.folder, name)), Deno.readFileSync(join(linux.folder, name)));
  }
});

// Fails where a compiled program lacks what compresses, or compresses otherwise than from source.
Deno.test("compressed images of both programs are read, and are the pixels of their TIFFs", async () => {
  using folder = new TempFolder();
  await outputOn("linux", ["simulate", "in", "--rate", "0", "--count", "2", "--size", "512"], { cwd: folder.path });
  const outputs: { output: string; paths: string[] }[] = [];
  for (const compression of ["gzip", "bitshuffle-lz4"]) {
    Deno.writeTextFileSync(folder.join(`${compression}.toml`), `[nexus]\ncompression = "${compression}"\n`);
    for (const system of SYSTEMS) {
      const output = `${compression}-${system}`;
      const args = ["process", "in", "--output", output, "--config", `${compression}.toml`];
      await outputOn(system, args, { cwd: folder.path });
      const names = filesBelow(folder.join(output)).filter((name) => name.endsWith(".nxs"));
      outputs.push({ output, paths: names.map((name) => folder.join(output, name)) });
    }
  }
  const script = fileURLToPath(new URL("../nexus/chunks.py", import.meta.url));
  const { stdout } = new Deno.Command(Deno.env.get("PEWATCH_PYTHON")!, {
    args: [script, "--pixels", ...outputs.flatMap(({ paths }) => paths)],
  }).outputSync();
  const read = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, unknown>;
  const images = outputs.map(({ paths }) => paths.map((path) => read[path]));
  for (const [index, { output, paths }] of outputs.entries()) {
    // The simulator's noise is in most bits.
    for (const path of paths) assert.ok(Deno.statSync(path).size < 0.97 * 512 * 512 * 4, `${path} is compressed`);
    const tiffs = paths.map((path) => ["<f4", pixelsOf(path.replace(/nxs$/, "tif"))]);
    assert.deepEqual(images[index], tiffs, output);
    assert.deepEqual(images[index], images[0], output);
  }
  assert.equal(images[0]!.length, 2);
});

/** Their SHA-256. */
function pixelsOf(tiff: string): string {
  const { offset, byteCount } = readLayoutOfFile(tiff).pixels!;
  return createHash("sha256").update(Deno.readFileSync(tiff).subarray(offset, offset + byteCount)).digest("hex");
}
