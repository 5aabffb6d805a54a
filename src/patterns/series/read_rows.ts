/** The rows of a series' file as they were written, for those that follow. */
import type { Hdf5Dataset, Hdf5Group, Hdf5Library } from "../../../ffi/hdf5/library.ts";
import { Hdf5Error } from "../../../ffi/hdf5/mod.ts";
import { PROGRAM } from "../../config/program.ts";
import { ForeignEntryError, openPlain } from "../../files/plain_file.ts";
import { KEY_FIELD, type SeriesRow } from "../azint_tree.ts";
import type { MadePattern } from "../maker.ts";

/** Rows of one file: they are kept in memory, and written again each time. */
export const ROW_BYTES_MAX = 32 * 1024 * 1024;

/** The rows of a file that was made by the same settings; null for any other file. @throws the system's error */
export function readRows(
  hdf5: Hdf5Library,
  path: string,
  key: string,
  made: MadePattern,
): Map<string, SeriesRow> | null {
  try {
    // HDF5 would wait for a pipe.
    openPlain(path).close();
  } catch (error) {
    if (error instanceof ForeignEntryError) return null;
    throw error;
  }
  try {
    using open = new DisposableStack();
    const file = open.use(hdf5.openFile(path));
    if (file.root.readAttribute("creator", { elementsMax: 1 }) !== PROGRAM) return null;
    const entry = groupIn(file.root, "entry", open);
    const input = groupIn(groupIn(entry, "reduction", open), "input", open);
    if (datasetIn(input, KEY_FIELD, open).read({ elementsMax: 1 }) !== key) return null;
    return rowsOf({ data: groupIn(entry, "data", open), frames: groupIn(entry, "frames", open), entry }, made, open);
  } catch (error) {
    // No HDF5, or without what is looked for.
    if (error instanceof Hdf5Error) return null;
    throw error;
  }
}

function rowsOf(
  of: { entry: Hdf5Group; data: Hdf5Group; frames: Hdf5Group },
  { setup: { bins: { npt } }, pattern }: MadePattern,
  open: DisposableStack,
): Map<string, SeriesRow> | null {
  const intensity = datasetIn(of.data, "I", open), [count = 0, width] = intensity.shape ?? [];
  if (width !== npt) return null;
  const floats = (dataset: Hdf5Dataset) => new Float32Array(dataset.readBytes({ bytesMax: 2 * ROW_BYTES_MAX }).buffer);
  const list = (parent: Hdf5Group, name: string) => {
    const value = datasetIn(parent, name, open).read({ elementsMax: count });
    if (!Array.isArray(value) || value.length !== count) throw new Hdf5Error(`${name} is not of ${count} frames`);
    return value as readonly unknown[];
  };
  const start = Date.parse(String(datasetIn(of.frames, "time", open).readAttribute("start", { elementsMax: 1 })));
  const [names, hashes, times] = [list(of.frames, "name"), list(of.frames, "sha256"), list(of.frames, "time")];
  const totals = list(of.frames, "total_counts"), links = of.entry.links({ max: 100 }).links;
  const factors = links.some(({ name }) => name === "monitor")
    ? list(groupIn(of.entry, "monitor", open), "data")
    : null;
  const I = floats(intensity), sigma = pattern.sigma === null ? null : floats(datasetIn(of.data, "I_errors", open));
  const rows = new Map<string, SeriesRow>();
  for (let row = 0; row < count; row++) {
    const at = (all: Float32Array) => all.subarray(row * npt, (row + 1) * npt);
    rows.set(String(names[row]), {
      image: String(names[row]),
      sha256: String(hashes[row]),
      time: new Date(start + Number(times[row]) * 1000),
      factor: factors === null ? 1 : Number(factors[row]),
      total: Number(totals[row]),
      intensity: at(I),
      sigma: sigma === null ? null : at(sigma),
      pixels: pattern.pixels,
    });
  }
  return rows;
}

function groupIn(parent: Hdf5Group, name: string, open: DisposableStack): Hdf5Group {
  const found = parent.open(name);
  if (found?.kind !== "group") throw new Hdf5Error(`${name} is not a group`);
  return open.use(found);
}

function datasetIn(parent: Hdf5Group, name: string, open: DisposableStack): Hdf5Dataset {
  const found = parent.open(name);
  if (found?.kind !== "dataset") throw new Hdf5Error(`${name} is not a dataset`);
  return open.use(found);
}
