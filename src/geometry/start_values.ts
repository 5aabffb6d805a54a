/** The values that QXRD's centre finder has before anybody sets it, the same in all its versions since 0.5. */
import type { CenterFinderView } from "../qxrd/view.ts";

const UNSET = { centerX_px: 0, centerY_px: 0, detectorDistance_mm: 1000, energy_ev: 20_000 } as const;
/** Also what the detectors that QXRD was written for have. */
const PIXEL_UM = 200;

/** Whether nothing of a centre finder has been set. */
export function isUntouched(view: CenterFinderView): boolean {
  const isUnset = (key: keyof typeof UNSET) => view[key] === undefined || view[key] === UNSET[key];
  return (Object.keys(UNSET) as (keyof typeof UNSET)[]).every(isUnset) && view.implementTilt !== true &&
    (view.detectorXPixelSize_um ?? PIXEL_UM) === PIXEL_UM && (view.detectorYPixelSize_um ?? PIXEL_UM) === PIXEL_UM;
}

/**
 * Whether a number is QXRD's own and no measurement. A distance of 1000 mm may be a real one, and cannot be distinguished from an
 * unset one: a wrong distance in a file does more harm than one that has to be configured. The size of pixels counts as
 * soon as anything of the centre finder has been set.
 */
export function isStartValue(key: keyof CenterFinderView, value: number, state: { untouched: boolean }): boolean {
  if (key === "detectorXPixelSize_um" || key === "detectorYPixelSize_um") return state.untouched && value === PIXEL_UM;
  return key in UNSET && value === UNSET[key as keyof typeof UNSET];
}
