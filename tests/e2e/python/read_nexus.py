"""Opens delivered NeXus files with h5py, silx, fabio and pyFAI.

Question: {"path": FILE}, "folder" where it is to be opened from that working directory, and "application": true to read
it with the package nxmx too. Answer: what each reader
made of it.
"""

import os

import fabio
import h5py
import numpy
import nxmx
import pyFAI.io.image
import silx.io
import silx.io.nxdata
from pyFAI.integrator.azimuthal import AzimuthalIntegrator

from common import attempt, describe, listen_to, main

BINS = 50


def default_signal(file):
    """Follows @default and @signal as the NeXus standard says."""
    node = file
    while "default" in node.attrs:
        node = node[node.attrs["default"]]
    return node, node[node.attrs["signal"]]


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return [plain(item) for item in value.tolist()] if isinstance(value, numpy.ndarray) else value.item()
    return value


def read_h5py(path):
    with h5py.File(path, "r") as file:
        group, signal = default_signal(file)
        if signal.shape[0] != 1 or signal.ndim != 3:
            raise ValueError(f"the image has shape {signal.shape}")
        return {
            **describe(signal[0]),
            "group": group.name,
            "compression": signal.compression,
            "external": signal.external is not None and len(signal.external) > 0,
            "values": scalars_of(file),
        }


# A long list or a whole sidecar is no number or word that a test looks at.
TEXT_MAX = 200_000
SHORT = 16


def scalars_of(file):
    """Every scalar or short dataset and each attribute of the file, by path."""
    values = {}

    def take(name, node):
        for key, value in node.attrs.items():
            values[f"/{name}@{key}"] = plain(value)
        if isinstance(node, h5py.Dataset) and node.size is not None and node.size <= SHORT:
            value = plain(node[()])
            values[f"/{name}"] = value if not isinstance(value, str) or len(value) < TEXT_MAX else "…"

    file.visititems(take)
    for key, value in file.attrs.items():
        values[f"/@{key}"] = plain(value)
    return values


def read_silx(path):
    # silx.io.open takes what follows # or ; for a place inside the file: such a name is opened by h5py for it.
    with h5py.File(path, "r") if "#" in path or ";" in path else silx.io.open(path) as file:
        found = silx.io.nxdata.get_default(file)
        if found is None or not found.is_valid:
            raise ValueError("silx finds no valid default plot")
        return {
            **describe(found.signal[0]),
            "interpretation": found.interpretation,
            "axes": list(found.axes_dataset_names),
        }


def read_fabio(path):
    with fabio.open(path) as image:
        return {**describe(image.data), "frames": image.nframes}


def read_pyfai(path):
    image = pyFAI.io.image.read_image_data(path)
    integrated = None
    with h5py.File(path, "r") as file:
        detector = file["/entry/instrument/detector"]
        fields = ("x_pixel_size", "y_pixel_size", "distance", "beam_center_x", "beam_center_y")
        if all(field in detector for field in fields):
            integrated = integrate(image, detector)
    return {**describe(image), "integrated": integrated}


def metres(dataset):
    unit = plain(dataset.attrs["units"])
    return float(dataset[()]) * {"m": 1, "mm": 1e-3, "um": 1e-6}[unit]


def integrate(image, detector):
    """A powder pattern with the geometry that the file's own standard fields give."""
    pixel_y, pixel_x = metres(detector["y_pixel_size"]), metres(detector["x_pixel_size"])
    integrator = AzimuthalIntegrator(
        dist=metres(detector["distance"]),
        poni1=float(detector["beam_center_y"][()]) * pixel_y,
        poni2=float(detector["beam_center_x"][()]) * pixel_x,
        pixel1=pixel_y,
        pixel2=pixel_x,
    )
    result = integrator.integrate1d(image.astype("float32"), BINS, unit="r_mm", method=("no", "histogram", "cython"))
    return {"bins": len(result.radial), "finite": bool(numpy.isfinite(result.intensity).all())}


def read_nxmx(path):
    """As the programs of crystallographers read a file of the definition NXmx."""
    with h5py.File(path, "r") as file:
        entry = nxmx.NXmx(file).entries[0]
        instrument = entry.instruments[0]
        detector = instrument.detectors[0]
        origin, size = detector.modules[0].data_origin, detector.modules[0].data_size
        module = tuple(slice(int(first), int(first) + int(count)) for first, count in zip(origin, size))
        return {
            **describe(file["/entry/data/data"][0][module]),
            "start_time": entry.start_time.isoformat(),
            "end_time": None if entry.end_time is None else entry.end_time.isoformat(),
            "end_time_estimated": entry.end_time_estimated.isoformat(),
            "time_zone": plain(instrument.time_zone[()]),
            "saturation_value": detector.saturation_value,
            "count_time_s": detector.count_time.to("s").magnitude,
        }


READERS = {"h5py": read_h5py, "silx": read_silx, "fabio": read_fabio, "pyFAI": read_pyfai}


def answer(question):
    before = os.getcwd()
    if "folder" in question:
        os.chdir(question["folder"])
    try:
        readers = {**READERS, "nxmx": read_nxmx} if question.get("application") else READERS
        return {name: attempt(reader, question["path"]) for name, reader in readers.items()}
    finally:
        os.chdir(before)


if __name__ == "__main__":
    listen_to("fabio", "silx", "pyFAI", "h5py")
    main(answer)
