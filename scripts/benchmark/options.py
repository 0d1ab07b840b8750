"""What scripts/bench can be asked for."""

import argparse
import pathlib

import scale


def whole(least):
    """A whole number of at least so much."""
    def parse(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
        return int(text)
    return parse


def folder(text):
    """A folder that has the programs."""
    path = pathlib.Path(text)
    wanted = ["sms-server", "examples/floor", "examples/instant_ccp"]
    if missing := [name for name in wanted if not (path / name).is_file()]:
        raise argparse.ArgumentTypeError(f"{text} has no {', '.join(missing)}")
    return path


def program(text):
    """A file that is there."""
    path = pathlib.Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no {text}")
    return path


def parser():
    """All options."""
    made = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures the server beside its floor, in turn, and prints a table.",
        epilog="--plot FILE, first and alone, draws docs/performance/*.svg from what --json wrote.")
    what = made.add_argument_group("what, in place of the scenarios").add_mutually_exclusive_group()
    what.add_argument("--sweep", action="store_true", help="sends with 1 to 1024 connections")
    what.add_argument(
        "--scale", nargs="*", choices=list(scale.PARTS), metavar="PART",
        help=f"cost and memory at scale; all of it, or some of: {', '.join(scale.PARTS)}")
    what.add_argument(
        "--gate", action="store_true",
        help="the scenarios and the instruction counts; ends with 1 and complaints if they got worse")
    what.add_argument("--baseline", action="store_true", help="the scenarios; writes what --gate compares with")
    what.add_argument("--against", type=program, metavar="FILE", help="another build of the server, in place of the floor")
    made.add_argument("--only", metavar="TEXT", help="scenarios whose names contain this")
    made.add_argument("--rounds", type=whole(1), help="default 5, for --sweep 3")
    made.add_argument("--seconds", type=whole(1), default=3, help="of each load (default 3); --scale has its own")
    made.add_argument("--json", type=pathlib.Path, metavar="FILE", help="everything, each round too; other sections of the file stay")
    made.add_argument("--markdown", action="store_true", help="the table as Markdown")
    made.add_argument("--binaries", type=folder, metavar="FOLDER", help="programs that are built already")
    return made


def parse(words=None):
    """The options that were given."""
    made = parser()
    given = made.parse_args(words)
    if given.only and (given.sweep or given.scale is not None):
        made.error("--only is for scenarios")
    if given.json and not given.json.absolute().parent.is_dir():
        made.error(f"--json: there is no folder for {given.json}")
    if given.rounds is None:
        given.rounds = 3 if given.sweep else 5
    return given
