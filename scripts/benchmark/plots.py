#!/usr/bin/env python3
"""Draws what a run measured: `plots.py FILE FOLDER`; needs matplotlib.

The same figures give the same bytes, so that a picture changes only when a figure did. The ground is
white, because whoever reads in the dark would not see black text on none.
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "sms-server",
    # Text as text: small, and readable for programs.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "savefig.facecolor": "white",
})

from matplotlib import pyplot  # noqa: E402 – it reads the settings above.

SERVER = {"color": "#0b5fa5", "marker": "o", "label": "server"}
FLOOR = {"color": "#8a5a00", "marker": "s", "linestyle": "--", "label": "floor"}
REDIS = {"color": "#a51d2d", "marker": "^", "label": "Redis"}


def axes(title, x_label, y_label, points):
    """An empty picture whose x axis has a mark for each point."""
    figure, made = pyplot.subplots(figsize=(7, 4), layout="constrained")
    made.set_title(title)
    made.set_xlabel(x_label)
    made.set_ylabel(y_label)
    made.set_xscale("log")
    made.set_xticks(points, [f"{point:,}" for point in points])
    made.minorticks_off()
    return figure, made


def save(figure, path):
    """Writes it, without the date."""
    figure.axes[0].set_ylim(bottom=0)
    figure.axes[0].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    print(path)


def over_connections(sweep, figure, scale, title, y_label, path):
    """Server beside floor, each median with the range of its rounds."""
    points = [result["connections"] for result in sweep]
    drawn, made = axes(title, "connections", y_label, points)
    for side, style in (("subject", SERVER), ("reference", FLOOR)):
        medians = [result[side][figure] * scale for result in sweep]
        rounds = [[one[figure] * scale for one in result["rounds"][side]] for result in sweep]
        made.plot(points, medians, **style)
        made.fill_between(points, list(map(min, rounds)), list(map(max, rounds)), color=style["color"], alpha=0.12)
    save(drawn, path)


def over_pending(pending, path):
    """What a send costs with ever more pending numbers."""
    points = [size["pending"] for size in pending]
    drawn, made = axes("CPU of a send over pending numbers", "numbers with a code in Redis", "µs of CPU", points)
    for figure, style in (("server_cpu", SERVER), ("redis_cpu", REDIS)):
        # Seconds for a hundred thousand, in microseconds for one.
        made.plot(points, [size["server"][figure] * 10 for size in pending], **style)
        rounds = [[one[figure] * 10 for one in size["rounds"]["server"]] for size in pending]
        made.fill_between(points, list(map(min, rounds)), list(map(max, rounds)), color=style["color"], alpha=0.12)
    save(drawn, path)


def main():
    """Draws what the file has the figures for."""
    source, folder = map(pathlib.Path, sys.argv[1:])
    document = json.loads(source.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    if "sweep" in document:
        sweep = document["sweep"]["figures"]
        over_connections(sweep, "rps", 0.001, "Sends over connections", "thousands a second", folder / "throughput.svg")
        over_connections(sweep, "p99_ms", 1, "Slowest of a hundred sends", "p99, ms", folder / "latency.svg")
    if "pending" in document:
        over_pending(document["pending"]["figures"], folder / "pending.svg")


if __name__ == "__main__":
    main()
