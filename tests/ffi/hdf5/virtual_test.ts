import assert from "node:assert/strict";
import { type Hdf5Library, type Hdf5Type, openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { TempFolder } from "../../temp_folder.ts";
import { hdf5Test } from "./hdf5_test_case.ts";

const FLOAT32 = { class: "float", size: 4, order: "little" } as const;
const BIG_FLOAT32 = { class: "float", size: 4, order: "big" } as const;
const UINT16 = { class: "integer", size: 2, signed: false, order: "little" } as const;

function writeSource(hdf5: Hdf5Library, path: string, of: { type: Hdf5Type; bytes: Uint8Array<ArrayBuffer> }): void {
  const file = hdf5.createFile(path);
  using dataset = file.root.createDataset("image", {
    type: of.type,
    shape: [1, 2, 2],
    storage: { kind: "contiguous", early: true },
  });
  dataset.write(of.bytes);
  file.close();
}

function bigEndian(values: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => view.setFloat32(index * 4, value));
  return new Uint8Array(view.buffer);
}

/** Makes a stack of three slots of two sources and reads it back. */
function stackOf(type: Hdf5Type, images: Uint8Array<ArrayBuffer>[], names = ["a.h5", "b.h5"]): unknown {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  images.forEach((bytes, index) => writeSource(hdf5, folder.join(names[index]!), { type, bytes }));
  const file = hdf5.createFile(folder.join("stack.h5"));
  using written = file.root.createVirtual("stack", {
    type,
    shape: [3, 2, 2],
    sources: [{ file: names[0]!, slot: 0 }, { file: names[1]!, slot: 2 }],
    sourcePath: "/image",
  });
  written.close();
  file.close();
  using opened = hdf5.openFile(folder.join("stack.h5"));
  using stack = opened.root.open("stack");
  assert(stack?.kind === "dataset");
  assert.deepEqual(stack.shape, [3, 2, 2]);
  return stack.read({ elementsMax: 100 });
}

Deno.test("a stack of float images reads its sources, and NaN where there is none", () => {
  const images = [[1, 2, 3, 4], [5, 6, 7, 8]].map((values) => new Uint8Array(Float32Array.from(values).buffer));
  assert.deepEqual(stackOf(FLOAT32, images), [1, 2, 3, 4, NaN, NaN, NaN, NaN, 5, 6, 7, 8]);
});

Deno.test("NaN is NaN in the byte order of the images", () => {
  const read = stackOf(BIG_FLOAT32, [bigEndian([1, 2, 3, 4]), bigEndian([5, 6, 7, 8])]);
  assert.deepEqual(read, [1, 2, 3, 4, NaN, NaN, NaN, NaN, 5, 6, 7, 8]);
});

Deno.test("a stack of integers reads 0 where there is no source", () => {
  const images = [[1, 2, 3, 4], [5, 6, 7, 65535]].map((values) => new Uint8Array(Uint16Array.from(values).buffer));
  assert.deepEqual(stackOf(UINT16, images), [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 65535]);
});

Deno.test("a source whose name has a percent sign is no pattern of names", () => {
  const images = [[1, 2, 3, 4], [5, 6, 7, 8]].map((values) => new Uint8Array(Uint16Array.from(values).buffer));
  const read = stackOf(UINT16, images, ["50 %b.h5", "50 %%.h5"]);
  assert.deepEqual(read, [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8]);
});

hdf5Test("createVirtual() refuses a slot outside of the stack, and leaves nothing open", (hdf5, folder) => {
  const file = hdf5.createFile(folder.join("stack.h5"));
  assert.throws(
    () =>
      file.root.createVirtual("stack", {
        type: UINT16,
        shape: [2, 2, 2],
        sources: [{ file: "a.h5", slot: 2 }],
        sourcePath: "/image",
      }),
    /Cannot put a.h5 into slot 2: the stack has 2/,
  );
  file.close();
});
