/** The sidecar of a simulated frame: a real one, in which what belongs to the frame is replaced. */
import { formatDateString, localDateTime } from "../date_time.ts";
import { parseSidecar } from "../sidecar.ts";
import { encodeDateTime, encodeText, type RawEntry } from "../sidecar_writer.ts";
import type { PixelType } from "./pixels.ts";
import type { Geometry } from "./powder.ts";
/** Imported as JSON, so that it is part of a compiled program without more being said. */
import sidecar from "./sidecars/qxrd_0.11.1.json" with { type: "json" };

/** What a sidecar says of its frame. */
export interface FrameMetadata {
  readonly kind: "processed" | "raw" | "dark";
  readonly width: number;
  readonly height: number;
  readonly type: PixelType;
  readonly number: number;
  readonly phase: number;
  readonly phases: number;
  readonly exposure_s: number;
  readonly summedExposures: number;
  readonly time: Date;
  /** Name of the file, and its whole path as QXRD writes it: with forward slashes. */
  readonly imageName: string;
  readonly imagePath: string;
  readonly geometry: Geometry;
}

/** The entries of a sidecar of QXRD 0.11.1 as it is. */
export function templateEntries(): readonly RawEntry[] {
  return parseSidecar(new TextEncoder().encode(`${sidecar.lines.join("\n")}\n`)).entries;
}

/** The entries of a frame's sidecar: the template's keys, of which those that say what the frame is are its own. */
export function frameEntries(template: readonly RawEntry[], frame: FrameMetadata): RawEntry[] {
  const values: ReadonlyMap<string, string> = new Map(
    Object.entries({ ...metadataValues(frame), ...geometryValues(frame.geometry) }),
  );
  return template.map((entry) => {
    const raw = values.get(`${entry.section}/${entry.key}`);
    return raw === undefined ? entry : { ...entry, raw };
  });
}

function metadataValues(frame: FrameMetadata): Record<string, string> {
  const dark = frame.kind === "dark";
  const dateTime = localDateTime(frame.time);
  const { code, name } = dataType(frame);
  return {
    "metadata/width": String(frame.width),
    "metadata/height": String(frame.height),
    "metadata/dataType": String(code),
    "metadata/dataTypeName": name,
    "metadata/fileBase": encodeText(frame.imageName),
    "metadata/fileName": encodeText(frame.imagePath.replaceAll("\\", "/")),
    "metadata/title": encodeText(frame.imageName),
    "metadata/exposureTime": String(frame.exposure_s),
    "metadata/summedExposures": String(frame.summedExposures),
    "metadata/imageSequenceNumber": String(frame.number),
    "metadata/imageNumber": String(dark ? -1 : frame.number),
    "metadata/phaseNumber": String(dark ? -1 : frame.phase),
    "metadata/nPhases": String(dark ? 0 : frame.phases),
    "metadata/dateTime": encodeDateTime(dateTime),
    "metadata/dateString": formatDateString(dateTime),
    "metadata/timeStamp": String(frame.time.getTime() / 1000),
    "metadata/imageSaved": "1",
  };
}

/** Up to 0.11.10 a dark has the type of raw data; only its numbers show that it is one. */
function dataType(frame: FrameMetadata): { code: number; name: string } {
  if (frame.type === "float32") return { code: 5, name: "Subtracted Data" };
  if (frame.type === "uint8") return { code: 4, name: "Mask Data" };
  return frame.type === "uint16" ? { code: 1, name: "16 Bit Raw Data" } : { code: 2, name: "32 Bit Raw Data" };
}

function geometryValues(geometry: Geometry): Record<string, string> {
  return {
    "centerfinder/centerX": String(geometry.centerX_px),
    "centerfinder/centerY": String(geometry.centerY_px),
    "centerfinder/detectorXPixelSize": String(geometry.pixel_um),
    "centerfinder/detectorYPixelSize": String(geometry.pixel_um),
    "centerfinder/detectorDistance": String(geometry.distance_mm),
    "centerfinder/energy": String(geometry.energy_ev),
    "centerfinder/implementTilt": "false",
    "centerfinder/detectorTilt": "0",
    "centerfinder/tiltPlaneRotation": "0",
  };
}
