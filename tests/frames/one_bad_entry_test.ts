/** One entry that the system refuses to read, name or remove: the others beside it go on, and it is named. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { folderCalls } from "../../ffi/system/directory.ts";
import { Hdf5Error } from "../../ffi/hdf5/error.ts";
import type { Hdf5Library } from "../../ffi/hdf5/library.ts";
import { listFolder } from "../../src/files/listing.ts";
import { readMarks, writeMark } from "../../src/frames/claim/series_marks.ts";
import { scanRaw } from "../../src/frames/prepare/scan.ts";
import { keepReference, referenceFor } from "../../src/frames/reference_dark.ts";
import { collectFrames, type KnownFrames } from "../../src/frames/series/series_frames.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { firedWayOf, imageBytes, sidecarText } from "./way.ts";
import { filesBelow } from "../folders.ts";
import { onLinux } from "../on_linux.ts";

/** The system answers so for what has one of these names, in all calls that ask for or open a file. */
function refusing(isRefused: (name: string) => boolean): Disposable {
  const check = (path: string | URL) => {
    const text = String(path);
    // What openPlain() holds is opened by its descriptor.
    const real = text.startsWith("/proc/self/fd/") ? Deno.readLinkSync(text) : text;
    if (isRefused(basename(real))) throw new Error("Input/output error (os error 5)");
  };
  const calls = new DisposableStack();
  calls.use(replaced(Deno, "lstatSync", (lstatSync) => (path) => {
    check(path);
    return lstatSync(path);
  }));
  calls.use(replaced(Deno, "openSync", (openSync) => (path, options) => {
    check(path);
    return openSync(path, options);
  }));
  return calls;
}

// Fails where the listing of a folder ends with the first entry that does not say what it is.
Deno.test("an entry that cannot be asked what it is keeps no other from being listed", () => {
  using folder = new TempFolder();
  for (const name of ["A.tif", "B.tif"]) Deno.writeTextFileSync(folder.join(name), "x");
  // Some file systems do not say what an entry is.
  const names = ["A.tif", "B.tif", "gone.tif"];
  using _list = replaced(folderCalls, "read", () => () => ({
    bytes: new TextEncoder().encode(names.map((name) => `\x05${name}\0`).join("")),
    count: 3,
  }));
  using _refusing = refusing((name) => name === "A.tif");
  assert.deepEqual(listFolder(folder.path).files.toSorted(), ["A.tif", "B.tif"]);
});

onLinux("a name that is not UTF-8 and cannot be asked for holds up no frame beside it", () => {
  using folder = new TempFolder();
  for (const name of ["A\ufffd.tif", "B.tif"]) Deno.writeTextFileSync(folder.join(name), "x");
  using _refusing = refusing((name) => name.startsWith("A"));
  assert.ok(scanRaw(folder.path).candidates.some(({ image }) => image === "B.tif"));
});

// Fails where the firing ends with the first late file that cannot be asked for.
Deno.test("a late file that cannot be read stays and is counted, the others follow their frames", async () => {
  using way = await firedWayOf([{ name: "P.tif" }, { name: "Q.tif", seed: 2 }]);
  for (const name of ["P.tif.overflow", "Q.tif.overflow"]) Deno.writeTextFileSync(join(way.raw, name), "late");
  {
    using _refusing = refusing((name) => name === "P.tif.overflow");
    await way.fire(3);
  }
  assert.ok(way.delivered().includes("Q.tif.overflow"));
  assert.deepEqual(filesBelow(way.raw), ["P.tif.overflow"]);
});

// Fails where one mark that cannot be read hides all others of the folder.
Deno.test("a mark of a series that cannot be read hides no other, and is named", () => {
  using folder = new TempFolder();
  for (const id of ["a", "b", "c"]) {
    const mark = { id, root: folder.path, folder: folder.path, nexus: `${id}-00001.nxs`, series: id };
    writeMark(folder.path, mark, { fsync: false });
  }
  using _refusing = refusing((name) => name.includes("-b."));
  const { marks, damaged, unreadable } = readMarks(folder.path);
  assert.deepEqual([marks.map(({ id }) => id), damaged], [["a", "c"], []]);
  assert.match(unreadable.join(), /series-b.*os error 5/);
});

// Fails where a master waits for each file of its series to be readable.
Deno.test("a frame's file that cannot be read leaves the others in the master, and is retried", () => {
  using folder = new TempFolder();
  for (const name of ["P-00001.nxs", "P-00002.nxs"]) Deno.writeTextFileSync(folder.join(name), "x");
  const series = { folder: folder.path, name: "P" };
  const hdf5 = {
    openFile: () => {
      throw new Hdf5Error("cannot be opened");
    },
  } as unknown as Hdf5Library;
  const place = { series: "P", number: 1, phase: -1, collision: -1 };
  const image = { width: 1, height: 1, type: { kind: "float", bytes: 4 }, place } as unknown;
  const known: KnownFrames = new Map([["P-00001.nxs", image]]) as KnownFrames;
  using _refusing = refusing((name) => name === "P-00002.nxs");
  const found = collectFrames(hdf5, series, { known, hasTime: () => true });
  assert.deepEqual(found?.frames.map(({ file }) => file), ["P-00001.nxs"]);
  assert.match(found.skipped.join(), /P-00002\.nxs: skipped, it cannot be read: .*os error 5/);
  assert.match(found.unreadable?.message ?? "", /P-00002\.nxs/);
  assert.deepEqual([...known.keys()], ["P-00001.nxs"]);
  known.clear();
  using _all = refusing((name) => name.endsWith(".nxs"));
  assert.throws(
    () => collectFrames(hdf5, series, { known, hasTime: () => true }),
    /os error 5/,
    "a share that is away",
  );
});

/** A dark of so long an exposure becomes the reference. */
function keepDark(folder: TempFolder, exposure_s: string, seed: number): string | null {
  const image = `D-${exposure_s}.dark.tif`;
  const text = sidecarText({}).replace("exposureTime=1.5", `exposureTime=${exposure_s}`);
  Deno.writeFileSync(folder.join(image), imageBytes(seed));
  Deno.writeTextFileSync(folder.join(`${image}.metadata`), text);
  const dark = { folder: folder.path, image, sidecar: `${image}.metadata`, frame: image, written_ms: 1e12 };
  return keepReference(folder.join("state"), dark, { fsync: false });
}

// Fails where all references are lost with one whose index cannot be read.
Deno.test("a reference that cannot be read costs only frames of its kind their dark", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join("state"));
  assert.equal(keepDark(folder, "1.5", 1), null);
  assert.equal(keepDark(folder, "2.5", 2), null);
  const view = viewSidecar(parseSidecar(new TextEncoder().encode(sidecarText({}))));
  using _refusing = refusing((name) => name.includes("_2.5_") && name.endsWith(".json"));
  assert.equal(referenceFor(folder.join("state"), view)?.imageName, "D-1.5.dark.tif");
  assert.equal(referenceFor(folder.join("state"), { ...view, exposureTime_s: 2.5 }), null);
});
