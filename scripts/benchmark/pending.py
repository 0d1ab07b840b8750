"""Whether a send costs more when many numbers are pending.

Three Redis stand side by side, each with another number of pending numbers, so that they can be
asked in turn like a subject and its reference: whatever else the machine does, all meet it alike.
Redis doubles its table at each power of two of keys, and growing costs half as much again as a
send. The sizes keep away from that: keys grow from 303,000 to less than 524,288, from 600,000 to
less than 1,048,576, and from 15.3 million to less than 16,777,216. This is checked.

Each load is answered by a process of its own: two of the same program may differ by a tenth for as
long as they live, by where their memory happens to be.
"""

import contextlib
import pathlib
import statistics
import subprocess
import time

import load
import report
from processes import Listener, Redis, Server

HERE = pathlib.Path(__file__).parent
SIZES = (1_000, 100_000, 5_000_000)
# Numbers that no load asks about, of addresses that none comes from.
FIRST = 24 * 2**24 + 2_000_000
# More than are used up in a window, and few enough for the first table above.
PICTURES = 300_000
SECONDS = 2
CONNECTIONS = 64
FLAT = 0.10
FIGURES = ("rps", "server_cpu", "redis_cpu")
NOWHERE = "http://127.0.0.1:9"


def is_growing(redis):
    """Whether keys still move to a larger table."""
    return "rehashing target" in redis.tell("debug", "htstats", 0)


def fill(stack, size):
    """A Redis with so many pending numbers."""
    report.progress(f"pending numbers: {size:,} are made")
    redis = stack.enter_context(Redis("--enable-debug-command", "local"))
    redis.seed(HERE / "pending.lua", "", FIRST, size)
    redis.seed(HERE / "anew.lua", "", 0, PICTURES)
    while is_growing(redis):
        time.sleep(0.2)
    return redis


def program(name, binaries, settings, redis):
    """A server or a floor on this Redis."""
    if name == "floor":
        return Listener(binaries / "examples/floor", redis.url, NOWHERE)
    store = {"STORE__BACKEND": "redis", "STORE__URL": redis.url}
    return Server(binaries / "sms-server", subprocess.DEVNULL, **store, **settings)


def once(redis, asked):
    """One load, after which all is as before."""
    with asked:
        before = int(redis.tell("dbsize"))
        seen = load.measured("send", asked, redis, CONNECTIONS, SECONDS, 0)
        after = int(redis.tell("dbsize"))
    redis.seed(HERE / "anew.lua", "", 0, PICTURES)
    if seen["refused"] or seen["failed"] or seen["lost"]:
        raise RuntimeError(f"not the answers that were meant: {seen}")
    if before.bit_length() != after.bit_length():
        raise RuntimeError(f"the table grew while it was measured: {before} to {after} keys")
    return seen


def is_flat(ratios):
    """Whether a send costs no more than a tenth more, and no more than a tenth fewer are done."""
    costs = (ratios["server_cpu"], ratios["redis_cpu"], 1 / ratios["rps"])
    return max(costs) <= 1 + FLAT


def summary(seen):
    """Medians, and the median of the ratios to the smallest size, round by round."""
    rows = []
    for size, sides in seen.items():
        row = {"pending": size, "rounds": sides}
        for side, rounds in sides.items():
            least = seen[SIZES[0]][side]
            row[side] = {figure: statistics.median(one[figure] for one in rounds) for figure in FIGURES}
            row[f"{side}_ratio"] = {
                figure: statistics.median(one[figure] / few[figure] for one, few in zip(rounds, least))
                for figure in FIGURES
            }
        row["flat"] = is_flat(row["server_ratio"])
        rows.append(row)
    return rows


def measure(binaries, settings, count):
    """Figures of the server and the floor for each size."""
    with contextlib.ExitStack() as stack:
        filled = {size: fill(stack, size) for size in SIZES}
        seen = {size: {"server": [], "floor": []} for size in SIZES}
        for number in range(count):
            report.progress(f"pending numbers: round {number + 1} of {count}")
            # Nobody is always first.
            turn = number % len(SIZES)
            for size in SIZES[turn:] + SIZES[:turn]:
                for name in ("server", "floor"):
                    asked = program(name, binaries, settings, filled[size])
                    seen[size][name].append(once(filled[size], asked))
        return summary(seen)


HEAD = ["pending numbers", "rps", "to the least", "CPU s/100k", "to the least",
        "Redis CPU", "to the least", "floor: rps", "its Redis CPU", "within 10 %"]


def rows(figures):
    """The table, size by size."""
    for size in figures:
        server, ratio, floor = size["server"], size["server_ratio"], size["floor"]
        yield [
            f"{size['pending']:,}", f"{server['rps']:.0f}", f"{ratio['rps']:.2f}",
            f"{server['server_cpu']:.2f}", f"{ratio['server_cpu']:.2f}",
            f"{server['redis_cpu']:.2f}", f"{ratio['redis_cpu']:.2f}",
            f"{floor['rps']:.0f}", f"{floor['redis_cpu']:.2f}", "ok" if size["flat"] else "MISSED",
        ]
