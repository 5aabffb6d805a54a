"""What other programs make of patterns: readers.py FOLDER PONI, JSON on standard output.

FOLDER holds delivered frames with their .xye and the series' .h5. Each frame is integrated by pyFAI again. Dioptas
(xypattern) reads .xye by numpy.loadtxt; GSAS-II's importers cannot be installed here, so their rules are kept below.
"""

import glob
import json
import logging
import os
import sys
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")

import fabio
import h5py
import numpy
import pyFAI
import silx.io
import silx.io.nxdata
from nexusformat.nexus import validate as nxcheck
from pyFAI.io.nexus import Nexus


def worst(ours, theirs):
    ours, theirs = numpy.asarray(ours, float), numpy.asarray(theirs, float)
    return float(numpy.max(numpy.abs(ours - theirs) / numpy.maximum(numpy.abs(theirs), 1e-30)))


def by_pyfai(ai, image, npt):
    pixels = fabio.open(image).data
    return ai.integrate1d_ng(
        pixels, npt, unit="2th_deg", error_model="poisson", polarization_factor=0.95, method=("bbox", "csr", "cython")
    )


def xye_like_gsas(path):
    """GSAS-II, imports/G2pwd_xye.py: comments are "#", a line with "x=" among the first would be taken for a setting;
    each other line needs three numbers."""
    points = []
    with open(path) as file:
        for number, line in enumerate(file):
            if line.startswith("#"):
                assert not (number < 3 and "=" in line), line
                continue
            points.append([float(word) for word in line.split()])
            assert len(points[-1]) == 3, line
    return numpy.array(points)


def series_like_gsas(path):
    """GSAS-II, imports/G2pwd_HDF5.py: opened by .h5 or .hdf5 alone; NXazint1d of 2-D I and I_errors; 2theta in degrees
    by these words; what has one value a frame becomes comments, and a list of texts would end it."""
    assert path.endswith((".h5", ".hdf5"))
    with h5py.File(path, "r") as file:
        entry = file["entry"]
        assert entry["definition"][()].decode() == "NXazint1d"
        data = entry["data"]
        assert data["I"].ndim == 2 and data["I"].shape == data["I_errors"].shape
        assert data["radial_axis"].attrs["units"] in ("deg", "degrees", "2th", "2theta")
        texts = []

        def look(name, item):
            if isinstance(item, h5py.Dataset) and item.shape == (data["I"].shape[0],) and item.dtype.kind == "O":
                texts.append(name)

        entry.visititems(look)
        assert not texts, texts
        return data["I"].shape


class Lines(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        if record.levelno < logging.CRITICAL:
            self.lines.append(" ".join(record.getMessage().split()))


def validate(path, check):
    logging.disable(logging.NOTSET)
    lines = Lines()
    nxcheck.logger.handlers = [lines]
    nxcheck.logger.setLevel(logging.WARNING)
    nxcheck.logger.propagate = False
    counts = check(path)
    logging.disable(logging.WARNING)
    return {"counts": [int(count) for count in counts], "lines": lines.lines}


def main(folder, poni):
    ai = pyFAI.load(poni)
    [series] = glob.glob(os.path.join(folder, "*_patterns.h5"))
    answer = {"frames": {}, "gsas_series": list(series_like_gsas(series))}
    with h5py.File(series, "r") as file:
        names = [name.decode() for name in file["entry/frames/name"][:, 0]]
        rows, errors = file["entry/data/I"][()], file["entry/data/I_errors"][()]
        radial, edges = file["entry/data/radial_axis"][()], file["entry/data/radial_axis_edges"][()]
        answer["names"], answer["flags"] = names, [bool(file[f"entry/{name}_applied"][()]) for name in ("solid_angle", "polarization", "monitor")]
        answer["edges_fit"] = bool(numpy.allclose((edges[1:] + edges[:-1]) / 2, radial, rtol=1e-12))
    for row, name in enumerate(names):
        image = os.path.join(folder, name)
        result = by_pyfai(ai, image, len(radial))
        there = result.count > 0
        text = numpy.loadtxt(os.path.splitext(image)[0] + ".xye")
        x, intensity, sigma = text.T
        answer["frames"][name] = {
            "series": [worst(radial, result.radial), worst(rows[row], result.intensity), worst(errors[row], result.sigma)],
            "xye": [worst(x, result.radial[there]), worst(intensity, result.intensity[there]), worst(sigma, result.sigma[there])],
            "gsas": bool(numpy.array_equal(xye_like_gsas(os.path.splitext(image)[0] + ".xye"), text)),
        }
    with silx.io.open(series) as file:
        default = silx.io.nxdata.get_default(file, validate=True)
        answer["silx"] = {"signal": list(default.signal.shape), "axes": [str(name) for name in default.axes_dataset_names], "spectrum": default.interpretation}
    with Nexus(series, mode="r") as nexus:
        answer["pyfai"] = nexus.get_default_NXdata().name
    answer["nxcheck"] = validate(series, nxcheck.validate_file)
    answer["application"] = validate(series, nxcheck.validate_application)
    for cake in glob.glob(os.path.join(folder, "*_cake.h5")):
        answer["cake"] = validate(cake, nxcheck.validate_application)
        with silx.io.open(cake) as file:
            answer["cake_shape"] = list(silx.io.nxdata.get_default(file, validate=True).signal.shape)
    json.dump(answer, sys.stdout)


main(*sys.argv[1:])
