/** Second stage: merges the metadata into the TIFF's tags and writes the NeXus file's skeleton; then the masters of series. */
import type { PluginContext } from "pewatch";
import { MergeData, openHdf5Library, openTiffLibrary, SeriesMasters, stageOptions } from "pewatch/stages/merge";

/** Each tick: a frame so takes three ticks at most besides the work. The first implementation fired each third. */
export const TICKTACK = 1;
export const TICKTACK_OFFSET = 0;

/** What is open between setup and teardown. */
let open: {
  readonly stage: MergeData;
  readonly masters: SeriesMasters;
  readonly hdf5: ReturnType<typeof openHdf5Library>;
  close(): void;
} | null = null;

/** libtiff and HDF5 are opened here and nowhere else: each belongs to the one thread that opened it. */
export function setup(context: PluginContext): void {
  const stack = new DisposableStack();
  try {
    const tiff = stack.use(openTiffLibrary());
    const hdf5 = stack.use(openHdf5Library());
    open = { stage: new MergeData({ tiff, hdf5 }), masters: new SeriesMasters(), hdf5, close: () => stack.dispose() };
    context.log.debug(`libtiff ${tiff.version}, HDF5 ${hdf5.version}`);
  } catch (error) {
    stack.dispose();
    throw error;
  }
}

export async function work(context: PluginContext): Promise<void> {
  if (open === null) throw new Error("the libraries are not open: setup has not run");
  await open.stage.work(stageOptions(context));
  await open.masters.work(open.hdf5, stageOptions(context));
}

export function teardown(): void {
  open?.close();
  open = null;
}
