"""The first implementation's work on each frame, without its ticks and sleeps, for comparison.

Written anew from what it does: each frame is moved into a folder of its own, fabio reads the image, takes seven keys of
the sidecar into its header and writes the file again, h5py makes a small NeXus file without an image, the folder is
moved on, its files are copied to the output unchecked, the folder is removed. Five threads a stage, stage after stage.

usage: first_implementation.py BASE OUTPUT; frames lie in BASE/raw. Prints the seconds of the work as its last line.
"""

import logging
import os
import queue
import re
import shutil
import sys
import tempfile
import threading
import time

logging.disable(logging.CRITICAL)

import fabio  # noqa: E402
import h5py  # noqa: E402

THREADS = 5
LINES_READ = 30
KEY = re.compile(r"^\s*(dateString|userComment[1-4]|exposureTime|summedExposures)\s*=(.*)$")


def in_threads(step, items):
    """Calls step for each item, in THREADS threads; an error in one of them ends the program."""
    waiting = queue.Queue()
    for item in items:
        waiting.put(item)
    errors = []

    def work():
        while not errors:
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                step(item)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def read_header(sidecar):
    header = {}
    with open(sidecar, encoding="latin-1") as lines:
        for _, line in zip(range(LINES_READ), lines):
            found = KEY.match(line)
            if found:
                header[found.group(1)] = found.group(2).strip()
    return header


def write_nexus(path, image, header):
    with h5py.File(path, "w") as file:
        file.attrs["default"] = "root"
        entry = file.create_group("root")
        entry.attrs["NX_class"] = "NXentry"
        entry.attrs["default"] = "data"
        instrument = entry.create_group("instrument")
        instrument.attrs["NX_class"] = "NXinstrument"
        instrument["name"] = "P02.2"
        detector = instrument.create_group("detector")
        detector.attrs["NX_class"] = "NXdetector"
        detector["name"] = "PE XRD1621"
        group = detector.create_group("header")
        group.attrs["NX_class"] = "NXheader"
        for key, value in header.items():
            group[key] = value
        data = entry.create_group("data")
        data.attrs["NX_class"] = "NXdata"
        data.attrs["source"] = image
        data["raw"] = os.path.basename(image)
        data["meta"] = os.path.basename(image) + ".metadata"


class Way:
    def __init__(self, base, output):
        self.raw, self.temp, self.proc = (os.path.join(base, name) for name in ("raw", "temp", "proc"))
        self.output = output
        for folder in (self.temp, self.proc, output):
            os.makedirs(folder, exist_ok=True)

    def prepare(self, image):
        folder = tempfile.mkdtemp(suffix=".lock", prefix="temp_", dir=self.temp)
        shutil.move(image, folder)
        shutil.move(image + ".metadata", folder)
        shutil.move(folder, folder[: -len(".lock")])

    def merge(self, folder):
        for image in (os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".tif")):
            header = read_header(image + ".metadata")
            frame = fabio.open(image)
            frame.header.update(header)
            frame.save(image)
            write_nexus(os.path.splitext(image)[0] + ".nxs", image, header)

    def hand_on(self, folder):
        shutil.move(folder, folder + ".lock")
        shutil.move(folder + ".lock", self.proc)
        there = os.path.join(self.proc, os.path.basename(folder))
        shutil.move(there + ".lock", there)

    def finalize(self, folder):
        shutil.move(folder, folder + ".lock")
        for name in os.listdir(folder + ".lock"):
            shutil.copy(os.path.join(folder + ".lock", name), self.output)
        shutil.rmtree(folder + ".lock")

    def run(self):
        in_threads(self.prepare, paths(self.raw, ".tif"))
        in_threads(self.merge, paths(self.temp))
        in_threads(self.hand_on, paths(self.temp))
        in_threads(self.finalize, paths(self.proc))


def paths(folder, ending=""):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(ending))


def main():
    base, output = sys.argv[1:]
    way = Way(base, output)
    start = time.perf_counter()
    way.run()
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
