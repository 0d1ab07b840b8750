"""Builds what is measured."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = [["-p", "sms-server", "--bins"], ["-p", "sms-testkit", "--examples"]]


def binaries():
    """The folder that the programs are in."""
    for targets in TARGETS:
        subprocess.run(["cargo", "build", "--release", "--locked", *targets], cwd=ROOT, check=True)
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Path(json.loads(told)["target_directory"]) / "release"
