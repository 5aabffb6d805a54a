/**
 * Makes pairs of NeXus files, by templates and by HDF5 alone, of frames of every sample that QXRD wrote: with parameters
 * and without, with 200 values over the exposure, in both profiles, as darks, with reference darks. A program of its
 * own, as each version of HDF5 needs a process: `template_pairs.ts FOLDER` leaves `N.template.nxs` and `N.hdf5.nxs` in
 * the folder and prints what it made.
 */
import { join } from "node:path";
import { type Hdf5Library, openHdf5Library } from "../../ffi/hdf5/mod.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import type { FrameFacts } from "../../src/nexus/frame/facts.ts";
import { NexusTemplates } from "../../src/nexus/tree/templates.ts";
import { writeNexus } from "../../src/nexus/write.ts";
import { type Sample, SAMPLES } from "../qxrd/samples.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { darkAt, factsWith, layoutOfBytes, PLACED_NXMX, putTogether, settingsWith } from "./frame.ts";
import { exposureValues, manyReadings } from "./exposure_values.ts";
import { EVERY_KIND } from "./parameters.ts";

const FRAMES_OF_EACH = 3;
const NOW = new Date("2026-03-02T12:00:00Z");
const TIFF = makeTiff({ width: 16, height: 16, bits: 32, format: 3 });

const FULL = settingsWith({
  ...PLACED_NXMX,
  nexus: { profile: "nxmx", compression: "gzip" },
  beamline: { ...PLACED_NXMX.beamline, polarization: 0.9 },
  detector: { ...PLACED_NXMX.detector, tilt_deg: 1.5 },
  user: { name: "Zoë 张" },
});

const BASE = settingsWith();

type Variant = Partial<FrameFacts> & {
  readonly exposed?: string;
  /** Of the frame of this number; otherwise the same ones are measured again. */
  readonly parametersOf?: (frame: number) => ParameterReading[];
};
const VARIANTS: readonly Variant[] = [
  { settings: BASE, checksum: true },
  { settings: FULL, exposed: "0.5", parameters: EVERY_KIND },
  { settings: settingsWith({ nexus: { image: "none" } }), dark: true },
];

/** Numbers that follow each other but repeat in each run. */
class Dice {
  #state = 1;

  below(end: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % end;
  }
}

const dice = new Dice();
const WORDS = ["", "x", "Ångström 样品", "a longer remark than the one before it, of some sixty characters", "0", " "];

/** What the layout of the file follows from. */
const LAYOUT_KEYS = /^(width|height|date|dataType|n?[pP]hase|summed|exposureTime|implement|title|detectorT|tilt)/;

/** As QXRD might write the next frame's: numbers and remarks of other lengths. */
function changed(sidecar: string): string {
  return sidecar.replace(/^([^[\n=]+)=(.*)$/gm, (line, key: string, value: string) => {
    if (LAYOUT_KEYS.test(key) || dice.below(3) !== 0) return line;
    if (/^[1-9]\d*$/.test(value)) return `${key}=${1 + dice.below(10 ** (1 + dice.below(6)))}`;
    if (/^\d+\.\d+$/.test(value)) return `${key}=${(1 + dice.below(100_000)) / 10 ** dice.below(5)}`;
    return /^userComment\d|^user$/.test(key) ? `${key}=${WORDS[dice.below(WORDS.length)]}` : line;
  });
}

/** The same parameters, measured again. */
function measured(parameters: readonly ParameterReading[]): ParameterReading[] {
  return parameters.map((one) => {
    const time = new Date(one.time.getTime() + dice.below(1000));
    if (typeof one.value === "number") return { ...one, time, value: dice.below(1e6) / 7 };
    if (typeof one.value === "bigint") return { ...one, time, value: one.value + BigInt(dice.below(9)) };
    if (one.value instanceof Float64Array) return { ...one, time, value: one.value.map((number) => number + 0.5) };
    if (one.value instanceof Int32Array) return { ...one, time, value: one.value.map((number) => number * 3) };
    return typeof one.value === "string" ? { ...one, time, value: WORDS[dice.below(WORDS.length)]! } : { ...one, time };
  });
}

function* frames(folder: string): Generator<[name: string, frames: FrameFacts[]]> {
  const darkPath = join(folder, "dark.tif");
  Deno.writeFileSync(darkPath, TIFF);
  for (const { name, imageName, bytes } of SAMPLES) {
    // One has thousands of keys.
    const variants = bytes.length < 100_000 ? VARIANTS : VARIANTS.slice(1, 2);
    for (const variant of variants) yield [name, series({ imageName, bytes }, variant)];
  }
  yield [SAMPLES[0]!.name, series(SAMPLES[0]!, { settings: BASE, parametersOf: exposureValues })];
  const counts = (index: number, frame: number) => (5 * index + 3 * frame) % 7;
  yield [
    "many readings",
    series(SAMPLES[0]!, { settings: BASE, parametersOf: (frame) => manyReadings(frame, counts).slice(0, 60) }),
  ];
  const long = (index: number, frame: number) => index % 40 === 0 ? 140 + 20 * ((frame + index) % 3) : 1;
  yield [
    "long exposures",
    series(SAMPLES[0]!, { settings: BASE, parametersOf: (frame) => manyReadings(frame, long).slice(0, 60) }),
  ];
  yield ["with a reference dark", series(SAMPLES[0]!, { settings: BASE, referenceDark: darkAt(darkPath, TIFF) })];
}

function series(
  sample: Pick<Sample, "imageName" | "bytes">,
  { exposed, parametersOf, ...variant }: Variant,
): FrameFacts[] {
  return Array.from({ length: FRAMES_OF_EACH }, (_, index) => {
    const text = changed(new TextDecoder("latin1").decode(sample.bytes)).replace(/^width=.*$/m, "width=16")
      .replace(/^height=.*$/m, "height=16");
    const sidecarText = exposed === undefined ? text : text.replace(/^exposureTime=.*$/m, `exposureTime=${exposed}`);
    const imageName = sample.imageName.replace(/\d+(?=(\.dark)?\.tif)/, String(index * 37).padStart(5, "0"));
    const facts = factsWith({ imageName, sidecarText: Uint8Array.from(sidecarText, (one) => one.charCodeAt(0)) });
    const parameters = parametersOf?.(index) ?? measured(variant.parameters ?? []);
    return { ...facts, ...variant, layout: layoutOfBytes(TIFF), parameters };
  });
}

function write(hdf5: Hdf5Library, path: string, facts: FrameFacts, templates?: NexusTemplates): void {
  const head = `${path}.head`;
  const image = join(folder, "image.tif");
  Deno.writeFileSync(image, TIFF);
  const report = writeNexus(hdf5, head, "/no.tif", facts, {
    fsync: false,
    now: NOW,
    ...templates === undefined ? {} : { templates },
  });
  putTogether(path, report, { head, image });
  Deno.removeSync(head);
}

const folder = Deno.args[0]!;
const hdf5 = openHdf5Library();
const warnings: string[] = [];
/** By sample, how many of its files are a template's. */
const filled: Record<string, number> = {};
let count = 0;
for (const [name, some] of frames(folder)) {
  const templates = new NexusTemplates(hdf5, (line) => warnings.push(line));
  for (const facts of some) {
    write(hdf5, join(folder, `${count}.template.nxs`), facts, templates);
    write(hdf5, join(folder, `${count++}.hdf5.nxs`), facts);
  }
  filled[name] = (filled[name] ?? 0) + templates.filled;
}
const { version, openObjects } = hdf5;
hdf5.close();
console.log(JSON.stringify({ version, openObjects, count, warnings, filled }));
