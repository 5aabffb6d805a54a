import assert from "node:assert/strict";
import fc from "fast-check";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ARRAY_ENDINGS, ArrayFileError, readArray } from "../../src/integration/array_file.ts";
import { TempFolder } from "../temp_folder.ts";

const SCRIPT = fileURLToPath(new URL("./array_files.py", import.meta.url));
type Ending = typeof ARRAY_ENDINGS[number];

Deno.test("arrays of numpy and fabio are read, whatever their numbers; masks of Fit2D too", async () => {
  using folder = new TempFolder();
  const python = new Deno.Command(Deno.env.get("PEWATCH_PYTHON")!, { args: [SCRIPT, folder.path] });
  const { success, stderr } = await python.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const text = Deno.readTextFileSync(folder.join("values.txt"));
  const values = text.trim().split(/\s+/).map(Number);
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).filter((name) => !name.endsWith(".txt"));
  assert.ok(names.length >= 18, names.join());
  for (const name of names) {
    const { height, width, data } = readArray(extname(name) as Ending, Deno.readFileSync(join(folder.path, name)));
    assert.deepEqual([height, width], [7, 45], name);
    const expected = name.startsWith("mask") ? values.map((value) => value > 50 ? 1 : 0) : values;
    assert.deepEqual([...data], expected, name);
  }
});

Deno.test("what is no array is refused: other files, cut off, of other dimensions, compressed", () => {
  const npy = (header: string, bytes = 0) => {
    const text = new TextEncoder().encode(header.padEnd(118));
    return Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0, ...text, ...new Uint8Array(bytes));
  };
  const edf = (header: string) => new TextEncoder().encode(`{\n${header}\n}\n`);
  const size = "Dim_1 = 2 ;\nDim_2 = 2 ;\nDataType = FloatValue ;";
  const cases: [Ending, Uint8Array, RegExp][] = [
    [".npy", new Uint8Array(3), /not a \.npy/],
    [".npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23), /ends early: 151 bytes of 152/],
    [".npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 1), }"), /two dimensions/],
    [".npy", npy("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }"), /kind/],
    [".npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 999999), }"), /999999 x 2 is impossible/],
    [".edf", new Uint8Array(5000), /not an \.edf/],
    [".edf", edf(`${size}\nCompression = GZIP ;`), /compressed \(gzip\)/],
    [".edf", edf("Dim_1 = 2 ;\nDataType = FloatValue ;"), /2 x NaN is impossible/],
    [".edf", edf("Dim_1 = 2 ;\nDim_2 = 2 ;\nDataType = Bits ;"), /DataType Bits/],
    [".edf", edf(size), /ends early/],
    [".msk", new Uint8Array(2000), /not a mask of Fit2D/],
  ];
  for (const [ending, bytes, expected] of cases) {
    assert.throws(
      () => readArray(ending, bytes),
      (error) => error instanceof ArrayFileError && expected.test(error.message),
      `${ending} ${expected}`,
    );
  }
});

Deno.test("damaged arrays are read or refused, and nothing else happens", () => {
  const npyText = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(118);
  const npy = Uint8Array.of(0x93, ...new TextEncoder().encode(`NUMPY\u0001\0v\0${npyText}`), ...new Uint8Array(24));
  const edf = new TextEncoder().encode("{\nDim_1 = 2 ;\nDim_2 = 2 ;\nDataType = FloatValue ;\n}\n" + "x".repeat(16));
  const msk = new Uint8Array(1100);
  for (const [k, letter] of ["M", "A", "S", "K"].entries()) msk[4 * k] = letter.charCodeAt(0);
  msk[16] = msk[20] = 5;
  const files = [[".npy", npy], [".edf", edf], [".msk", msk]] as const;
  for (const [ending, bytes] of files) assert.ok(readArray(ending, bytes).data.length > 0, ending);
  const changes = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...files), changes, fc.nat(1200), ([ending, bytes], changes, length) => {
      const damaged = bytes.slice(0, length);
      for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
      try {
        const { width, height, data } = readArray(ending, damaged);
        assert.equal(data.length, width * height);
      } catch (error) {
        if (!(error instanceof ArrayFileError)) throw error;
      }
    }),
    { numRuns: 3000, seed: 2026 },
  );
});
