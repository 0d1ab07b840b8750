"""Several instances of the server on one Redis, and one instance on a Cluster.

Here all of them, Redis and the load share the cores of one machine, so throughput can't grow with
them and says little. What counts is the CPU that a send costs: if it stays, more instances on more
machines carry more sends. The number of connections is the same in all, shared out among instances:
with fewer connections for each, fewer commands go to Redis in one write.
"""

import concurrent.futures
import contextlib
import pathlib
import statistics
import subprocess

import load
import report
from cluster import Cluster
from processes import Redis, Server

HERE = pathlib.Path(__file__).parent
CONNECTIONS = 64
SECONDS = 3
# Pictures for each load; the more loads at once, the fewer each gets through.
SEEDS = {1: 210_000, 2: 140_000, 4: 80_000}
# Numbers, and so addresses, that loads at once are apart.
APART = 1_000_000
FIGURES = ("rps", "server_cpu", "redis_cpu")


class Single(Redis):
    """One Redis that answers to what a Cluster is asked here."""

    def flush(self):
        """Forgets every key."""
        self.tell("flushall")

    def seed_pictures(self, first, count):
        """Pictures of so many requests."""
        self.seed(HERE / "seed.lua", "pictures", first, count)


def once(store, servers):
    """One load for each server, all at once."""
    store.flush()
    for at in range(len(servers)):
        store.seed_pictures(at * APART, SEEDS[len(servers)])
    before = sum(server.cpu_s() for server in servers), store.cpu_s()
    with concurrent.futures.ThreadPoolExecutor(len(servers)) as pool:
        loads = [
            pool.submit(load.run, "send", server.url, CONNECTIONS // len(servers), SECONDS, at * APART)
            for at, server in enumerate(servers)
        ]
        seen = [one.result() for one in loads]
    after = sum(server.cpu_s() for server in servers), store.cpu_s()
    requests = sum(one["requests"] for one in seen)
    wrong = sum(one["refused"] + one["failed"] + one["lost"] for one in seen)
    kept = store.count("sms_*")
    if wrong or not requests <= kept <= requests + CONNECTIONS:
        raise RuntimeError(f"not the answers that were meant: {seen}, {kept} keys")
    per = 100_000 / requests
    return {
        "rps": sum(one["requests"] / one["seconds"] for one in seen),
        "p99_ms": max(one["p99_ms"] for one in seen),
        "server_cpu": (after[0] - before[0]) * per,
        "redis_cpu": (after[1] - before[1]) * per,
    }


def arrangements(stack, binaries, settings):
    """What is measured, by name: a store, and servers on it."""
    def servers(count, **store):
        """So many servers with the same settings."""
        binary = binaries / "sms-server"
        return [
            stack.enter_context(Server(binary, subprocess.DEVNULL, **settings, **store))
            for _ in range(count)
        ]

    single = stack.enter_context(Single())
    cluster = stack.enter_context(Cluster())
    own = {"STORE__BACKEND": "redis", "STORE__URL": single.url}
    joined = {"STORE__BACKEND": "cluster", "STORE__URLS": cluster.urls}
    four = servers(4, **own)
    return {
        "1 instance, one Redis": (single, four[:1]),
        "2 instances, one Redis": (single, four[:2]),
        "4 instances, one Redis": (single, four),
        "1 instance, Cluster of three": (cluster, servers(1, **joined)),
    }


def measure(binaries, settings, count):
    """Medians of each arrangement, and of the ratios to the first, round by round."""
    with contextlib.ExitStack() as stack:
        asked = arrangements(stack, binaries, settings)
        seen = {name: [] for name in asked}
        for number in range(count):
            report.progress(f"instances: round {number + 1} of {count}")
            for name in list(asked)[:: 1 if number % 2 else -1]:
                seen[name].append(once(*asked[name]))
    first = seen[next(iter(seen))]
    return {
        name: {
            **{figure: statistics.median(one[figure] for one in rounds) for figure in (*FIGURES, "p99_ms")},
            "ratio": {
                figure: statistics.median(one[figure] / other[figure] for one, other in zip(rounds, first))
                for figure in FIGURES
            },
            "rounds": rounds,
        }
        for name, rounds in seen.items()
    }


HEAD = ["send", "rps", "to the first", "p99 ms", "CPU s/100k", "to the first", "Redis CPU", "to the first"]


def rows(figures):
    """The table."""
    for name, seen in figures.items():
        ratio = seen["ratio"]
        yield [
            name, f"{seen['rps']:.0f}", f"{ratio['rps']:.2f}", f"{seen['p99_ms']:.2f}",
            f"{seen['server_cpu']:.2f}", f"{ratio['server_cpu']:.2f}",
            f"{seen['redis_cpu']:.2f}", f"{ratio['redis_cpu']:.2f}",
        ]
