#!/usr/bin/env python3
"""Counts the instructions that each pure part of the service takes.

Time on a shared machine moves by a third from one minute to the next; the number of instructions
hardly moves at all. So this can tell of a regression where a clock can't. Callgrind counts a few
runs of a part and many of them; the difference, for each run, has neither the start of the program
in it nor what is made ready once.

The counts are those of one compiler, one C library and one kind of processor (what looks up its
features takes other ways on another): after a change of those, write the baseline anew with
`instructions.py --json scripts/benchmark/instructions.json`. Needs cargo and valgrind.
"""

import argparse
import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASELINE = Path(__file__).with_suffix(".json")

# Fills and copies without `rep stosb` and `rep movsb`: Callgrind counts every byte of those as an
# instruction, and a picture would be little else.
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-ERMS,-FSRM"}

# Runs that are counted: few, many. A picture is millions of instructions; all else is small.
RUNS = (10, 1010)
RUNS_OF_PICTURES = (1, 21)


def build() -> Path:
    """Builds the program that does the parts, and tells where it is."""
    command = ["cargo", "build", "--release", "--locked", "--message-format=json", "--quiet"]
    command += ["-p", "sms-service", "--example", "instructions"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    messages = map(json.loads, done.stdout.splitlines())
    return next(
        Path(message["executable"])
        for message in messages
        if message["reason"] == "compiler-artifact"
        and message["target"]["name"] == "instructions"
    )


def count(program: Path, part: str, runs: int) -> int:
    """The instructions of the whole program when it does `part` so many times."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command += [str(program), part, str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    found = re.search(r"^==\d+== Collected : (\d+)$", done.stderr, re.MULTILINE)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"{part}: {done.stderr}")
    return int(found[1])


def measure() -> dict[str, float]:
    """Instructions for one run of each part, by its name."""
    program = build()
    listed = subprocess.run([program], check=True, capture_output=True, text=True)
    measured = {}
    for part in listed.stdout.split():
        few, many = RUNS_OF_PICTURES if part.startswith("draw_") else RUNS
        difference = count(program, part, many) - count(program, part, few)
        measured[part] = round(difference / (many - few), 1)
    return measured


def compare(
    measured: dict[str, float], baseline: dict[str, float], tolerance: float = 0.15
) -> list[str]:
    """What is to be complained about: parts that take more than they did, or that are not in both.
    Fewer instructions than in the baseline are no complaint."""
    complaints = [f"{part}: not in the baseline" for part in measured if part not in baseline]
    for part, before in baseline.items():
        now = measured.get(part)
        if now is None:
            complaints.append(f"{part}: not measured")
        elif now > before * (1 + tolerance):
            complaints.append(f"{part}: {now:,.1f} instructions, {before:,.1f} before")
    return complaints


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts here as well")
    arguments = parser.parse_args()
    measured = measure()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    print(f"{'part':<20} {'instructions':>14} {'baseline':>14}")
    for part, now in measured.items():
        before = f"{baseline[part]:,.1f}" if part in baseline else "–"
        print(f"{part:<20} {now:>14,.1f} {before:>14}")
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
