"""Images, settings and what pyFAI makes of them: pyfai_cases.py FOLDER, a folder a case with raw arrays and case.json.

Intensity and sigma are compared as pyFAI returns them; `engine` says which of its ways it took. Sums over bins are of
64 bits with its CSR integrators.
"""

import functools
import json
import logging
import os
import sys
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")

import numpy
from pyFAI.calibrant import get_calibrant
from pyFAI.detectors import Detector
from pyFAI.integrator.azimuthal import AzimuthalIntegrator

WAVELENGTH = 0.20735e-10
SIDE = 200e-6 * 2048
CALIBRANT = get_calibrant("CeO2")
CALIBRANT.wavelength = WAVELENGTH

GEOMETRIES = {
    "centred": {},
    "centred_on_pixel": {"centre": (0.5 + 0.5 / 256, 0.5 + 0.5 / 256)},
    "tilted": {"centre": (0.47, 0.53), "rotations": (0.12, -0.07, 0.3)},
    "tilted_far": {"centre": (0.2, 0.9), "rotations": (0.6, 0.4, -1.0), "distance": 0.2},
    "off_detector": {"centre": (-0.35, 1.2)},
    "small_angles": {"distance": 5.0},
    "wide_angles": {"distance": 0.06},
}


@functools.cache
def integrator_of(shape, geometry, orientation=3, chi_from_zero=False):
    """One for all cases of a geometry: it keeps where the pixels lie, which takes longer than an integration."""
    given = GEOMETRIES[geometry]
    centre, rotations = given.get("centre", (0.5, 0.5)), given.get("rotations", (0, 0, 0))
    distance = given.get("distance", 0.35)
    size = SIDE / max(shape)
    detector = Detector(size, size, max_shape=shape, orientation=orientation)
    poni = (centre[0] * SIDE, centre[1] * SIDE)
    ai = AzimuthalIntegrator(distance, *poni, *rotations, detector=detector, wavelength=WAVELENGTH)
    if chi_from_zero:
        ai.setChiDiscAtZero()
    return ai


def cases():
    """name, shape, geometry, kind of image, method, number of bins, unit, options of integrate1d_ng"""
    small, middle = (256, 256), (320, 320)
    for split in ("no", "bbox"):
        csr = (split, "csr", "cython")

        def case(name, shape, geometry, image="rings", npt=500, unit="q_nm^-1", **options):
            return f"{name}_{split}", shape, geometry, image, csr, npt, unit, options

        for name in GEOMETRIES:
            yield case(name, small, name)
        for unit in ("q_nm^-1", "q_A^-1", "2th_deg"):
            for npt in (300, 1000, 4000):
                yield case(f"{unit}_{npt}", middle, "tilted", npt=npt, unit=unit)
        for orientation in (1, 2, 4):
            yield case(f"orientation_{orientation}", small, "tilted", orientation=orientation, polarization_factor=0.9)
        yield case("oblong", (200, 320), "tilted", unit="2th_deg")
        yield case("radians", small, "centred", unit="2th_rad")
        yield case("flat_image", middle, "tilted", image="flat", correctSolidAngle=False)
        yield case("noise", middle, "tilted", image="noise", npt=1000)
        yield case("no_errors", middle, "tilted", image="noise", error_model=None)
        yield case("polarized", middle, "tilted", polarization_factor=0.95)
        yield case("unpolarized", small, "wide_angles", polarization_factor=0.0)
        yield case("mask", middle, "tilted", npt=1000, mask=True)
        yield case("dark", middle, "tilted", image="noise", dark=True)
        yield case("dark_and_flat", middle, "tilted", image="noise", dark=True, flat=True)
        yield case("dead_flat", middle, "tilted", image="noise", flat="dead")
        yield case("not_a_number", middle, "tilted", image="nan")
        yield case("dummy", middle, "tilted", image="dummy", dummy=-1, delta_dummy=0.5)
        yield case("dummy_exact", middle, "tilted", image="dummy", dummy=-1)
        yield case("factor", middle, "tilted", normalization_factor=12.5)
        yield case("radial_range", middle, "tilted", radial_range=(20, 90))
        yield case("range_beyond", small, "off_detector", npt=700, radial_range=(0, 400))
        yield case("range_deg", small, "tilted", unit="2th_deg", radial_range=(3, 11))
        yield case("azimuth", middle, "tilted", azimuth_range=(-30, 75))
        yield case("azimuth_across", small, "tilted", azimuth_range=(150, 210))
        yield case("azimuth_tilted", small, "tilted_far", azimuth_range=(-80, 100))
        yield case(
            "all", (2048, 2048), "tilted", image="noise", npt=2000, polarization_factor=0.95, mask=True, dark=True,
            flat=True, dummy=-1, delta_dummy=0.5,
        )


