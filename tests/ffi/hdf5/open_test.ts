import assert from "node:assert/strict";
import { isVersionNewEnough } from "../../../ffi/hdf5/open.ts";
import { Hdf5Error, openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { NativeLibraryError } from "../../../ffi/locate.ts";
import { TempFolder } from "../../temp_folder.ts";
import { withEnvironment } from "./environment.ts";

Deno.test("openHdf5Library() reports version and path, and nothing is open", () => {
  using hdf5 = openHdf5Library();
  assert.match(hdf5.version, /^1\.1\d\.\d+$/);
  assert.notEqual(hdf5.path, "");
  assert.equal(hdf5.openObjects, 0);
});

Deno.test("openHdf5Library() names what PEWATCH_LIBHDF5 says, where that cannot be opened, and the remedy", () => {
  withEnvironment({ PEWATCH_LIBHDF5: "/nowhere/libhdf5.so" }, () => {
    assert.throws(openHdf5Library, {
      name: "NativeLibraryError",
      message: /^HDF5 cannot be opened; PEWATCH_LIBHDF5 names it: \/nowhere\/libhdf5\.so \(.*nstall/s,
    });
  });
});

Deno.test("openHdf5Library() refuses a library that is not HDF5", { ignore: Deno.build.os !== "linux" }, () => {
  withEnvironment({ PEWATCH_LIBHDF5: "libc.so.6" }, () => {
    assert.throws(openHdf5Library, NativeLibraryError);
  });
});

Deno.test("isVersionNewEnough() takes 1.10 and what is newer", () => {
  assert.equal(isVersionNewEnough(1, 8), false);
  assert.equal(isVersionNewEnough(1, 10), true);
  assert.equal(isVersionNewEnough(1, 14), true);
  assert.equal(isVersionNewEnough(2, 0), true);
});

Deno.test("a library that was closed can be opened again, as often as one likes", () => {
  using folder = new TempFolder();
  for (let round = 0; round < 5; round++) {
    const hdf5 = openHdf5Library();
    const file = hdf5.createFile(folder.join(`${round}.h5`));
    file.root.createValue("round", round).close();
    file.close();
    hdf5.close();
    hdf5.close();
    assert.throws(() => hdf5.createFile(folder.join("b.h5")), Hdf5Error);
    assert.throws(() => hdf5.openObjects, /it is closed/);
  }
});
