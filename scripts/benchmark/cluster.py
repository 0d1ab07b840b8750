"""A Redis Cluster of three primaries that answers to what a single Redis is asked here."""

import contextlib
import pathlib
import subprocess
import tempfile
import time

from processes import PATIENCE_S, Redis, free_port

HERE = pathlib.Path(__file__).parent
PRIMARIES = 3
# A node listens for the others at its port and this.
BUS = 10_000


def low_port():
    """A free port that leaves room for that of the bus."""
    while (port := free_port()) + BUS > 65_535:
        pass
    return port


class Cluster(contextlib.ExitStack):
    """Its nodes and what they do together."""

    def __init__(self):
        super().__init__()
        # What was started must not stay when a later step fails.
        with contextlib.ExitStack() as starting:
            self.nodes = [starting.enter_context(self.node(starting)) for _ in range(PRIMARIES)]
            self.join()
            self.callback(starting.pop_all().close)

    def node(self, stack):
        """A Redis that can be part of a Cluster."""
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        return Redis("--cluster-enabled", "yes", "--dir", folder, port=low_port())

    def join(self):
        """Shares out the slots, and waits until every node knows."""
        addresses = [f"127.0.0.1:{node.port}" for node in self.nodes]
        command = ["redis-cli", "--cluster", "create", *addresses, "--cluster-yes"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        give_up = time.monotonic() + PATIENCE_S
        while not all("cluster_state:ok" in node.tell("cluster", "info") for node in self.nodes):
            if time.monotonic() > give_up:
                raise RuntimeError("the Cluster does not come up")
            time.sleep(0.05)

    @property
    def urls(self):
        """Where its nodes are, as the server takes them."""
        return ",".join(f"redis://127.0.0.1:{node.port}" for node in self.nodes)

    def cpu_s(self):
        """Seconds of CPU that all nodes have used."""
        return sum(node.cpu_s() for node in self.nodes)

    def flush(self):
        """Forgets every key."""
        for node in self.nodes:
            node.tell("flushall")

    def seed_pictures(self, first, count, batch=50_000):
        """Every node is told to make all pictures, and takes those of its own slots."""
        for start in range(first, first + count, batch):
            end = min(start + batch, first + count) - 1
            for node in self.nodes:
                node.tell("--eval", HERE / "slots.lua", ",", start, end)

    def count(self, pattern):
        """How many keys look so."""
        return sum(node.count(pattern) for node in self.nodes)
