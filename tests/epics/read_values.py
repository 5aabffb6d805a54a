"""What h5py reads of process variables in a frame's file. read_values.py FILE: JSON on standard output."""

import json
import sys

import h5py


def text(value):
    return value.decode() if isinstance(value, bytes) else value


with h5py.File(sys.argv[1], "r") as file:
    entry = file["entry"]
    log = entry.get("sample/temperature_log/value")
    shutter = entry.get("instrument/parameters/shutter")
    description = entry.get("sample/description")
    json.dump({
        "temperature": None if log is None else {
            "class": text(log.attrs["NX_class"]),
            "values": log["value"][()].tolist(),
            "average": float(log["average_value"][()]),
            "units": text(log["value"].attrs["units"]),
            "quality": text(log["value"].attrs["quality"]),
        },
        "shutter": None if shutter is None else text(shutter[()]),
        "shutterNumber": None if shutter is None else int(shutter.attrs["number"]),
        "description": None if description is None else text(description[()]),
        "nothing": "nothing" in entry.get("instrument/parameters", {}),
        "notes": text(entry["process/notes/data"][()]) if "process/notes" in entry else "",
    }, sys.stdout)
