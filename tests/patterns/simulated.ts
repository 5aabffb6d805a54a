/** Simulated frames for the tests of patterns: images with their sidecars, as they lie in an output. */
import type { SimulateOptions } from "../../src/qxrd/simulator/simulate.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import * as v from "valibot";
import { type PatternOptions, patternOptions } from "../../src/patterns/options.ts";
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
export function frameAt(image: string, parameters: Readonly<Record<string, number>> = {}) {
  const view = viewSidecar(parseSidecar(Deno.readFileSync(`${image}.metadata`)));
  return { image: readImage(image), view, parameter: (name: string) => parameters[name] ?? null };
}
