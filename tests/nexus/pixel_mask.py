"""The detector's pixel_mask in each file. pixel_mask.py FILE…: JSON on standard output."""

import json
import sys

import h5py
import numpy

from nxcheck_run import run_nxcheck


def read(path):
    with h5py.File(path, "r") as file:
        detector = file["entry/instrument/detector"]
        mask = detector.get("pixel_mask")
        answer = {"sum": float(detector["data"][()].sum(dtype=numpy.float64)), "marked": None}
        if mask is not None:
            rows, columns = numpy.nonzero(mask[()])
            answer.update(
                marked=[[int(x), int(y)] for y, x in zip(rows, columns)],
                values=numpy.unique(mask[()]).tolist(),
                dtype=str(mask.dtype),
                shape=list(mask.shape),
                bytes=int(mask.id.get_storage_size()),
            )
        return answer


out, sys.stdout = sys.stdout, sys.stderr
json.dump([{**read(path), "nxcheck": run_nxcheck(path)} for path in sys.argv[1:]], out)
