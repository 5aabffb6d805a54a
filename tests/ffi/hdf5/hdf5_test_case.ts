/** Tests with the HDF5 library and a folder of their own. */
import assert from "node:assert/strict";
import { type Hdf5Library, openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { TempFolder } from "../../temp_folder.ts";

/** A test that fails, too, where it leaves an object of HDF5 open. */
export function hdf5Test(name: string, run: (hdf5: Hdf5Library, folder: TempFolder) => void | Promise<void>): void {
  Deno.test(name, async () => {
    using folder = new TempFolder();
    using hdf5 = openHdf5Library();
    await run(hdf5, folder);
    assert.equal(hdf5.openObjects, 0, "what HDF5 still has open");
  });
}
