"""Where things are."""

import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def binary():
    """The server that is run."""
    return os.environ.get("SMS_SERVER", str(ROOT / "target/debug/sms-server"))
