/** Settings that are allowed and seldom meant: what they lead to. */
import type { Settings } from "../../config/settings.ts";
import { type Finding, warning } from "./check.ts";

export function checkValues(settings: Settings): Finding[] {
  const { frames, nexus } = settings;
  const findings: Finding[] = [];
  if (frames.settle_s === 0) {
    findings.push(warning(
      "frames.settle_s",
      "0: files are taken at the first look, also those that another program is still copying into the raw folder",
      "Set it to 0.1 or more, unless nothing but QXRD writes there",
    ));
  }
  if (frames.sidecar_wait_s === 0) {
    findings.push(warning(
      "frames.sidecar_wait_s",
      "0: an image whose sidecar comes after it is delivered without tags",
      "Set it to 1 or more: QXRD writes the sidecar after the image",
    ));
  }
  if (nexus.profile === "nxmx") findings.push(...checkNxmx(settings));
  return findings;
}

function checkNxmx({ beamline, detector }: Settings): Finding[] {
  const lacks = [
    ...beamline.energy_kev === undefined && beamline.wavelength_angstrom === undefined && detector.poni === undefined
      ? ["[beamline] energy_kev"]
      : [],
    ...detector.poni !== undefined ? [] : (["distance_mm", "beam_center_x_px", "beam_center_y_px"] as const)
      .filter((key) => detector[key] === undefined).map((key) => `[detector] ${key}`),
  ];
  if (lacks.length === 0) return [];
  return [warning(
    "nexus.profile",
    `"nxmx" needs ${lacks.join(", ")}; a frame whose sidecar does not have them either gets the profile "base"`,
    "Set them, or [detector] poni",
  )];
}
