"""The processes that are measured: how they are started, asked for their cost, and stopped."""

import os
import pathlib
import socket
import subprocess
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE_S = 20


def free_port():
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child process."""

    def __init__(self, command, **options):
        self.child = subprocess.Popen(command, **options)

    def cpu_s(self, thread=None):
        """Seconds of CPU that it has used, or its threads of a name."""
        if thread is None:
            return cpu_s(pathlib.Path(f"/proc/{self.child.pid}/stat"))
        tasks = pathlib.Path(f"/proc/{self.child.pid}/task").iterdir()
        return sum(cpu_s(task / "stat") for task in tasks if (task / "comm").read_text().strip() == thread)

    def rss_bytes(self):
        """Bytes of memory that it holds."""
        with open(f"/proc/{self.child.pid}/statm") as statm:
            return int(statm.read().split()[1]) * PAGE

    def stop(self):
        """Ends it and waits for that."""
        self.child.terminate()
        try:
            self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_until(self, is_ready, what):
        """Waits until it serves. Nobody else knows of it yet, so it must not outlive a failure."""
        give_up = time.monotonic() + PATIENCE_S
        try:
            while not is_ready():
                if self.child.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"{what} does not start")
                time.sleep(0.002)
        except BaseException:
            self.stop()
            raise


class Redis(Process):
    """A Redis that keeps nothing on disk."""

    def __init__(self, *options, port=None):
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", *quiet, *options]
        super().__init__(command, stdout=subprocess.DEVNULL)
        self.wait_until(lambda: accepts(self.port), "redis-server")

    def tell(self, *words, stdin=None):
        """What redis-cli prints."""
        command = ["redis-cli", "-p", str(self.port), *map(str, words)]
        return subprocess.run(command, check=True, capture_output=True, text=True, input=stdin).stdout.strip()

    def seed(self, script, kind, first, count, batch=50_000):
        """Makes what requests FIRST to FIRST + COUNT - 1 need, by a script in a file."""
        for start in range(first, first + count, batch):
            end = min(start + batch, first + count) - 1
            self.tell("--eval", script, kind, ",", start, end)

    def count(self, pattern):
        """How many keys look so."""
        found = subprocess.run(
            f"redis-cli -p {self.port} --scan --pattern '{pattern}' | wc -l",
            shell=True, check=True, capture_output=True, text=True)
        return int(found.stdout)

    def memory_bytes(self):
        """Bytes that it has allocated."""
        lines = dict(line.split(":", 1) for line in self.tell("info", "memory").splitlines() if ":" in line)
        return int(lines["used_memory"])


class Listener(Process):
    """A program that prints the address on which it listens."""

    def __init__(self, *command):
        super().__init__(command, stdout=subprocess.PIPE, text=True)
        self.url = None
        self.wait_until(self.has_told, command[0])

    def has_told(self):
        """Reads the address, which is all that it ever prints."""
        self.url = f"http://{self.child.stdout.readline().strip()}"
        return self.url != "http://"


class Server(Process):
    """The server under measurement, with production-like settings."""

    def __init__(self, binary, log, **settings):
        port = free_port()
        self.ops_port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        given = {
            "SERVER__LISTEN": f"127.0.0.1:{port}",
            "SERVER__OPS_LISTEN": f"127.0.0.1:{self.ops_port}",
            "SERVER__TRUSTED_PROXIES": "127.0.0.1/32",
            "DEV__OUTBOX": "false",
            **settings,
        }
        environment = {**os.environ, **{f"SMS__{key}": str(value) for key, value in given.items()}}
        super().__init__([binary], env=environment, stdout=subprocess.DEVNULL, stderr=log)
        self.wait_until(lambda: accepts(port), "sms-server")

    def metrics(self):
        """The text of /metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ops_port}/metrics") as answer:
            return answer.read().decode()


def cpu_s(stat):
    """Seconds of CPU by such a file."""
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def accepts(port):
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
