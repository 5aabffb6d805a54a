"""Where programs that follow the delivered files put the pixels, beside where pyFAI puts them from QXRD's own numbers.

geometry_readers.py JSON: a list, of each frame the NeXus file, its .poni, and what QXRD's sidecar says. Answers on
standard output as JSON, lengths in metres.
"""

import json
import logging
import sys

import h5py
import numpy
import nxmx
import pyFAI
from pyFAI.detectors import Detector
from pyFAI.integrator.azimuthal import AzimuthalIntegrator

logging.disable(logging.WARNING)
DETECTOR = "entry/instrument/detector"


def of_qxrd(numbers, shape):
    """pyFAI's geometry from QXRD's numbers, by its own conversion from Fit2D."""
    pixel_x, pixel_y = numbers["detectorXPixelSize"], numbers["detectorYPixelSize"]
    detector = Detector(pixel1=pixel_y * 1e-6, pixel2=pixel_x * 1e-6, max_shape=shape, orientation=3)
    integrator = AzimuthalIntegrator(detector=detector, wavelength=12.398419843320026e-7 / numbers["energy"])
    integrator.setFit2D(
        numbers["detectorDistance"],
        numbers["centerX"],
        numbers["centerY"],
        tilt=numbers["detectorTilt"],
        tiltPlanRotation=numbers["tiltPlaneRotation"],
        pixelX=pixel_x,
        pixelY=pixel_y,
    )
    return integrator


def places(integrator, shape):
    """(height, width, 3): each pixel's middle in NeXus' axes, which are half a turn about the beam from pyFAI's."""
    # pyFAI adds the half pixel to the middle by itself.
    rows, columns = numpy.mgrid[: shape[0], : shape[1]].astype(float)
    z, first, second = integrator.calc_pos_zyx(d1=rows, d2=columns)
    return numpy.stack([-second, -first, z], axis=-1)


def matrix_of(axis):
    return nxmx.get_cumulative_transformation(nxmx.get_dependency_chain(axis))[0]


def places_of_module(module, shape):
    """The same by the nxmx package, along `depends_on`. It counts in millimetres."""
    matrix = matrix_of(module.module_offset)

    def step(axis):
        assert axis.depends_on.path == module.module_offset.path
        return axis.vector * axis[()].to("mm").magnitude

    rows, columns = numpy.mgrid[: shape[0], : shape[1]].astype(float) + 0.5
    flat = columns[..., None] * step(module.fast_pixel_direction) + rows[..., None] * step(module.slow_pixel_direction)
    return (flat @ matrix[:3, :3].T + matrix[:3, 3]) / 1000


def beam_on(module):
    """Column and row where the beam meets the module's plane, from the chain alone; and how far away that is in m."""
    matrix = matrix_of(module.module_offset)
    fast = matrix[:3, :3] @ (module.fast_pixel_direction.vector * module.fast_pixel_direction[()].to("mm").magnitude[0])
    slow = matrix[:3, :3] @ (module.slow_pixel_direction.vector * module.slow_pixel_direction[()].to("mm").magnitude[0])
    column, row, along = numpy.linalg.solve(numpy.stack([fast, slow, [0, 0, -1]], axis=1), -matrix[:3, 3])
    return column, row, along / 1000


def curve(integrator, image):
    result = integrator.integrate1d(image, 200, unit="2th_deg", method=("no", "histogram", "cython"))
    return result.radial, result.intensity


def read(frame):
    with h5py.File(frame["nexus"], "r") as file:
        detector = nxmx.NXdetector(file[DETECTOR])
        (module,) = detector.modules
        data = file["entry/data/data"]
        shape = data.shape[1:]
        part = data[0][tuple(slice(o, o + n) for o, n in zip(module.data_origin, module.data_size))]
        wanted = of_qxrd(frame["sidecar"], shape)
        expected = places(wanted, shape)
        column, row, distance = beam_on(module)
        answer = {
            "part": list(part.shape),
            "chain": float(numpy.abs(places_of_module(module, shape) - expected).max()),
            "beam_x": float(column - detector.beam_center_x.magnitude),
            "beam_y": float(row - detector.beam_center_y.magnitude),
            "distance": float(distance - detector.distance.to("m").magnitude),
            "supports": file[f"{DETECTOR}/depends_on"][()].decode() == module.module_offset.depends_on.path,
            "axes": [float(file[f"entry/data/{name}"][0]) for name in ("x", "y")],
            "is_nxmx": len(nxmx.NXmx(file).entries) if "definition" in file["entry"] else None,
        }
        loaded = pyFAI.load(frame["poni"])
        answer["poni"] = float(numpy.abs(places(loaded, shape) - expected).max())
        answer["shape"] = [int(n) for n in loaded.detector.max_shape]
        answer["wavelength"] = abs(loaded.wavelength / wanted.wavelength - 1)
        if frame["integrate"]:
            (radial, intensity), (radial2, intensity2) = curve(loaded, data[0]), curve(wanted, data[0])
            answer["curve"] = float(max(abs(radial - radial2).max(), abs(intensity - intensity2).max()))
            answer["highest"] = float(abs(intensity2).max())
        return answer


if __name__ == "__main__":
    out, sys.stdout = sys.stdout, sys.stderr
    json.dump([read(frame) for frame in json.loads(sys.argv[1])], out)
