/**
 * When each frame was exposed, and a parameter that had a value of its own then. A frame's parameters are those of its
 * exposure, so a file that has another frame's value, or none, was made of the wrong ones.
 */
import { join } from "node:path";
import { PARAMETERS_FILE } from "../../src/files/service_names.ts";
import { writeParameterFile } from "../../src/parameters/file.ts";
import { readingToJson } from "../../src/parameters/json.ts";

/** A stage that is always there: values whose plugin is missing end after a minute. */
const OWNER = "01_prepare_raw";
const SECOND_MS = 1000;
/** Readings older than an hour are forgotten. */
const START_MS = Math.floor(Date.now() / SECOND_MS) * SECOND_MS - 1800 * SECOND_MS;
/** More frames than any run has; a daemon keeps a thousand names at most. */
const NUMBERS_MAX = { one: 9000, each: 400 };

/** Each frame has a second of its own: the date says which sidecar is whose. */
export function exposedAt(number: number): Date {
  return new Date(START_MS + number * SECOND_MS);
}

/** `2015:11:19 14:37:40`, as TIFF has it; the configuration says UTC. */
export function tiffDate(number: number): string {
  return exposedAt(number).toISOString().slice(0, 19).replaceAll("-", ":").replace("T", " ");
}

/** As QXRD writes `dateString`. */
export function sidecarDate(number: number): string {
  const [day, time] = exposedAt(number).toISOString().slice(0, -1).split("T");
  return `${day!.replaceAll("-", ".")} : ${time}`;
}

/** What stands in the files of one frame alone. */
export function measuredWith(number: number): string {
  return `measured with frame ${String(number).padStart(6, "0")}.`;
}

/** The name of the parameter, where each frame has its own. */
export function nameOfValue(number: number): string {
  return `measured_${number}`;
}

/** Puts the values of all frames where the daemon finds those of the last run. */
export async function writeExposures(stateFolder: string, names: "one" | "each" = "one"): Promise<void> {
  const readings = Array.from({ length: NUMBERS_MAX[names] }, (_, number) => {
    const name = names === "one" ? "measured" : nameOfValue(number);
    const reading = { name, value: measuredWith(number), time: exposedAt(number), plugin: OWNER };
    return readingToJson(reading);
  });
  await writeParameterFile(join(stateFolder, PARAMETERS_FILE), readings);
}

/** Lines of TOML: the zone of the dates, and a geometry. */
export const DETECTOR_TOML = [
  "[detector]",
  'time_zone = "UTC"',
  "x_pixel_size_um = 200",
  "y_pixel_size_um = 200",
  "distance_mm = 400",
  "beam_center_x_px = 12",
  "beam_center_y_px = 13",
].join("\n");

export function geometryToml(beside: "frame" | "folder"): string {
  return ["[geometry]", 'files = ["poni", "imctrl"]', `beside = "${beside}"`].join("\n");
}
