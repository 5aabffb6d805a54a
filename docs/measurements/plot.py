#!/usr/bin/env python3
"""Draws the plot of docs/measurements.md from load.csv beside this file, and the growth of a benchmark's own results.

From the checkout's root:

    build/test bench load growth --seconds 600 --out results
    python3 -m venv plot
    plot/bin/pip install --require-hashes --no-deps -r docs/picture/requirements.txt
    plot/bin/python docs/measurements/plot.py            # docs/measurements/load.svg
    plot/bin/python docs/measurements/plot.py results    # results/load.csv, load.svg, growth.svg
"""

import csv
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("Agg")  # no display is needed

import matplotlib.pyplot as plt  # noqa: E402

# The same input gives the same file.
matplotlib.rcParams["svg.hashsalt"] = "pewatch"
matplotlib.rcParams["svg.fonttype"] = "none"  # text as text: a fifth of the size
matplotlib.rcParams.update({"font.size": 8, "axes.grid": True, "grid.alpha": 0.3, "legend.fontsize": 7})
COLUMNS = ("minute", "latency_median_s", "latency_95_s", "waiting_most", "rss_mb_most")


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    print(path)


def write_load(raw, path):
    """A row for each minute of the first steady run."""
    run = raw["steady"][0]
    minutes = max(1, run["load"]["seconds"] // 60)
    latencies, samples = run["latencies_s"], run["samples"]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for minute in range(minutes):
            part = latencies[len(latencies) * minute // minutes : len(latencies) * (minute + 1) // minutes]
            here = [one for one in samples if 60 * minute <= one["at_s"] < 60 * (minute + 1)]
            high = statistics.quantiles(part, n=20)[-1]
            waiting, memory = max(one["waiting"] for one in here), max(one["rss_mb"] for one in here)
            writer.writerow((minute + 1, f"{statistics.median(part):.2f}", f"{high:.2f}", waiting, round(memory)))


def draw_load(path, into):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    column = {name: [float(row[name]) for row in rows] for name in COLUMNS}
    figure, axes = plt.subplots(3, 1, figsize=(6, 5), sharex=True)
    axes[0].plot(column["minute"], column["latency_95_s"], label="95 % of the images")
    axes[0].plot(column["minute"], column["latency_median_s"], label="median")
    axes[0].legend()
    axes[1].plot(column["minute"], column["waiting_most"])
    axes[2].plot(column["minute"], column["rss_mb_most"])
    for axis, label in zip(axes, ("latency, s", "images waiting", "memory (RSS), MB")):
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
    axes[2].set_xlabel("minute")
    save(figure, into)


def draw_growth(raw, into):
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
    save(figure, into)


def result(folder, name):
    """What a benchmark measured, or None."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text())["raw"] if path.exists() else None


folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
if (load := result(folder, "load")) is not None:
    write_load(load, folder / "load.csv")
if (folder / "load.csv").exists():
    draw_load(folder / "load.csv", folder / "load.svg")
if (growth := result(folder, "growth")) is not None:
    draw_growth(growth, folder / "growth.svg")
