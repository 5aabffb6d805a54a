"""What readers make of a series' master file, opened from another working directory.

Arguments: the master. Answer on standard output as JSON.
"""

import hashlib
import json
import os
import sys
import tempfile

import fabio
import h5py
import numpy
import silx.io
import silx.io.nxdata

from nxcheck_run import run_nxcheck


def sha256(image):
    return hashlib.sha256(numpy.ascontiguousarray(image).tobytes()).hexdigest()


def table(dataset):
    """An array over the frames: NaN as null, texts as they are, with its attributes."""
    values = [
        value.decode() if isinstance(value, bytes) else [None if numpy.isnan(one) else one for one in numpy.atleast_1d(value).tolist()]
        for value in dataset[()]
    ]
    values = [value[0] if isinstance(value, list) and dataset.ndim == 1 else value for value in values]
    return {"values": values, **{key: str(value) for key, value in dataset.attrs.items() if key in ("units", "path", "start")}}


def read_h5py(path):
    with h5py.File(path, "r") as file:
        group = file[file.attrs["default"]]
        group = group[group.attrs["default"]]
        signal = group[group.attrs["signal"]]
        detector = file["/entry/instrument/detector"]
        return {
            "virtual": signal.is_virtual,
            "numbers": group["frame_number"][()].tolist(),
            "present": group["present"][()].tolist(),
            "files": [name.decode() for name in file["/entry/frames/file_name"][()]],
            "images": [None if numpy.isnan(image).all() else sha256(image) for image in signal],
            "count_time": [None if numpy.isnan(time) else time for time in detector["count_time"][()]],
            "image_key": detector["image_key"][()].tolist(),
            "time": table(file["/entry/frames/time"]),
            "start_times": [text.decode() for text in file["/entry/frames/start_time"][()]],
            "parameters": {name: table(dataset) for name, dataset in file["/entry/instrument/parameters"].items()},
            "temperature": table(file["/entry/sample/temperature"]),
            "pressure": float(file["/entry/sample/pressure"][()]),
            "oven": table(file["/entry/sample/oven/setpoint"]),
            "source": file["/entry/instrument/source/name"][()].decode(),
            "same_data": detector["data"] == signal,
            "distance": float(detector["distance"][()]),
            "sample": file["/entry/sample/name"][()].decode(),
            "start_time": file["/entry/start_time"][()].decode(),
        }


def read_silx(path):
    with silx.io.open(path) as file:
        found = silx.io.nxdata.get_default(file)
        return {
            "valid": found is not None and found.is_valid,
            "signal": list(found.signal.shape),
            "axes": list(found.axes_dataset_names),
        }


def read_fabio(path):
    with fabio.open(path) as image:
        return {"frames": image.nframes, "first": sha256(image.data)}


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    path = sys.argv[1]
    with tempfile.TemporaryDirectory() as elsewhere:
        os.chdir(elsewhere)
        readers = {"h5py": read_h5py, "silx": read_silx, "fabio": read_fabio, "nxcheck": run_nxcheck}
        json.dump({name: read(path) for name, read in readers.items()}, out)
        os.chdir("/")


if __name__ == "__main__":
    main()
