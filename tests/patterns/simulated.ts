/** Simulated frames for the tests of patterns: images with their sidecars, as they lie in an output. */
import { simulate, type SimulateOptions } from "../../src/qxrd/simulator/simulate.ts";
import * as v from "valibot";
import { defaultSettings } from "../../src/config/settings.ts";
import { sourceOf } from "../../src/patterns/frame.ts";
import { PatternMaker } from "../../src/patterns/maker.ts";
import { type PatternOptions, patternOptions } from "../../src/patterns/options.ts";
import type { PatternOfFrame } from "../../src/patterns/pattern_text.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { readImage } from "../../src/plugins/read_image.ts";

export async function framesIn(folder: string, options: Partial<SimulateOptions> = {}): Promise<string[]> {
  const images: string[] = [];
  const frames = simulate({ folder, width: 96, height: 64, count: 3, rate_per_s: 0, type: "uint32", ...options });
  for await (const { imagePath } of frames) images.push(imagePath);
  return images;
}

export function optionsOf(table: Record<string, unknown> = {}): PatternOptions {
  return v.parse(patternOptions, table);
}

/** A frame as PatternMaker takes it. */
export function frameAt(image: string) {
  const view = viewSidecar(parseSidecar(Deno.readFileSync(`${image}.metadata`)));
  return { image: readImage(image), view, parameter: () => null };
}

export function makerOf(folder: string, table: Record<string, unknown> = {}): PatternMaker {
  return new PatternMaker(optionsOf(table), defaultSettings(folder));
}

export function patternOf(image: string, maker: PatternMaker): PatternOfFrame {
  const frame = frameAt(image), { view } = frame;
  const source = sourceOf(image, { view, settings: defaultSettings("/x"), sha256: null, writtenAt: new Date(0) });
  return { made: maker.make(frame), source };
}
