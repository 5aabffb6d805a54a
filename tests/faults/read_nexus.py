"""Reads the default image of NeXus files and prints the SHA-256 of its bytes.

usage: read_nexus.py FOLDER LIST; LIST names one file below FOLDER a line. Prints a line each: name, tab, hex digits or
what went wrong.
"""

import hashlib
import os
import sys

import h5py


def default_signal(file):
    """Follows default and signal from the root, as NeXus readers do."""
    group = file
    while "signal" not in group.attrs:
        group = group[group.attrs["default"]]
    return group[group.attrs["signal"]]


def main():
    folder, names = sys.argv[1:]
    with open(names, encoding="utf-8") as lines:
        for name in lines.read().split("\n"):
            try:
                with h5py.File(os.path.join(folder, name), "r") as file:
                    result = hashlib.sha256(default_signal(file)[()].tobytes()).hexdigest()
            except Exception as error:
                result = str(error).replace("\n", " ").replace("\t", " ")
            print(f"{name}\t{result}")


if __name__ == "__main__":
    main()
