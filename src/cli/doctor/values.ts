/** Settings that are allowed and seldom meant: what they lead to. */
import type { LibraryFinding } from "../version.ts";
import { isOlder } from "./program.ts";
import type { Settings } from "../../config/settings.ts";
import { neededToRead } from "../../nexus/chunks/chunk_layout.ts";
import { type Finding, ok, problem, warning } from "./check.ts";

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
  const needed = nexus.compression === "none" ? null : neededToRead(nexus.compression);
  if (needed !== null) {
    findings.push(ok("nexus.compression", `"${nexus.compression}": a program that reads the images ${needed}`));
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

/** HDF5 before 1.10.3 stores no chunk that was compressed elsewhere. */
const HDF5_FOR_CHUNKS = [1, 10, 3] as const;

export function checkCompression({ nexus }: Settings, libraries: readonly LibraryFinding[]): Finding[] {
  const version = libraries.find(({ name }) => name === "HDF5")?.version ?? null;
  if (nexus.compression === "none" || version === null || !isOlder(version, HDF5_FOR_CHUNKS)) return [];
  return [problem(
    "nexus.compression",
    `HDF5 ${version} cannot store compressed images, and frames would have no NeXus file`,
    `Use HDF5 ${HDF5_FOR_CHUNKS.join(".")} or newer, or set compression = "none"`,
  )];
}
