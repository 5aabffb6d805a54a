"""Mapped values in a master and its frames. mapped_values.py MASTER FRAME…: JSON on standard output."""

import json
import sys

import h5py

from nxcheck_run import run_nxcheck


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def plain(value):
    values = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(values, list):
        return [plain(one) for one in values]
    values = text(values)
    return None if values != values else values


def read_frame(path):
    with h5py.File(path, "r") as file:
        entry = file["entry"]
        temperature = entry.get("sample/temperature")
        return {
            "temperature": None if temperature is None else float(temperature[()]),
            "units": None if temperature is None else text(temperature.attrs["units"]),
            "description": text(entry["sample/description"][()]),
            "monitor": plain(entry["normalization/data"][()]),
            "monitorClass": text(entry["normalization"].attrs["NX_class"]),
            "notes": text(entry["process/notes/data"][()]) if "process/notes" in entry else "",
        }


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    master, *frames = sys.argv[1:]
    answer = {"frames": [{**read_frame(path), "nxcheck": run_nxcheck(path)} for path in frames]}
    with h5py.File(master, "r") as file:
        entry = file["entry"]
        answer["master"] = {
            "temperature": plain(entry["sample/temperature"][()]),
            "description": plain(entry["sample/description"][()]),
            "normalization": plain(entry["instrument/parameters/normalization"][()]),
        }
    json.dump(answer, out)


main()
