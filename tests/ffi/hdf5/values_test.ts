import assert from "node:assert/strict";
import type { Hdf5Group, Hdf5Library, Hdf5ReadValue, Hdf5Type, Hdf5Value } from "../../../ffi/hdf5/mod.ts";
import type { TempFolder } from "../../temp_folder.ts";
import { hdf5Test } from "./hdf5_test_case.ts";

/** With the root of a new file. */
function inFile(name: string, run: (root: Hdf5Group, hdf5: Hdf5Library, folder: TempFolder) => void): void {
  hdf5Test(name, (hdf5, folder) => {
    const file = hdf5.createFile(folder.join("a.h5"));
    run(file.root, hdf5, folder);
    file.close();
  });
}

const VALUES: readonly (readonly [written: Hdf5Value, read: Hdf5ReadValue])[] = [
  ["", ""],
  ["Größe 中文 🔬", "Größe 中文 🔬"],
  ["line\r\nline\ttab", "line\r\nline\ttab"],
  ["x".repeat(1_000_000), "x".repeat(1_000_000)],
  [0.1, 0.1],
  [-0, -0],
  [{ integer: -3 }, -3],
  [{ integer: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
  [["frame_number", "y", "größe"], ["frame_number", "y", "größe"]],
  [Float64Array.of(1.5, -2), [1.5, -2]],
  [Float32Array.of(0.5, 3), [0.5, 3]],
  [Int32Array.of(1, -2, 3), [1, -2, 3]],
  [new Float64Array(0), []],
  [Float64Array.from({ length: 5000 }, (_, index) => index), Array.from({ length: 5000 }, (_, index) => index)],
];

for (const [written, read] of VALUES) {
  const shown = typeof written === "string" ? JSON.stringify(written).slice(0, 30) : Deno.inspect(written).slice(0, 40);
  inFile(`a value is read as it was written: ${shown}`, (root) => {
    using dataset = root.createValue("value", written);
    assert.deepEqual(dataset.read({ elementsMax: 10_000 }), read);
  });
}

inFile("attributes are read as they were written, and listed by name", (root) => {
  using group = root.createGroup("group");
  group.setAttribute("b", ["one", "zwei"]);
  group.setAttribute("a", "Å");
  group.setAttribute("c", Float64Array.of(0, 0, 1));
  assert.deepEqual(group.attributeNames(), ["a", "b", "c"]);
  assert.equal(group.readAttribute("a", { elementsMax: 1 }), "Å");
  assert.deepEqual(group.readAttribute("b", { elementsMax: 2 }), ["one", "zwei"]);
  assert.deepEqual(group.readAttribute("c", { elementsMax: 3 }), [0, 0, 1]);
  assert.equal(group.readAttribute("c", { elementsMax: 2 }), null);
});

const TYPES: readonly Hdf5Type[] = [
  { class: "integer", size: 1, signed: false, order: "little" },
  { class: "integer", size: 2, signed: false, order: "big" },
  { class: "integer", size: 2, signed: true, order: "little" },
  { class: "integer", size: 4, signed: false, order: "big" },
  { class: "integer", size: 8, signed: true, order: "big" },
  { class: "float", size: 4, order: "little" },
  { class: "float", size: 4, order: "big" },
  { class: "float", size: 8, order: "big" },
];

for (const type of TYPES) {
  const order = "order" in type ? type.order : "";
  inFile(`bytes of a ${type.class} of ${type.size}, ${order}-endian, are read back with their meaning`, (root) => {
    const size = type.size as number;
    const bytes = new Uint8Array(6 * size);
    const view = new DataView(bytes.buffer);
    const little = order === "little";
    const put = { 1: view.setUint8, 2: view.setUint16, 4: view.setUint32 } as const;
    for (let index = 0; index < 6; index++) {
      if (type.class === "float") {
        if (size === 4) view.setFloat32(index * 4, index + 0.5, little);
        else view.setFloat64(index * 8, index + 0.5, little);
      } else if (size === 8) view.setBigInt64(index * 8, BigInt(index), little);
      else put[size as 1 | 2 | 4].call(view, index * size, index, little);
    }
    using dataset = root.createDataset("x", { type, shape: [1, 2, 3], storage: { kind: "contiguous", early: true } });
    dataset.write(bytes);
    assert.deepEqual(dataset.readBytes({ bytesMax: 1000 }), bytes);
    const step = type.class === "float" ? 0.5 : 0;
    assert.deepEqual(dataset.read({ elementsMax: 6 }), [0, 1, 2, 3, 4, 5].map((value) => value + step));
    // A single byte has no order; HDF5 keeps the one of its type.
    assert.deepEqual(dataset.type, type);
    assert.deepEqual(dataset.shape, [1, 2, 3]);
  });
}

inFile("unsigned 64-bit integers that no number holds come as bigint", (root) => {
  const type = { class: "integer", size: 8, signed: false, order: "little" } as const;
  using dataset = root.createDataset("x", { type, shape: [2], storage: { kind: "contiguous", early: false } });
  dataset.write(new Uint8Array(new BigUint64Array([2n ** 64n - 1n, 7n]).buffer));
  assert.deepEqual(dataset.read({ elementsMax: 2 }), [2n ** 64n - 1n, 7]);
});

inFile("a text of fixed size ends at its padding", (root) => {
  const storage = { kind: "contiguous", early: true } as const;
  using dataset = root.createDataset("sum", { type: { class: "text", size: 8 }, shape: [], storage });
  dataset.write(Uint8Array.from([65, 66, 0, 0, 0, 0, 0, 0]));
  assert.equal(dataset.read({ elementsMax: 1 }), "AB");
  dataset.write(new TextEncoder().encode("12345678"));
  assert.equal(dataset.read({ elementsMax: 1 }), "12345678");
});

inFile("writeBox() writes the rows that it names", (root) => {
  const type = { class: "integer", size: 1, signed: false, order: "little" } as const;
  using dataset = root.createDataset("x", { type, shape: [1, 3, 2], storage: { kind: "contiguous", early: true } });
  dataset.write(new Uint8Array(6));
  dataset.writeBox(Uint8Array.of(7, 8), { start: [0, 1, 0], count: [1, 1, 2] });
  assert.deepEqual(dataset.readBytes({ bytesMax: 6 }), Uint8Array.of(0, 0, 7, 8, 0, 0));
});

inFile("fileOffset is where the bytes are", (root, hdf5, folder) => {
  const file = hdf5.createFile(folder.join("b.h5"));
  const type = { class: "integer", size: 1, signed: false, order: "little" } as const;
  const early = file.root.createDataset("x", { type, shape: [4], storage: { kind: "contiguous", early: true } });
  early.write(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  const offset = early.fileOffset;
  early.close();
  file.close();
  assert(offset !== null);
  const bytes = Deno.readFileSync(folder.join("b.h5"));
  assert.deepEqual(bytes.slice(offset, offset + 4), Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  using value = root.createValue("compact", 1);
  assert.equal(value.fileOffset, null);
});

inFile("external storage shows the bytes of the other file", (root, _hdf5, folder) => {
  Deno.writeFileSync(folder.join("pixels"), Uint8Array.of(9, 9, 1, 2, 3, 4, 9));
  const type = { class: "integer", size: 2, signed: false, order: "big" } as const;
  const storage = { kind: "external", file: folder.join("pixels"), offset: 2, byteCount: 4 } as const;
  using dataset = root.createDataset("x", { type, shape: [1, 2], storage });
  assert.deepEqual(dataset.read({ elementsMax: 2 }), [0x0102, 0x0304]);
});

inFile("links are listed by name and kind, and hard ones lead to one object", (root) => {
  using group = root.createGroup("group");
  group.createValue("value", 1).close();
  root.linkHard("hard", "/group/value");
  root.linkSoft("soft", "/group/nothing");
  const { links, total } = root.links({ max: 10 });
  assert.equal(total, 3);
  assert.deepEqual(links, [
    { name: "group", kind: "hard", target: "" },
    { name: "hard", kind: "hard", target: "" },
    { name: "soft", kind: "soft", target: "/group/nothing" },
  ]);
  assert.equal(root.links({ max: 1 }).links.length, 1);
  using one = root.open("hard");
  assert.equal(one?.kind, "dataset");
  assert.equal(root.addressOf("hard"), group.addressOf("value"));
});

inFile("names with umlauts, backslashes and hundreds of members are kept", (root) => {
  const names = ["Größe", "a\\1\\x", "with space", ...Array.from({ length: 600 }, (_, index) => `n${index}`)];
  for (const name of names) root.createValue(name, name).close();
  assert.deepEqual(root.links({ max: 1000 }).links.map(({ name }) => name).sort(), names.toSorted());
});
