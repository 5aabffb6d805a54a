"""Compares the pairs that template_pairs.ts has made, through h5py: names, links, types, shapes, values, attributes.

By h5py's lower level, which opens each attribute and dataset once: thirty thousand of them take half the time.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy

DIFFERENCES = []
COUNTS = {"files": 0, "values": 0}


TEXT = h5py.string_dtype()


def read(one, kind, shape):
    """Texts as objects, all else as its bytes."""
    is_text = isinstance(kind, h5py.h5t.TypeStringID) and kind.is_variable_str()
    array = numpy.zeros(shape, dtype=TEXT if is_text else f"V{kind.get_size()}")
    where = [] if isinstance(one, h5py.h5a.AttrID) else [h5py.h5s.ALL, h5py.h5s.ALL]
    one.read(*where, array, mtype=None if is_text else kind)
    return array.tolist() if is_text else array.tobytes()


def compare(path, one, other):
    """Two attributes or two datasets."""
    COUNTS["values"] += 1
    kinds, shapes = [of.get_type() for of in (one, other)], [of.shape for of in (one, other)]
    if kinds[0] != kinds[1] or shapes[0] != shapes[1]:
        DIFFERENCES.append(f"{path}: {one.dtype} {shapes[0]} and {other.dtype} {shapes[1]}")
        return
    a, b = (read(of, kinds[0], shapes[0]) for of in (one, other))
    if a != b:
        DIFFERENCES.append(f"{path}: {a!r} and {b!r}")


def attributes_of(one):
    every = (h5py.h5a.open(one, index=index) for index in range(h5py.h5a.get_num_attrs(one)))
    return {attribute.name.decode(): attribute for attribute in every}


def attributes(path, one, other):
    one, other = attributes_of(one), attributes_of(other)
    if list(one) != list(other):
        DIFFERENCES.append(f"{path}: attributes {list(one)} and {list(other)}")
    for name in set(one) & set(other):
        compare(f"{path}@{name}", one[name], other[name])


def groups(path, one, other, seen):
    attributes(path, one, other)
    names, others = list(one), list(other)
    if names != others:
        DIFFERENCES.append(f"{path}: members {names} and {others}")
        return
    for name in names:
        below = f"{path}/{name.decode()}"
        a, b = h5py.h5o.open(one, name), h5py.h5o.open(other, name)
        if type(a) is not type(b):
            DIFFERENCES.append(f"{below}: {a} and {b}")
        elif isinstance(a, h5py.h5g.GroupID):
            groups(below, a, b, seen)
        else:
            addresses = [h5py.h5o.get_info(of).addr for of in (a, b)]
            if seen[0].setdefault(addresses[0], below) != seen[1].setdefault(addresses[1], below):
                DIFFERENCES.append(f"{below}: linked to another dataset")
            if a.get_create_plist().get_layout() != b.get_create_plist().get_layout():
                DIFFERENCES.append(f"{below}: another layout")
            compare(below, a, b)
            attributes(below, a, b)


for made in sorted(Path(sys.argv[1]).glob("*.template.nxs")):
    with h5py.File(made) as one, h5py.File(str(made).replace(".template.", ".hdf5.")) as other:
        COUNTS["files"] += 1
        groups(made.name, *(h5py.h5o.open(file.id, b"/") for file in (one, other)), ({}, {}))
print(json.dumps({**COUNTS, "differences": DIFFERENCES}))
