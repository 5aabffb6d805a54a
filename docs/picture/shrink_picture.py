#!/usr/bin/env python3
"""Makes a screenshot small: shrink_picture.py FROM TO. Fewer colours, so that a frame's noise costs less."""

import argparse
import os

from PIL import Image

BYTES_MAX = 120_000
WIDTH = 1100
COLOURS = 96


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source")
    parser.add_argument("target")
    arguments = parser.parse_args()
    with Image.open(arguments.source) as image:
        size = (WIDTH, round(image.height * WIDTH / image.width))
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE).save(arguments.target, optimize=True)
    size = os.path.getsize(arguments.target)
    print(f"{arguments.target}: {size} bytes")
    if size > BYTES_MAX:
        raise SystemExit(f"Cannot use {arguments.target}: {size} bytes are more than {BYTES_MAX}")


if __name__ == "__main__":
    main()
