"""What a figure was measured on: without it, nobody can tell what a number means."""

import os
import pathlib
import platform
import re
import subprocess


def first_line(*command):
    """What a program says first; nothing if there is no such program."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.partition("\n")[0].strip()


def found(pattern, path):
    """The first group of what looks so in a file."""
    match = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return match[1].strip() if match else None


def describe():
    """Processor, system and the versions of all that take part."""
    return {
        "cores": os.cpu_count(),
        "cpu": found(r"^model name\s*:(.*)$", "/proc/cpuinfo"),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "system": found(r'^PRETTY_NAME="?([^"\n]*)', "/etc/os-release"),
        "redis": first_line("redis-server", "--version"),
        "wrk": first_line("wrk", "--version"),
        "rustc": first_line("rustc", "--version"),
    }
