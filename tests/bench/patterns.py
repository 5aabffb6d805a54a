"""pyFAI on one thread: patterns.py SIDE NPT. For each line of standard input ("split method sigma frames") the processor
milliseconds a frame takes, and those of its table, as JSON on standard output."""

import json
import logging
import os
import sys
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")

import numpy
from pyFAI.detectors import Detector
from pyFAI.integrator.azimuthal import AzimuthalIntegrator

side, npt = int(sys.argv[1]), int(sys.argv[2])
random = numpy.random.default_rng(5)
image = random.poisson(500, (side, side)).astype(numpy.float32)
dark = random.poisson(60, (side, side)).astype(numpy.float32)
integrators = {}
for line in sys.stdin:
    split, method, sigma, frames = line.split()
    start = time.process_time()
    new = (split, method) not in integrators
    if new:
        detector = Detector(2e-4, 2e-4, max_shape=(side, side))
        centre = side * 1e-4
        integrators[split, method] = AzimuthalIntegrator(0.35, centre, centre, 0.05, -0.03, 0, detector=detector, wavelength=2e-11)

    def integrate():
        integrators[split, method].integrate1d_ng(
            image, npt, unit="2th_deg", method=(split, method, "cython"), dark=dark, polarization_factor=0.95,
            error_model="poisson" if sigma == "sigma" else None,
        )

    integrate()
    setup = time.process_time() - start if new else None
    start = time.process_time()
    for _ in range(int(frames)):
        integrate()
    print(json.dumps({"frame_ms": 1000 * (time.process_time() - start) / int(frames), "table_s": setup}), flush=True)
