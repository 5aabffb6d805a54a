import assert from "node:assert/strict";
import { Hdf5Error, type Hdf5File, type Hdf5Library } from "../../../ffi/hdf5/mod.ts";
import type { TempFolder } from "../../temp_folder.ts";
import { hdf5Test, volumeTest } from "./hdf5_test_case.ts";
import { canMount, SmallVolume } from "./small_volume.ts";

const FLOAT32 = { class: "float", size: 4, order: "little" } as const;
const CONTIGUOUS = { kind: "contiguous", early: false } as const;

hdf5Test("an error says what was attempted, and top and bottom of HDF5's error stack", (hdf5, folder) => {
  const path = folder.join("missing", "a.h5");
  // Top: what H5Fcreate could not do. Bottom: what the system said.
  const message = /^Cannot make .*a\.h5: unable to (synchronously )?create file \(.*No such file/s;
  assert.throws(() => hdf5.createFile(path), { name: "Hdf5Error", message });
  Deno.writeTextFileSync(folder.join("text.h5"), "no HDF5 at all");
  assert.throws(() => hdf5.openFile(folder.join("text.h5")), /unable to .*open file \(.*signature/);
});

hdf5Test("the error stack of one failure does not show in the next", (hdf5, folder) => {
  assert.throws(() => hdf5.openFile(folder.join("first.h5")), /first\.h5/);
  assert.throws(() => hdf5.openFile(folder.join("second.h5")), (error) => !String(error).includes("first.h5"));
});

/** Each goes wrong in its own way; the file that it is given is closed by the test. */
const FAILURES: Readonly<Record<string, (hdf5: Hdf5Library, file: Hdf5File, folder: TempFolder) => void>> = {
  "a file that cannot be made": (hdf5, _file, folder) => hdf5.createFile(folder.join("no", "x.h5")),
  "a file that is not there": (hdf5, _file, folder) => hdf5.openFile(folder.join("x.h5")),
  "a group that is there already": (_hdf5, { root }) => {
    root.createGroup("group").close();
    root.createGroup("group");
  },
  "a value whose name is taken": (_hdf5, { root }) => {
    root.createValue("value", 1).close();
    root.createValue("value", "two");
  },
  "a name with a NUL": (_hdf5, { root }) => root.createGroup("a\0b"),
  "a text with a NUL": (_hdf5, { root }) => root.createValue("text", "a\0b"),
  "an attribute that is there already": (_hdf5, { root }) => {
    root.setAttribute("name", "one");
    root.setAttribute("name", Float64Array.of(1, 2));
  },
  "a text type of no length": (_hdf5, { root }) =>
    root.createDataset("x", { type: { class: "text", size: 0 }, shape: [], storage: CONTIGUOUS }),
  "a type that cannot be made": (_hdf5, { root }) =>
    root.createDataset("x", { type: { class: "other", name: "compound", size: 8 }, shape: [], storage: CONTIGUOUS }),
  "a dataset below a group that is not there": (_hdf5, { root }) =>
    root.createDataset("no/x", { type: FLOAT32, shape: [2, 2], storage: CONTIGUOUS }),
  "bytes of the wrong number": (_hdf5, { root }) => {
    using dataset = root.createDataset("x", { type: FLOAT32, shape: [2, 2], storage: CONTIGUOUS });
    dataset.write(new Uint8Array(15));
  },
  "a box outside the dataset": (_hdf5, { root }) => {
    using dataset = root.createDataset("x", { type: FLOAT32, shape: [2, 2], storage: CONTIGUOUS });
    dataset.writeBox(new Uint8Array(8), { start: [2, 0], count: [1, 2] });
  },
  "a box of other dimensions": (_hdf5, { root }) => {
    using dataset = root.createDataset("x", { type: FLOAT32, shape: [2, 2], storage: CONTIGUOUS });
    dataset.writeBox(new Uint8Array(8), { start: [0], count: [2] });
  },
  "more bytes than may be read": (_hdf5, { root }) => {
    using dataset = root.createDataset("x", { type: FLOAT32, shape: [2, 2], storage: CONTIGUOUS });
    dataset.readBytes({ bytesMax: 15 });
  },
  "texts read as bytes": (_hdf5, { root }) => {
    using dataset = root.createValue("x", "text");
    dataset.readBytes({ bytesMax: 1000 });
  },
  "pixels in a file that is not there": (_hdf5, { root }, folder) => {
    const storage = { kind: "external", file: folder.join("no.tif"), offset: 8, byteCount: 16 } as const;
    using dataset = root.createDataset("x", { type: FLOAT32, shape: [2, 2], storage });
    dataset.readBytes({ bytesMax: 1000 });
  },
  "a link to nothing": (_hdf5, { root }) => root.linkHard("x", "/nothing"),
  "a member that is not there": (_hdf5, { root }) => root.open("nothing"),
  "an attribute that is not there": (_hdf5, { root }) => root.readAttribute("nothing", { elementsMax: 1 }),
};

for (const [name, fail] of Object.entries(FAILURES)) {
  hdf5Test(`nothing stays open after ${name}`, (hdf5, folder) => {
    const file = hdf5.createFile(folder.join("a.h5"));
    assert.throws(() => fail(hdf5, file, folder), Hdf5Error);
    // The file and its root group, and no more: a handle left over in a wrapper would show here.
    assert.equal(hdf5.openObjects, 2);
    file.close();
  });
}

hdf5Test("a closed handle refuses with an error of its own", (hdf5, folder) => {
  const file = hdf5.createFile(folder.join("a.h5"));
  const group = file.root.createGroup("group");
  group.close();
  group.close();
  assert.throws(() => group.createGroup("below"), /^Hdf5Error: Cannot use group: it is closed$/);
  file.close();
  assert.throws(() => file.root.createGroup("below"), Hdf5Error);
});

volumeTest("a volume without room for the reserve is an error that leaves nothing open", 64, (hdf5, volume) => {
  assert.throws(
    () => hdf5.createFile(volume.join("a.h5"), { reserveBytes: 200_000 }),
    /^Hdf5Error: Cannot reserve 200000 bytes for .*No space/,
  );
});

volumeTest("with its reserve a file is completed on a volume that gets full", 256, (hdf5, volume) => {
  const file = hdf5.createFile(volume.join("a.h5"), { reserveBytes: 100_000 });
  file.root.createValue("text", "x".repeat(40_000)).close();
  assert.throws(() => Deno.writeFileSync(volume.join("other"), new Uint8Array(1_000_000)), /No space/);
  file.close();
  using again = hdf5.openFile(volume.join("a.h5"));
  using dataset = again.root.open("text");
  assert(dataset?.kind === "dataset");
  assert.equal(dataset.read({ elementsMax: 1 }), "x".repeat(40_000));
  assert.ok(Deno.statSync(volume.join("a.h5")).size < 60_000, "what was not needed is given back");
});

Deno.test("a file that cannot be flushed is an error, and the process still ends well", { ignore: !canMount() }, () => {
  using volume = new SmallVolume(64);
  // In a process of its own: HDF5 crashes at its end, not at the call, where such a file is closed after all.
  const script = `
    import { openHdf5Library } from ${JSON.stringify(new URL("../../../ffi/hdf5/mod.ts", import.meta.url).href)};
    for (let round = 0; round < 2; round++) {
      using hdf5 = openHdf5Library();
      const path = Deno.args[0] + round;
      const file = hdf5.createFile(path);
      file.root.createValue("text", "x".repeat(300_000)).close();
      try { file.close(); console.log("closed"); } catch (error) { console.log(error.name); }
      Deno.truncateSync(path);
    }
    console.log("end");`;
  const { code, stdout } = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:application/typescript,${encodeURIComponent(script)}`, volume.join("a.h5")],
    stderr: "inherit",
  }).outputSync();
  assert.equal(new TextDecoder().decode(stdout), "Hdf5Error\nHdf5Error\nend\n");
  assert.equal(code, 0);
});
