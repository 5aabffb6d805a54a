/** Keys that are right by themselves but not together: what is asked for twice, by half, or cannot be had. */
import { HC_KEV_ANGSTROM } from "./ranges.ts";
import type { DetectorSettings, Settings } from "./settings.ts";

/** Energy and wavelength may differ by rounding; more than this is a slip. */
const WAVELENGTH_TOLERANCE = 0.01;

export type Report = (path: readonly string[], message: string) => void;

export function reportContradictions(settings: Settings, report: Report): void {
  reportWavelength(settings, report);
  reportFutile(settings, report);
  reportProposal(settings, report);
  reportGeometry(settings.detector, report);
}

/** What is asked for and cannot be given as the other keys stand. */
function reportFutile({ nexus, tiff, dark }: Settings, report: Report): void {
  if (nexus.series && nexus.image !== "embed") {
    report(
      ["nexus", "series"],
      `a series master needs the images in the NeXus files, and image = "${nexus.image}" leaves them out; ` +
        'set image = "embed", or series = false',
    );
  }
  if (nexus.compression !== "none" && nexus.image !== "embed") {
    const where = nexus.image === "none" ? "leaves them out" : "leaves them in the TIFF, which is not compressed";
    report(
      ["nexus", "compression"],
      `what is compressed are the pixels in the NeXus file, and image = "${nexus.image}" ${where}; ` +
        'set image = "embed", or compression = "none"',
    );
  }
  if (nexus.profile === "nxmx" && nexus.image === "none") {
    report(
      ["nexus", "profile"],
      'NXmx needs the image, but image = "none" leaves it out; set image = "embed" or "external", or profile = "base"',
    );
  }
  if (tiff.image_description && !tiff.tags) {
    report(
      ["tiff", "image_description"],
      "image_description is one of the tags, and tags = false writes no tags; set tags = true, or image_description = false",
    );
  }
  if (dark.reference && nexus.image === "none") {
    report(
      ["dark", "reference"],
      'the reference dark is stored with the image, but [nexus] image = "none" leaves images out; ' +
        'set image = "embed" or "external", or reference = false',
    );
  }
}

/** Two statements of one fact that contradict each other would end up in every file. */
function reportWavelength(settings: Settings, report: Report): void {
  const { energy_kev, wavelength_angstrom } = settings.beamline;
  if (energy_kev === undefined || wavelength_angstrom === undefined) return;
  const expected = HC_KEV_ANGSTROM / energy_kev;
  if (Math.abs(wavelength_angstrom / expected - 1) <= WAVELENGTH_TOLERANCE) return;
  report(
    ["beamline", "wavelength_angstrom"],
    `${wavelength_angstrom} does not fit energy_kev = ${energy_kev}, which is ${
      expected.toPrecision(6)
    } angstrom; one of the two is enough`,
  );
}

/** Of two names for one place in the file only one can be written, and half of a statement says nothing. */
function reportProposal({ beamline }: Settings, report: Report): void {
  const { experiment_identifier, proposal, polarization, polarization_angle_deg } = beamline;
  if (proposal !== undefined && experiment_identifier !== undefined && proposal !== experiment_identifier) {
    report(
      ["beamline", "proposal"],
      "it is written as experiment_identifier, which is set too; remove one of the two",
    );
  }
  if (polarization_angle_deg !== undefined && polarization === undefined) {
    report(["beamline", "polarization_angle_deg"], "polarization is needed too: how far the beam is polarised");
  }
}

/** Half a tilt is none, and of two geometries one would be ignored. */
function reportGeometry(detector: DetectorSettings, report: Report): void {
  const { poni, tilt_deg, tilt_plane_rotation_deg } = detector;
  if (poni !== undefined) {
    for (const key of GEOMETRY_KEYS) {
      if (detector[key] !== undefined) {
        report(["detector", key], "poni already holds the whole geometry; remove one of the two");
      }
    }
  } else if (tilt_deg !== undefined && tilt_deg !== 0 && tilt_plane_rotation_deg === undefined) {
    report(["detector", "tilt_deg"], "tilt_plane_rotation_deg is needed too: it says in which direction the tilt is");
  } else if (tilt_plane_rotation_deg !== undefined && tilt_deg === undefined) {
    report(["detector", "tilt_plane_rotation_deg"], "tilt_deg is needed too: it says how large the tilt is");
  }
}

const GEOMETRY_KEYS = [
  "x_pixel_size_um",
  "y_pixel_size_um",
  "distance_mm",
  "beam_center_x_px",
  "beam_center_y_px",
  "tilt_deg",
  "tilt_plane_rotation_deg",
] as const satisfies readonly (keyof DetectorSettings)[];
