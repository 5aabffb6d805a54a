"""Everything that is in an HDF5 file, as h5py sees it, so that two files can be compared.

Question: {"path": FILE}. Answer: of each object its kind, its type and shape, how it is stored and the SHA-256 of its
values; of each attribute its type and value; of each link that leads to an object seen before, or out of the file,
where it leads.
"""

import hashlib

import h5py
import numpy

from common import attempt, main


def values_of(array):
    array = numpy.asarray(array)
    if array.dtype.kind != "O":
        return hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()
    texts = [text.decode() if isinstance(text, bytes) else str(text) for text in array.ravel()]
    return texts if texts else ""


def attributes_of(node):
    found = {}
    for name, value in node.attrs.items():
        kind = node.attrs.get_id(name)
        found[name] = {"type": type_of(kind.dtype), "shape": list(kind.shape), "value": plain(value)}
    return found


def plain(value):
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return repr(value.tolist())
    return repr(value)


def type_of(dtype):
    text = h5py.check_string_dtype(dtype)
    return f"text {text.encoding} {text.length}" if text else str(dtype)


def describe(node):
    if isinstance(node, h5py.Group):
        return {"kind": "group", "attributes": attributes_of(node)}
    virtual = [[source.file_name, source.dset_name] for source in node.virtual_sources()] if node.is_virtual else None
    return {
        "kind": "dataset",
        "attributes": attributes_of(node),
        "type": type_of(node.dtype),
        "shape": list(node.shape) if node.shape is not None else None,
        "chunks": node.chunks,
        "compression": node.compression,
        "virtual": virtual,
        "external": node.external,
        "values": values_of(node[()]),
    }


def read_tree(path):
    objects, first = {}, {}
    with h5py.File(path, "r") as file:

        def walk(name, group):
            for key in group:
                below = f"{name}/{key}"
                link = group.get(key, getlink=True)
                if not isinstance(link, h5py.HardLink):
                    objects[below] = {"kind": type(link).__name__, "leads": [getattr(link, "filename", None), link.path]}
                    continue
                node = group[key]
                same = first.setdefault(h5py.h5o.get_info(node.id).addr, below)
                objects[below] = describe(node) if same == below else {"kind": "the same", "leads": same}
                if same == below and isinstance(node, h5py.Group):
                    walk(below, node)

        objects["/"] = describe(file)
        walk("", file)
    return {"objects": objects}


def answer(question):
    return {"h5py": attempt(read_tree, question["path"])}


if __name__ == "__main__":
    main(answer)
