"""Compares the pairs that template_pairs.ts has made, through h5py: names, links, types, shapes, values, attributes."""

import json
import sys
from pathlib import Path

import h5py
import numpy

DIFFERENCES = []
COUNTS = {"files": 0, "values": 0}


def same(one, other):
    if isinstance(one, h5py.Empty) or isinstance(other, h5py.Empty):
        return type(one) is type(other)
    if isinstance(one, (str, bytes)):
        return one == other
    one, other = numpy.asarray(one), numpy.asarray(other)
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return one.tobytes() == other.tobytes() if one.dtype.kind != "O" else bool((one == other).all())


def attributes(path, one, other):
    if list(one) != list(other):
        DIFFERENCES.append(f"{path}: attributes {list(one)} and {list(other)}")
    for name in one:
        COUNTS["values"] += 1
        types = [of.get_id(name).dtype for of in (one, other)]
        spaces = [of.get_id(name).shape for of in (one, other)]
        if types[0] != types[1] or spaces[0] != spaces[1] or not same(one[name], other[name]):
            DIFFERENCES.append(f"{path}@{name}: {one[name]!r} and {other[name]!r}")


def groups(path, one, other, seen):
    attributes(path, one.attrs, other.attrs)
    if list(one) != list(other):
        DIFFERENCES.append(f"{path}: members {list(one)} and {list(other)}")
        return
    for name in one:
        below = f"{path}/{name}"
        a, b = one[name], other[name]
        if type(a) is not type(b):
            DIFFERENCES.append(f"{below}: {a} and {b}")
        elif isinstance(a, h5py.Group):
            groups(below, a, b, seen)
        else:
            addresses = [h5py.h5o.get_info(of.id).addr for of in (a, b)]
            if seen[0].setdefault(addresses[0], below) != seen[1].setdefault(addresses[1], below):
                DIFFERENCES.append(f"{below}: linked to another dataset")
            COUNTS["values"] += 1
            alike = a.dtype == b.dtype and a.shape == b.shape and a.id.get_create_plist().get_layout() == b.id.get_create_plist().get_layout()
            if not alike or not same(a[()], b[()]):
                DIFFERENCES.append(f"{below}: {a[()]!r} and {b[()]!r}")
            attributes(below, a.attrs, b.attrs)


for made in sorted(Path(sys.argv[1]).glob("*.template.nxs")):
    with h5py.File(made) as one, h5py.File(str(made).replace(".template.", ".hdf5.")) as other:
        COUNTS["files"] += 1
        groups(made.name, one, other, ({}, {}))
print(json.dumps({**COUNTS, "differences": DIFFERENCES}))
