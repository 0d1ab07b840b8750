"""What each key costs in Redis: what allocated memory grows by, over many of them.

They are added to 300,000 other keys, so that their number stays between two powers of two: the
tables are there already, and none is paid for. A key's part of them, 16 to 32 bytes by how full
they are, comes on top. What is made here is compared with what a real send and a real check leave.
"""

import contextlib
import pathlib
import subprocess
import time
import urllib.request

import report
from pending import is_growing
from processes import Redis, Server

HERE = pathlib.Path(__file__).parent
ENTRIES = 200_000
FILLERS = 300_000
KINDS = [
    "picture", "code", "sends_1", "address_1", "attempts", "failures_1",
    "sends_10", "failures_20", "address_60",
]
# 8 bytes in each of two tables, for keys and for when they expire, from full to half full.
TABLES = (16, 32)
# What is there at once, of which kinds.
TOGETHER = {
    "a picture not yet used": ["picture"],
    "a pending number, its address among many numbers": ["code", "sends_1"],
    "a pending number with an address of its own": ["code", "sends_1", "address_1"],
    "the same after a wrong code": ["code", "sends_1", "address_1", "attempts", "failures_1"],
    "a number with a full day": ["sends_10", "failures_20"],
    "an address with a full hour": ["address_60"],
}


def make(redis, kind, first, count, batch=50_000):
    """Keys of a kind."""
    for start in range(first, first + count, batch):
        end = min(start + batch, first + count) - 1
        redis.tell("--eval", HERE / "memory.lua", ",", kind, start, end)


def each(redis, kind):
    """Bytes for one key of a kind."""
    redis.tell("flushall")
    make(redis, "filler", 0, FILLERS)
    while is_growing(redis):
        time.sleep(0.2)
    before = redis.memory_bytes()
    make(redis, kind, 0, ENTRIES)
    return (redis.memory_bytes() - before) / ENTRIES


def ask(url, data=None):
    """One request from an address like those that are made."""
    request = urllib.request.Request(url, data, {"X-Forwarded-For": "114.0.0.7"})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def verify(redis, server):
    """That real keys are as large as those that are made."""
    redis.tell("flushall")
    make(redis, "picture", 7, 1)
    path = "/sms_codes/13000000007/"
    ask(f"{server.url}{path}?image_code=abcd&image_code_id=f47ac10b-58cc-4372-a567-000000000007")
    ask(f"{server.url}{path}verify/", b"sms_code=000000")
    kinds = ["code", "sends_1", "address_1", "attempts", "failures_1"]
    real = sizes(redis)
    redis.tell("flushall")
    for kind in kinds:
        make(redis, kind, 7, 1)
    made = sizes(redis)
    if real != made or len(real) != len(kinds):
        raise RuntimeError(f"a real number leaves {real}, not {made}")


def sizes(redis):
    """Every key with its bytes."""
    return {key: int(redis.tell("memory", "usage", key)) for key in redis.tell("keys", "*").split()}


def measure(binaries, settings):
    """Bytes for each kind of key, and for what is there at once."""
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis("--enable-debug-command", "local"))
        store = {"STORE__BACKEND": "redis", "STORE__URL": redis.url}
        with Server(binaries / "sms-server", subprocess.DEVNULL, **store, **settings) as server:
            verify(redis, server)
        keys = {}
        for kind in KINDS:
            report.progress(f"memory of Redis: {kind}")
            keys[kind] = each(redis, kind)
    together = {
        name: {
            "keys": len(kinds),
            "bytes": sum(keys[kind] for kind in kinds),
            "with_tables": [sum(keys[kind] + part for kind in kinds) for part in TABLES],
        }
        for name, kinds in TOGETHER.items()
    }
    return {"keys": keys, "together": together}


HEAD = ["in Redis", "keys", "bytes", "with tables"]


def rows(figures):
    """The table: single keys, then what is there at once."""
    for kind, size in figures["keys"].items():
        yield [kind, "1", f"{size:.0f}", f"{size + TABLES[0]:.0f}–{size + TABLES[1]:.0f}"]
    for name, found in figures["together"].items():
        least, most = found["with_tables"]
        yield [name, found["keys"], f"{found['bytes']:.0f}", f"{least:.0f}–{most:.0f}"]
