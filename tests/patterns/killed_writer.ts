/** Writes patterns and a series as fast as it can, until it is killed: killed_writer.ts FOLDER IMAGES… */
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { publishPattern } from "../../src/patterns/pattern_text.ts";
import { SeriesFiles } from "../../src/patterns/series/series_files.ts";
import { makerOf, patternOf } from "./simulated.ts";

const [folder, ...images] = Deno.args as [string, ...string[]];
const settings = defaultSettings(folder), maker = makerOf(folder, { npt: 400 });
const files = new SeriesFiles({ hdf5: openHdf5Library(), settings, workFolder: folder, writer: "test" });
for (;;) {
  for (const image of images) {
    const pattern = patternOf(image, maker);
    const { again } = await publishPattern(folder, pattern, { writer: "test", fsync: true });
    await files.add(folder, pattern);
    await files.flush({ all: true });
    if (!again) console.log(pattern.source.image);
  }
}
