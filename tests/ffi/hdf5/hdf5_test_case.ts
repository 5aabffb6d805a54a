/** Tests with the HDF5 library and a folder or a volume of their own. */
import assert from "node:assert/strict";
import { type Hdf5Library, openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { TempFolder } from "../../temp_folder.ts";
import { canMount, SmallVolume } from "./small_volume.ts";

/** A test that fails, too, where it leaves an object of HDF5 open. */
export function hdf5Test(name: string, run: (hdf5: Hdf5Library, folder: TempFolder) => void | Promise<void>): void {
  Deno.test(name, async () => {
    using folder = new TempFolder();
    using hdf5 = openHdf5Library();
    await run(hdf5, folder);
    assert.equal(hdf5.openObjects, 0, "what HDF5 still has open");
  });
}

/** The same on a volume of this size, where this user can make one. */
export function volumeTest(name: string, sizeKib: number, run: (hdf5: Hdf5Library, volume: SmallVolume) => void): void {
  Deno.test(name, { ignore: !canMount() }, () => {
    using volume = new SmallVolume(sizeKib);
    using hdf5 = openHdf5Library();
    run(hdf5, volume);
    assert.equal(hdf5.openObjects, 0, "what HDF5 still has open");
  });
}
