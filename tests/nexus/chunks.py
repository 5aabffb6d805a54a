"""What readers make of a frame's file whose image is compressed, beside the same frame's that is not.

chunks.py COMPRESSED PLAIN: JSON on standard output. `--pixels FILE…`: type and SHA-256 of each file's image. With PEWATCH_NO_PLUGIN nothing but h5py, as it comes, is asked.
"""

import hashlib
import json
import os
import sys

import h5py

if "PEWATCH_NO_PLUGIN" in os.environ:
    with h5py.File(sys.argv[1], "r") as alone:
        image = alone["/entry/data/data"]
        try:
            error = f"{image[()].shape}"
        except OSError as failed:
            error = str(failed)
        json.dump({"error": error, "compression": image.attrs["compression"]}, sys.stdout)
    sys.exit()

import hdf5plugin  # noqa: F401 -- its import makes the filters known
import numpy
import nxmx
import silx.io
import silx.io.nxdata

from nxcheck_run import run_nxcheck


def sha256(image):
    return hashlib.sha256(numpy.ascontiguousarray(image).tobytes()).hexdigest()


def differences(packed, plain):
    """Paths of what the two files do not share, but for what names the file."""
    found = []

    def items(file):
        everything = {}
        file.visititems(lambda name, one: everything.__setitem__(name, one))
        return everything

    one, other = items(packed), items(plain)
    found += sorted(set(one) ^ set(other))
    for name in set(one) & set(other):
        a, b = one[name], other[name]
        alike = type(a) is type(b) and attributes(a) == attributes(b)
        if alike and isinstance(a, h5py.Dataset):
            values = [sha256(each[()]) if each.dtype.kind != "O" else str(each[()]) for each in (a, b)]
            alike = a.dtype == b.dtype and a.shape == b.shape and values[0] == values[1]
        if not alike:
            found.append(name)
    return found


def attributes(one):
    return {name: str(value) for name, value in one.attrs.items()}


def filters(dataset):
    creation = dataset.id.get_create_plist()
    every = [creation.get_filter(index) for index in range(creation.get_nfilters())]
    return [[code, list(values)] for code, _, values, _ in every]


def read_silx(path):
    with silx.io.open(path) as file:
        return sha256(silx.io.nxdata.get_default(file).signal[()])


def read_nxmx(path):
    with h5py.File(path, "r") as file:
        data = nxmx.NXmx(file).entries[0].data[0]
        return sha256(data[data.signal][()])


def read_pixels(path):
    with h5py.File(path, "r") as file:
        image = file["/entry/data/data"]
        return [image.dtype.str, sha256(image[()])]


if sys.argv[1] == "--pixels":
    json.dump({path: read_pixels(path) for path in sys.argv[2:]}, sys.stdout)
    sys.exit()

out, sys.stdout = sys.stdout, sys.stderr
packed_path, plain_path = sys.argv[1:3]
with h5py.File(packed_path, "r") as packed, h5py.File(plain_path, "r") as plain:
    image = packed["/entry/data/data"]
    answer = {
        "same_tree": [name for name in differences(packed, plain) if name != "entry/process/date"],
        "pixels": sha256(image[()]),
        "plain_pixels": sha256(plain["/entry/data/data"][()]),
        "chunks": list(image.chunks),
        "filters": filters(image),
        "stored": image.id.get_storage_size(),
    }
answer["silx"] = read_silx(packed_path)
answer["nxmx"] = read_nxmx(packed_path) if "nxmx-" in packed_path else None
for name, path in (("nxcheck", packed_path), ("plain_nxcheck", plain_path)):
    answer[name] = {key: value for key, value in run_nxcheck(path).items() if key != "lines"}
json.dump(answer, out)
