"""Reads delivered TIFF files with tifffile, fabio, Pillow, tiffinfo, ImageMagick, and as GSAS-II and Dioptas do.

Question: {"path": FILE}. Answer: what each reader made of it.
"""

import os
import re
import shutil
import struct
import subprocess
import sys

import fabio
import numpy
import tifffile
from PIL import Image

from common import attempt, describe, listen_to, main

# Each private tag makes tiffinfo and ImageMagick say so. It is unavoidable and harmless; nothing else is let through.
UNKNOWN_FIELD = re.compile(r"Unknown field with tag (\d+) \(0x[0-9a-f]+\) encountered")
PRIVATE_TAGS = range(65000, 65536)
TIFFINFO = os.environ.get("PEWATCH_TIFFINFO") or shutil.which("tiffinfo")
IDENTIFY = os.environ.get("PEWATCH_IDENTIFY") or shutil.which("identify-im6.q16") or shutil.which("identify")
# Pillow has no unsigned 32-bit mode: it gives the same bits as signed numbers.
PILLOW_DTYPES = {"I": "<u4", "F": "<f4", "I;16": "<u2", "I;16B": ">u2", "L": "u1"}


def read_tifffile(path):
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        tags = {str(tag.code): str(tag.value) for tag in page.tags if tag.code in PRIVATE_TAGS}
        return {**describe(page.asarray()), "tags": tags, "strip": page.dataoffsets[0], "strips": len(page.dataoffsets)}


def read_fabio(path):
    with fabio.open(path) as image:
        return describe(image.data)


def read_pillow(path):
    with Image.open(path) as image:
        array = numpy.asarray(image)
        wanted = PILLOW_DTYPES[image.mode]
        return {**describe(array.view(wanted) if image.mode == "I" else array.astype(wanted)), "mode": image.mode}


def run_tool(command, path=None):
    """What a tool printed, and what it complained of beyond the private tags."""
    with open(path, "rb") if path else open("/dev/null", "rb") as file:
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, errors="replace", timeout=60)
    complaints = []
    for line in done.stderr.splitlines():
        unknown = UNKNOWN_FIELD.search(line)
        if line.strip() and not (unknown and int(unknown[1]) in PRIVATE_TAGS):
            complaints.append(line)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {' | '.join(complaints)}")
    return done.stdout, complaints


def read_tiffinfo(path):
    # -D reads the pixels too.
    text, complaints = run_tool([TIFFINFO, "-D", path])
    size = re.search(r"Image Width: (\d+) Image Length: (\d+)", text)
    return {"shape": [int(size[2]), int(size[1])], "complaints": complaints}


def read_imagemagick(path):
    # ImageMagick takes % and : in a name for a pattern or a format: standard input has neither.
    text, complaints = run_tool([IDENTIFY, "-format", "%h %w\n", "tiff:-"], path)
    return {"shape": [int(word) for word in text.split()[:2]], "complaints": complaints}


def read_as_gsas(path):
    """Steps through the directory as GSAS-II's G2img_1TIF.py (5.x) does, which does not know every type of entry."""
    with open(path, "rb") as file:
        order = {b"II": "<", b"MM": ">"}[file.read(2)]
        magic, offset = struct.unpack(order + "hi", file.read(6))
        if magic != 42:
            raise ValueError("not a classic TIFF")
        file.seek(offset)
        (count,) = struct.unpack(order + "h", file.read(2))
        entries = {}
        for index in range(count):
            if file.tell() != offset + 2 + 12 * index:
                raise ValueError(f"GSAS-II loses its way before entry {index}, after tag {list(entries)[-1]}")
            tag, kind = struct.unpack(order + "Hh", file.read(4))
            (values,) = struct.unpack(order + "i", file.read(4))
            if kind == 2:
                value = struct.unpack(order + "i", file.read(4))
            elif kind == 3:
                value = struct.unpack(order + values * "h", file.read(2 * values))
                file.read(2 * values)
            elif kind == 4:
                value = struct.unpack(order + "i", file.read(4)) if tag in (273, 279) else struct.unpack(
                    order + values * "i", file.read(4 * values)
                )
            elif kind in (5, 11):
                value = struct.unpack(order + values * "i", file.read(4 * values))
            else:
                value = ()
            entries[tag] = value
        strip, bits = entries[273][0], entries[258][0]
        width, height = entries[256][0], entries[257][0]
        file.seek(8)
        pixels = numpy.frombuffer(file.read(width * height * bits // 8), dtype=f"u{bits // 8}").reshape(height, width)
        misleading = [tag for tag in (270, 272, 34710) if tag in entries]
        if entries.get(262, (1,))[0] > 4:
            misleading.append(262)
        return {"strip": strip, "misleading": misleading, "sha256": describe(pixels)["sha256"]}


def read_as_dioptas(path):
    """Looks through the tags as Dioptas 0.11 (ImgModel.load_PIL) does at each TIFF: a motor's name makes a tag a position."""
    with Image.open(path) as image:
        array = numpy.array(image)
        motors = {}
        for value in image.tag.values():
            if any(f"{motor}:" in str(value) for motor in ("Horizontal", "Vertical", "Focus", "Omega")):
                name, position = str(value[0]).split(":")
                motors[name] = float(position)
        return {"shape": list(array.shape), "motors": motors}


READERS = {
    "tifffile": read_tifffile,
    "fabio": read_fabio,
    "Pillow": read_pillow,
    "tiffinfo": read_tiffinfo,
    "ImageMagick": read_imagemagick,
    "GSAS-II": read_as_gsas,
    "Dioptas": read_as_dioptas,
}


def answer(question):
    return {name: attempt(reader, question["path"]) for name, reader in READERS.items()}


if __name__ == "__main__":
    if None in (TIFFINFO, IDENTIFY):
        sys.exit("tiffinfo or identify cannot be found: apt-get install libtiff-tools imagemagick")
    listen_to("fabio", "tifffile", "PIL")
    main(answer)
