"""What h5py, silx and nxcheck make of readings over an exposure. exposure_log.py FRAME MASTER: JSON on standard output."""

import json
import sys
from datetime import datetime

import h5py
import silx.io

from nxcheck_run import run_nxcheck


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def seconds(value):
    return datetime.fromisoformat(text(value)).timestamp()


def read_log(entry, path):
    log = entry[path]
    begin = seconds(log["time"].attrs["start"])
    return {
        "class": text(log.attrs["NX_class"]),
        "within": int(log.attrs["values_within_exposure"]),
        "times_s": [begin + float(one) for one in log["time"]],
        "values": [float(one) for one in log["value"]],
        "dtype": str(log["value"].dtype),
        "statistics": {name: float(log[name][()]) for name in ("average_value", "minimum_value", "maximum_value")},
        "units": {name: text(log[name].attrs.get("units")) for name in ("value", "average_value")},
        "quality": text(log["value"].attrs["quality"]),
    }


def texts_below(group):
    found = []
    group.visititems(lambda name, node: found.append(node[()])
                     if isinstance(node, h5py.Dataset) and h5py.check_string_dtype(node.dtype) and node.shape == ()
                     else None)
    return found


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    frame, master = sys.argv[1:]
    with h5py.File(frame, "r") as file:
        entry = file["entry"]
        answer = {
            "start_s": seconds(entry["start_time"][()]),
            "end_s": seconds(entry["end_time"][()]),
            "logs": {
                "position": read_log(entry, "sample/positioner_x/value"),
                "shutter": read_log(entry, "instrument/parameters/shutter"),
                "pressure": read_log(entry, "instrument/parameters/pressure"),
            },
            "absent": "old" in entry["instrument/parameters"],
            "notes": [text(one) for one in texts_below(entry["process"])],
        }
    with silx.io.open(frame) as file:
        answer["silx"] = [float(one) for one in file["entry/sample/positioner_x/value/value"][()]]
    with h5py.File(master, "r") as file:
        found = {}
        file.visititems(lambda name, node: found.update({name: node[()].tolist()})
                        if isinstance(node, h5py.Dataset) and name.endswith(("parameters/position", "parameters/shutter"))
                        else None)
        answer["master"] = found
    answer["nxcheck"] = run_nxcheck(frame)
    json.dump(answer, out)


main()
