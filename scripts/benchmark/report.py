"""What a run has to say: one table at its end, and everything in a file."""

import datetime
import json
import sys

import aims
import machine
import table

HEAD = [
    "scenario", "conns", "rps", "ratio", "p50 ms", "p99 ms", "ratio",
    "CPU s/100k", "ratio", "Redis CPU", "ratio", "aims",
]


def progress(text):
    """Says what goes on, beside the results."""
    print(text, file=sys.stderr, flush=True)


def pair(result, figure, digits=2):
    """Subject and reference of a figure."""
    return "/".join(f"{result[side][figure]:.{digits}f}" for side in ("subject", "reference"))


def ratio(result, figure):
    """Their ratio; none where the reference takes too little of it to be held against."""
    return f"{result['ratio'][figure]:.2f}" if result["reference"][figure] > 0.05 else "–"


def judged(result):
    """The aims of a scenario, and whether each holds."""
    words = []
    for figure, aim in result["aims"].items():
        reached = result["ratio"][figure]
        verdict = "ok" if aims.holds(figure, reached, aim) else f"MISSED ({reached:.2f})"
        words.append(f"{figure} {aims.sign(figure)} {aim:.2f} {verdict}")
    return ", ".join(words) or "–"


def row(result):
    """A scenario at one number of connections."""
    return [
        result["name"], result["connections"], pair(result, "rps", 0), ratio(result, "rps"),
        pair(result, "p50_ms"), pair(result, "p99_ms"), ratio(result, "p99_ms"),
        pair(result, "server_cpu"), ratio(result, "server_cpu"),
        pair(result, "redis_cpu"), ratio(result, "redis_cpu"), judged(result),
    ]


def show(results, as_markdown):
    """Prints the table."""
    print(table.text(HEAD, map(row, results), as_markdown))


def keep(path, options, section, figures):
    """Puts a section into a file; what other runs left there stays."""
    document = json.loads(path.read_text()) if path.exists() else {}
    document[section] = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "options": options,
        "figures": figures,
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