@functools.cache
def rings_of(*setup):
    shape, ai = setup[0], integrator_of(*setup)
    if shape[0] > 1024:
        return 2000 * (1 + numpy.cos(300 * ai.twoThetaArray(shape)))
    return CALIBRANT.fake_calibration_image(ai, shape=shape, Imax=20000, W=1e-5)


def image_of(kind, setup, random):
    """setup: what integrator_of takes"""
    shape = setup[0]
    if kind == "flat":
        return numpy.full(shape, 100, numpy.float32)
    image = (rings_of(*setup) + 120).astype(numpy.float32)
    if kind != "rings":
        image = random.poisson(image).astype(numpy.float32)
    if kind == "nan":
        image[random.random(shape) < 0.01] = numpy.nan
        image[:40] = numpy.nan
        image[50, 50] = numpy.inf
    if kind == "dummy":
        image[random.random(shape) < 0.01] = -1
    return image


def write_cakes(root):
    """Two dimensions: cake_NAME with radial, azimuth, intensity [azimuth][radius] and sigma."""
    for name, geometry, split, options in (
        ("cake_bbox", "tilted", "bbox", {}),
        ("cake_no", "tilted", "no", {"polarization_factor": 0.95}),
        ("cake_off", "off_detector", "bbox", {}),
        ("cake_sector", "tilted", "bbox", {"azimuth_range": (-60, 80), "radial_range": (20, 90)}),
    ):
        folder = os.path.join(root, name)
        os.makedirs(folder)
        shape = (256, 256)
        setup = shape, geometry
        ai = integrator_of(*setup)
        image = image_of("noise", setup, numpy.random.default_rng(3))
        result = ai.integrate2d_ng(
            image, 200, 90, method=(split, "csr", "cython"), unit="q_nm^-1", error_model="poisson", **options
        )
        image.tofile(os.path.join(folder, "image.f32"))
        for key in ("radial", "azimuthal", "intensity", "sigma"):
            numpy.asarray(getattr(result, key), numpy.float64).tofile(os.path.join(folder, f"{key}.f64"))
        write_json(folder, name, shape, ai, [split, result.compute_engine, "q_nm^-1", 200], [], 3, options)


def write_json(folder, name, shape, ai, method, arrays, orientation, options):
    split, engine, unit, npt = method
    poni = {key: getattr(ai, key) for key in ("dist", "poni1", "poni2", "rot1", "rot2", "rot3", "pixel1", "pixel2")}
    facts = {"name": name, "height": shape[0], "width": shape[1], "poni": poni, "wavelength": WAVELENGTH}
    asked = {"split": split, "npt": npt, "unit": unit, "orientation": orientation, "arrays": arrays}
    with open(os.path.join(folder, "case.json"), "w") as file:
        json.dump({**facts, **asked, "engine": engine, "options": options}, file)


def write_case(root, name, shape, geometry, image, method, npt, unit, options):
    folder = os.path.join(root, name)
    os.makedirs(folder)
    options = {"error_model": "poisson", **options}
    orientation = options.pop("orientation", 3)
    # Else pyFAI cuts the sector at 180 degrees.
    across = options.get("azimuth_range", (0, 0))[1] > 180
    setup = shape, geometry, orientation, across
    ai = integrator_of(*setup)
    random = numpy.random.default_rng(11)
    pixels = image_of(image, setup, random)
    arrays = {}
    if options.pop("mask", False):
        mask = random.random(shape) < 0.02
        middle = (shape[0] // 2, shape[1] // 2)
        mask[middle[0] - 20 : middle[0] + 30, middle[1] - 25 : middle[1] + 25] = True
        mask[:, -shape[1] // 10 :] = True
        arrays["mask"] = mask.astype(numpy.int8)
    if options.pop("dark", False):
        arrays["dark"] = (60 + 10 * random.random(shape)).astype(numpy.float32)
    flat = options.pop("flat", False)
    if flat:
        arrays["flat"] = (1 + 0.1 * random.standard_normal(shape)).clip(0.5).astype(numpy.float32)
        if flat == "dead":
            arrays["flat"][random.random(shape) < 0.01] = 0
    result = ai.integrate1d_ng(pixels, npt, method=method, unit=unit, **arrays, **options)
    pixels.tofile(os.path.join(folder, "image.f32"))
    for key, values in arrays.items():
        values.tofile(os.path.join(folder, f"{key}.bin"))
    outcome = {"radial": result.radial, "intensity": result.intensity, "sigma": result.sigma}
    for key, values in outcome.items():
        if values is not None:
            numpy.asarray(values, numpy.float64).tofile(os.path.join(folder, f"{key}.f64"))
    asked = [method[0], result.compute_engine, unit, npt]
    write_json(folder, name, shape, ai, asked, list(arrays), orientation, options)


for one in cases():
    write_case(sys.argv[1], *one)
write_cakes(sys.argv[1])
