/**
 * The files that hand a frame's geometry over to other programs, beside the frame. A file of its own: it is the one
 * place that knows all kinds of such files.
 */
import type { GeometrySettings } from "../config/settings.ts";
import { type Geometry, missingFor, placementOf } from "./geometry.ts";
import { imctrlText } from "./imctrl_file.ts";
import { poniText } from "./poni_file.ts";

export type GeometryFileKind = GeometrySettings["files"][number];

/** The text of each file, by its ending. */
export type GeometryFiles = Readonly<Partial<Record<GeometryFileKind, string>>>;

/** The files that are asked for; or in words why there are none. */
export function geometryFiles(
  geometry: Geometry,
  of: {
    readonly image: { readonly width: number; readonly height: number };
    readonly kinds: GeometrySettings["files"];
  },
): GeometryFiles | string {
  const placement = placementOf(geometry);
  if (placement === null) return `its geometry is not whole: ${missingFor(geometry).join(", ")} not known`;
  const beam = { ...of.image, wavelength_m: geometry.wavelength_m?.value ?? null };
  const text = { poni: poniText, imctrl: imctrlText };
  return Object.fromEntries(of.kinds.map((kind) => [kind, text[kind](placement, beam)]));
}
