/** Second stage: merges the metadata into the TIFF's tags and writes the NeXus file's skeleton; then the masters of series. */
import type { PluginContext } from "pewatch";
import {
  Casts,
  mergeData,
  type MergeLibraries,
  openHdf5Library,
  openTiffLibrary,
  SeriesMasters,
  stageOptions,
} from "pewatch/stages";

/** Each tick: a frame so takes three ticks at most besides the work. The first implementation fired each third. */
export const TICKTACK = 1;
export const TICKTACK_OFFSET = 0;

const masters = new SeriesMasters();
let libraries: (MergeLibraries & { close(): void }) | null = null;

/** libtiff and HDF5 are opened here and nowhere else: each belongs to the one thread that opened it. */
export function setup(context: PluginContext): void {
  const stack = new DisposableStack();
  try {
    const tiff = stack.use(openTiffLibrary());
    const hdf5 = stack.use(openHdf5Library());
    // Before HDF5 is closed: it cannot close what it finds open.
    const casts = stack.use(new Casts(hdf5));
    libraries = { tiff, hdf5, casts, close: () => stack.dispose() };
    context.log.debug(`libtiff ${tiff.version}, HDF5 ${hdf5.version}`);
  } catch (error) {
    stack.dispose();
    throw error;
  }
}

export async function work(context: PluginContext): Promise<void> {
  if (libraries === null) throw new Error("the libraries are not open: setup has not run");
  await mergeData(libraries, stageOptions(context));
  await masters.work(libraries.hdf5, stageOptions(context));
}

export function teardown(): void {
  libraries?.close();
  libraries = null;
}
