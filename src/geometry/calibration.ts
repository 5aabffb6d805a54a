/** A calibration that a PONI file holds, and what it means for an image. */
import type { Placement } from "./geometry.ts";
import { placementOfPoni, type Poni } from "./poni.ts";

/** As EXIF's: with 1 and 2 the last row is the file's first, with 1 and 4 the last column. */
export type Orientation = 1 | 2 | 3 | 4;

export interface Calibration {
  /** In words: `configuration [detector] poni (ceo2.poni)`. */
  readonly origin: string;
  readonly poni: Poni;
  readonly wavelength_m: number | null;
  /** pyFAI's: which way round the image was that it was made with; 3, as the file has it, where absent. */
  readonly orientation?: Orientation;
  /** Of the image that it was made with; null where the file does not say. */
  readonly shape: { readonly width: number; readonly height: number } | null;
}

interface ImageFacts {
  readonly image: { readonly width: number; readonly height: number } | null;
  readonly view: { readonly hBinning?: number; readonly vBinning?: number } | null;
}

/**
 * Where the detector stands in an image's own pixels, or in words why the calibration does not fit this image. An image
 * of another size is the same detector binned only where the sidecar says so: it may as well be a part of it.
 */
export function placementForImage(calibration: Calibration, { image, view }: ImageFacts): Placement | string {
  const { shape, poni } = calibration;
  const placement = placementOfPoni(poni);
  if (shape === null || image === null || (shape.width === image.width && shape.height === image.height)) {
    return placement;
  }
  const [x, y] = [view?.hBinning ?? 1, view?.vBinning ?? 1];
  if (x * y === 1 || image.width * x !== shape.width || image.height * y !== shape.height) {
    return `it is for ${shape.width} x ${shape.height} pixels, the image has ${image.width} x ${image.height}`;
  }
  return {
    ...placement,
    xPixelSize_m: placement.xPixelSize_m * x,
    yPixelSize_m: placement.yPixelSize_m * y,
    beamCenterX_px: placement.beamCenterX_px / x,
    beamCenterY_px: placement.beamCenterY_px / y,
  };
}
