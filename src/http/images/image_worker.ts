/// <reference lib="deno.worker" />
/** The worker that reads frames for browsers: where an output does not answer, it waits, and nobody else. */
import { standBack } from "../../../ffi/system/priority.ts";
import { CalibrationFile } from "../../geometry/calibration_file.ts";
import { placementOf } from "../../geometry/geometry.ts";
import { geometryOf } from "../../geometry/geometry_of.ts";
import { messageOf } from "../../files/errors.ts";
import { openPlain, readPlain } from "../../files/plain_file.ts";
import { parseSidecar } from "../../qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../qxrd/view.ts";
import type { FrameImage } from "../../plugins/contract.ts";
import { readOpenImage } from "../../plugins/read_image.ts";
import { saturationOf } from "../../plugins/saturation_of.ts";
import type { FrameRoles } from "../../frames/events.ts";
import type { ImageSettings } from "../messages.ts";
import { readXye } from "../../integration/xye.ts";
import type { GeometryPayload, PatternPayload, QuarantinePayload } from "../payloads.ts";
import { type EncodedFrame, encodeFrame } from "./preview.ts";
import { listQuarantine } from "./quarantine_list.ts";

export type ImageQuestion =
  /** `whole`: whether the pixels themselves are wanted. */
  | { readonly what: "frame"; readonly roles: FrameRoles; readonly settings: ImageSettings; readonly whole: boolean }
  | { readonly what: "pattern"; readonly path: string }
  | { readonly what: "quarantine"; readonly root: string };

export interface ReadFrame extends EncodedFrame {
  readonly geometry: GeometryPayload | null;
  /** Reading and encoding. */
  readonly took_ms: number;
  /** Empty where they were not asked for. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** What each question is answered with. */
export interface ImageAnswers {
  readonly frame: ReadFrame;
  readonly pattern: PatternPayload | null;
  readonly quarantine: readonly QuarantinePayload[];
}

export type ImageReply<What extends keyof ImageAnswers = keyof ImageAnswers> =
  | { readonly answer: ImageAnswers[What]; readonly error?: undefined }
  | { readonly error: string };

/** A sidecar is some kilobytes. */
const SIDECAR_BYTES_MAX = 4 * 1024 * 1024;
/** A pattern of 100,000 bins is 5 MB. */
const PATTERN_BYTES_MAX = 8 * 1024 * 1024;

standBack();

/** Its memory is used again. */
let last: FrameImage | null = null;
const calibrationFile = new CalibrationFile();

function reply(message: ImageReply, buffers: ArrayBuffer[] = []): void {
  self.postMessage(message, buffers);
}

self.onmessage = ({ data }: MessageEvent<ImageQuestion>) => {
  try {
    switch (data.what) {
      case "pattern":
        return reply({ answer: readPattern(data.path) });
      case "quarantine":
        return reply({ answer: listQuarantine(data.root) });
      case "frame": {
        const frame = read(data);
        return reply({ answer: frame }, [frame.preview.buffer, ...data.whole ? [frame.pixels.buffer] : []]);
      }
    }
  } catch (error) {
    reply({ error: messageOf(error) });
  }
};

function read({ roles, settings, whole }: ImageQuestion & { what: "frame" }): ReadFrame {
  const start_ms = performance.now();
  using file = openPlain(roles.image);
  const image = readOpenImage(file, whole ? null : last);
  if (!whole) last = image;
  const view = viewOf(roles.sidecar);
  const encoded = encodeFrame(image, saturationOf(image.data, view, { detector: settings.detector }));
  const { buffer, byteLength } = image.data;
  const pixels = whole ? new Uint8Array(buffer as ArrayBuffer, 0, byteLength) : new Uint8Array(0);
  return { ...encoded, geometry: geometryIn({ image, view, settings }), pixels, took_ms: performance.now() - start_ms };
}

/** Null where there is none, or not yet. @throws XyeError where the file is no pattern */
function readPattern(path: string): PatternPayload | null {
  const bytes = readPlain(path, PATTERN_BYTES_MAX);
  if (bytes === null) return null;
  const { unit, x, intensity } = readXye(new TextDecoder().decode(bytes));
  return unit === null ? null : { unit, x: [...x], intensity: [...intensity] };
}

function viewOf(path: string | null): SidecarView | null {
  if (path === null) return null;
  try {
    const bytes = readPlain(path, SIDECAR_BYTES_MAX);
    return bytes === null ? null : viewSidecar(parseSidecar(bytes));
  } catch {
    return null; // the image can be shown all the same
  }
}

function geometryIn(
  { image, view, settings }: { image: FrameImage; view: SidecarView | null; settings: ImageSettings },
): GeometryPayload | null {
  const { detector, beamline } = settings;
  const { calibration } = calibrationFile.current(detector.poni);
  const geometry = geometryOf({ detector, beamline, view, calibration, image });
  const placement = placementOf(geometry);
  if (placement === null) return null;
  const wavelength_m = geometry.wavelength_m?.value;
  return {
    x_px: placement.beamCenterX_px,
    y_px: placement.beamCenterY_px,
    distance_mm: placement.distance_m * 1e3,
    pixel_mm: placement.xPixelSize_m * 1e3,
    wavelength_A: wavelength_m === undefined ? null : wavelength_m * 1e10,
    placement,
  };
}
