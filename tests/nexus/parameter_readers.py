"""What other programs make of the parameters in delivered files.

Arguments: the NeXus file, the TIFF. Answer on standard output as JSON: h5py's reading of each value below /entry, the
JSON of the TIFF's tag as Python's own parser reads it, and what nxcheck finds.
"""

import json
import sys
from datetime import datetime

import h5py
import numpy
import tifffile

from nxcheck_run import run_nxcheck

PARAMETERS_TAG = 65012


def plain(value):
    """Numbers as text with all their digits, since JSON has no NaN and JavaScript no 64-bit integers."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    if isinstance(value, numpy.ndarray):
        return [plain(one) for one in value]
    if isinstance(value, (float, numpy.floating)):
        return repr(float(value))
    return str(int(value))


def describe(dataset):
    attributes = {name: plain(value) for name, value in dataset.attrs.items()}
    return {
        "value": plain(dataset[()]),
        "dtype": "text" if h5py.check_string_dtype(dataset.dtype) else str(dataset.dtype),
        "shape": list(dataset.shape),
        "attributes": attributes,
        "time_ms": milliseconds(attributes["time"]) if "time" in attributes else None,
    }


def milliseconds(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def read_h5py(path):
    found = {}

    def visit(name, node):
        if isinstance(node, h5py.Group):
            found[name] = {"class": plain(node.attrs["NX_class"])}
        elif node.size is not None and node.size < 10_000:
            found[name] = describe(node)
            if "start" in node.attrs:
                start = milliseconds(plain(node.attrs["start"]))
                found[name]["times_ms"] = [start + round(float(one) * 1000) for one in node[()]]

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def numbers_as_text(value):
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return [numbers_as_text(one) for one in value]
    return {key: numbers_as_text(one) for key, one in value.items()}


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    nexus, tiff = sys.argv[1:]
    with tifffile.TiffFile(tiff) as file:
        text = file.pages[0].tags[PARAMETERS_TAG].value
        shape = list(file.pages[0].asarray().shape)
    name, _, tag = text.partition("=")
    answer = {
        "h5py": read_h5py(nexus),
        "tag": {"name": name, "value": numbers_as_text(json.loads(tag)), "shape": shape},
        "nxcheck": run_nxcheck(nexus),
    }
    json.dump(answer, out)


if __name__ == "__main__":
    main()
