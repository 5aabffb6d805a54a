/** Writes patterns and a series as fast as it can, until it is killed: killed_writer.ts FOLDER IMAGES… */
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { xyeText } from "../../src/integration/xye.ts";
import { sourceOf } from "../../src/patterns/frame.ts";
import { headerOf } from "../../src/patterns/header.ts";
import { PatternMaker } from "../../src/patterns/maker.ts";
import { publishText } from "../../src/patterns/pattern_text.ts";
import { SeriesFiles } from "../../src/patterns/series/series_files.ts";
import { frameAt, optionsOf } from "./simulated.ts";

const [folder, ...images] = Deno.args as [string, ...string[]];
const settings = defaultSettings(folder), maker = new PatternMaker(optionsOf({ npt: 400 }), settings);
const files = new SeriesFiles({ hdf5: openHdf5Library(), settings, workFolder: folder, writer: "test" });
for (;;) {
  for (const image of images) {
    const frame = frameAt(image), made = maker.make(frame);
    const source = sourceOf(image, { view: frame.view, settings, sha256: null, writtenAt: new Date(0) });
    const text = xyeText(made.pattern, { x: made.setup.x, unit: "2th_deg", header: headerOf(made, source) });
    const stem = source.image.slice(0, -4);
    const { again } = await publishText(folder, { stem, ending: "xye", text }, { writer: "test", fsync: true });
    await files.add(folder, made, source);
    await files.flush({ all: true });
    if (!again) console.log(source.image);
  }
}
