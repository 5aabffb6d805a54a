#!/usr/bin/env python3
"""Draws a frame from a delivered NeXus file, and its pattern; everything in the picture is read from these files.

How docs/picture/frame.png was made, from the checkout's root:

    python3 -m venv /tmp/picture
    /tmp/picture/bin/pip install --require-hashes --no-deps -r docs/picture/requirements.txt
    build/pewatch simulate /tmp/frames --size 1024 --count 1
    build/pewatch process /tmp/frames --output /tmp/delivered
    build/pewatch integrate /tmp/delivered
    /tmp/picture/bin/python docs/picture/make_picture.py \\
        /tmp/delivered/CeO2-00001.nxs /tmp/delivered/CeO2-00001.xye docs/picture/frame.png
"""

import argparse

import h5py
import matplotlib

matplotlib.use("Agg")  # no display is needed

import matplotlib.pyplot as plt  # noqa: E402
import numpy  # noqa: E402
from matplotlib.colors import LogNorm  # noqa: E402
from PIL import Image  # noqa: E402

BYTES_MAX = 250_000
COLOUR_MAP = "inferno"
COLOURS = 208
GREYS = 48
BAND = "#aaaaaa"
# Bright spots and the beam stop's shadow would take the scale's ends.
PERCENTILES = (0.5, 99.9)


def default_data(file):
    """The group and the dataset that @default and @signal lead to."""
    group = file
    while "default" in group.attrs:
        group = group[group.attrs["default"]]
    return group, group[group.attrs["signal"]]


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def quantity(dataset):
    """A number with its unit, as the file says it."""
    return f"{float(dataset[()]):g} {text(dataset.attrs['units'])}"


def facts(file):
    """One line of what the file says about the exposure; what it does not say is left out."""
    rows = (
        ("exposure", "/entry/instrument/detector/count_time"),
        ("energy", "/entry/instrument/beam/incident_energy"),
        ("distance", "/entry/instrument/detector/distance"),
        ("pixel", "/entry/instrument/detector/x_pixel_size"),
    )
    return ", ".join(f"{name} {quantity(file[path])}" for name, path in rows if path in file)


def draw_pattern(axes, path):
    """Three columns under lines of "# key: value"."""
    x, intensity, sigma = numpy.loadtxt(path, unpack=True)
    with open(path, encoding="utf-8") as lines:
        header = dict(line[2:].rstrip().split(": ", 1) for line in lines if line.startswith("# "))
    axes.fill_between(x, intensity - sigma, intensity + sigma, color=BAND, linewidth=0)
    axes.plot(x, intensity, color="black", linewidth=0.8)
    axes.set_yscale("log")
    # The last bins have the pixels of the corners alone.
    axes.set_ylim(bottom=numpy.percentile(intensity, PERCENTILES[0] * 4) / 2)
    axes.set_xlim(0, x[-1])
    axes.set_title(f"{header['npt']} bins, {header['split']}, σ by {header['error_model']}", fontsize=11)
    axes.set_xlabel(header["columns"].split(",")[0].replace("2theta", "2θ"))
    axes.set_ylabel("intensity")


def draw(file, pattern, target):
    group, signal = default_data(file)
    image = signal[0]
    y, x = (group[text(name)] for name in list(group.attrs["axes"])[-2:])
    low, high = numpy.percentile(image[image > 0], PERCENTILES)
    figure, (axes, right) = plt.subplots(1, 2, figsize=(10.4, 4.6), dpi=100, layout="constrained")
    extent = (x[0] - 0.5, x[-1] + 0.5, y[-1] + 0.5, y[0] - 0.5)
    shown = axes.imshow(image, norm=LogNorm(low, high, clip=True), cmap=COLOUR_MAP, extent=extent)
    axes.set_title(f"{text(file['/entry/title'][()])}\n{facts(file)}", fontsize=11)
    axes.set_xlabel(f"x [{text(x.attrs['units'])}]")
    axes.set_ylabel(f"y [{text(y.attrs['units'])}]")
    figure.colorbar(shown, ax=axes, label=f"intensity [{text(signal.attrs['units'])}]", fraction=0.046, pad=0.02)
    draw_pattern(right, pattern)
    caption = f"{text(file.attrs['file_name'])}:{signal.name}, {text(file['/entry/end_time'][()])}, " + (
        f"written by {text(file.attrs['creator'])} {text(file.attrs['creator_version'])}"
    )
    figure.text(0.5, -0.02, caption, ha="center", va="top", fontsize=8, family="monospace")
    figure.savefig(target, bbox_inches="tight")
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("nexus", help="a delivered NeXus file")
    parser.add_argument("pattern", help="its pattern, a .xye")
    parser.add_argument("picture", help="the picture to write, a .png")
    arguments = parser.parse_args()
    with h5py.File(arguments.nexus, "r") as file:
        draw(file, arguments.pattern, arguments.picture)
    shrink(arguments.picture)


def shrink(path):
    """A palette of the colour map's own colours, and greys for the letters, makes the file a third."""
    colours = matplotlib.colormaps[COLOUR_MAP](numpy.linspace(0, 1, COLOURS))[:, :3]
    greys = numpy.repeat(numpy.linspace(0, 1, GREYS)[:, None], 3, axis=1)
    palette = Image.new("P", (1, 1))
    palette.putpalette(numpy.round(numpy.concatenate([colours, greys]) * 255).astype(numpy.uint8).tobytes())
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    with open(path, "rb") as file:
        size = len(file.read())
    print(f"{path}: {size} bytes")
    if size > BYTES_MAX:
        raise SystemExit(f"Cannot use {path}: {size} bytes are more than {BYTES_MAX}")


if __name__ == "__main__":
    main()
