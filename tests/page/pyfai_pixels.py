"""What pyFAI says of single pixels: reads a JSON of geometry and pixels, writes 2theta in degrees, q and d of each."""

import json
import sys

import numpy
from pyFAI.detectors import Detector
from pyFAI.integrator.azimuthal import AzimuthalIntegrator

asked = json.load(sys.stdin)
detector = Detector(asked["pixel_m"], asked["pixel_m"], max_shape=(asked["size"], asked["size"]), orientation=3)
ai = AzimuthalIntegrator(detector=detector, wavelength=asked["wavelength_m"])
ai.setFit2D(
    asked["distance_mm"],
    asked["beam_x"],
    asked["beam_y"],
    tilt=asked["tilt_deg"],
    tiltPlanRotation=asked["rotation_deg"],
    pixelX=asked["pixel_m"] * 1e6,
    pixelY=asked["pixel_m"] * 1e6,
)
maps = [ai.center_array(detector.shape, unit=unit, scale=True) for unit in ("2th_deg", "q_A^-1")]
json.dump(
    [
        {"twoTheta_deg": float(maps[0][row, column]), "q": float(maps[1][row, column]), "d": float(2 * numpy.pi / maps[1][row, column])}
        for column, row in asked["pixels"]
    ],
    sys.stdout,
)
