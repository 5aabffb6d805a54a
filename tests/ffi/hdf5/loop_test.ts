import assert from "node:assert/strict";
import { hdf5Test } from "./hdf5_test_case.ts";

/** V8 optimises a call site after some ten thousand calls, and the call then takes another way into the library. */
const CALLS = 50_000;

hdf5Test("50,000 calls in a row give what one gives, and leave nothing open", (hdf5, folder) => {
  const file = hdf5.createFile(folder.join("a.h5"));
  const type = { class: "float", size: 8, order: "little" } as const;
  const storage = { kind: "contiguous", early: true } as const;
  const dataset = file.root.createDataset("x", { type, shape: [100, 1], storage });
  for (let call = 0; call < CALLS; call++) {
    const row = call % 100;
    dataset.writeBox(new Uint8Array(Float64Array.of(call).buffer), { start: [row, 0], count: [1, 1] });
    if (call % 100 !== 99) continue;
    const read = dataset.read({ elementsMax: 100 });
    assert(Array.isArray(read));
    assert.equal(read[0], call - 99);
    assert.equal(read[99], call);
  }
  assert.equal(hdf5.openObjects, 3);
  dataset.close();
  file.close();
});

hdf5Test("50,000 texts are each what they were", (hdf5, folder) => {
  for (let file = 0; file < CALLS / 500; file++) {
    const written = hdf5.createFile(folder.join(`${file}.h5`));
    using group = written.root.createGroup("group");
    for (let index = 0; index < 500; index++) {
      using dataset = group.createValue(`t${index}`, `${file} ${"é".repeat(index)}`);
      assert.equal(dataset.read({ elementsMax: 1 }), `${file} ${"é".repeat(index)}`);
    }
    written.close();
    assert.equal(hdf5.openObjects, 0);
  }
});
