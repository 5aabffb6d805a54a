#!/usr/bin/env python3
"""Draws the plots of docs/measurements.md from the raw results beside this file; a result that is not there is left out.

From the checkout's root:

    build/test bench load growth --seconds 600 --out docs/measurements
    python3 -m venv /tmp/plot
    /tmp/plot/bin/pip install --require-hashes --no-deps -r docs/picture/requirements.txt
    /tmp/plot/bin/python docs/measurements/plot.py
"""

import json
import pathlib

import matplotlib

matplotlib.use("Agg")  # no display is needed

import matplotlib.pyplot as plt  # noqa: E402

FOLDER = pathlib.Path(__file__).parent
# The same input gives the same file.
matplotlib.rcParams["svg.hashsalt"] = "pewatch"
matplotlib.rcParams.update({"font.size": 8, "axes.grid": True, "grid.alpha": 0.3, "legend.fontsize": 7})


def result(name):
    """What a benchmark measured, or None."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text())["raw"] if path.exists() else None


def save(figure, name):
    figure.tight_layout()
    figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    print(FOLDER / f"{name}.svg")


def draw_growth(raw):
    """Time and memory against size, log over log; the dotted line grows as its input does."""
    units = list(dict.fromkeys(series["unit"] for series in raw["series"]))
    figure, axes = plt.subplots(2, len(units), figsize=(3 * len(units), 5.5), squeeze=False)
    for column, unit in enumerate(units):
        for series in (one for one in raw["series"] if one["unit"] == unit):
            sizes = [point["size"] for point in series["points"]]
            for row, field in enumerate(("processor_ms", "rss_mb")):
                values = [point[field] for point in series["points"]]
                axes[row][column].loglog(sizes, values, marker="o", markersize=3, label=series["name"])
                if row == 0:
                    straight = [values[-1] * size / sizes[-1] for size in sizes]
                    axes[row][column].loglog(sizes, straight, ":", color="grey", linewidth=0.8)
        axes[0][column].legend()
        axes[1][column].set_xlabel(unit)
    axes[0][0].set_ylabel("processor time, ms")
    axes[1][0].set_ylabel("memory at most, MB")
    save(figure, "growth")


def draw_load(raw):
    """Memory, what waits and the latency of each image, over the steady runs."""
    runs = raw["steady"]
    figure, axes = plt.subplots(3, len(runs), figsize=(5 * len(runs), 6.5), squeeze=False)
    for column, run in enumerate(runs):
        load, samples = run["load"], run["samples"]
        at = [sample["at_s"] for sample in samples]
        axes[0][column].set_title(f"{load['side']}², {load['rate_per_s']} exposures/s")
        axes[0][column].plot(at, [sample["rss_mb"] for sample in samples])
        axes[0][column].set_ylim(0, 420)
        axes[1][column].plot(at, [sample["waiting"] for sample in samples])
        axes[1][column].set_xlabel("s")
        axes[2][column].hist(run["latencies_s"], bins=60)
        axes[2][column].set_xlabel("latency, s")
    axes[0][0].set_ylabel("memory (RSS), MB")
    axes[1][0].set_ylabel("images waiting")
    axes[2][0].set_ylabel("images")
    save(figure, "load")


for draw, name in ((draw_growth, "growth"), (draw_load, "load")):
    found = result(name)
    if found is not None:
        draw(found)
