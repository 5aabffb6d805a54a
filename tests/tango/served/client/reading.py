"""Clients that read every attribute for ever: reading.py NAME CLIENTS PERIOD_S FILE; FILE has the attributes read so far."""
import os
import sys
import threading
import time

import tango

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "ffi", "tango", "client"))
from checks import connect  # noqa: E402

counts = {}


def read(name, number, period_s):
    proxy = connect(name)
    names = [one.name for one in proxy.attribute_list_query()]
    while True:
        started = time.monotonic()
        try:
            proxy.read_attributes(names)
            counts[number] = counts.get(number, 0) + len(names)
        except tango.DevFailed:
            time.sleep(0.1)  # it was too slow for the client's time limit
        time.sleep(max(0, started + period_s - time.monotonic()))


def main():
    name, clients, period_s, file = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    for number in range(clients):
        threading.Thread(target=read, args=(name, number, period_s), daemon=True).start()
    while True:
        time.sleep(0.2)
        with open(f"{file}.part", "w") as out:
            out.write(str(sum(list(counts.values()))))
        os.rename(f"{file}.part", file)


if __name__ == "__main__":
    main()
