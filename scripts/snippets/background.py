"""Programs that go on running beside a page's blocks, until the page is done."""

import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

PATIENCE_S = 30
# What a server, a simulator and a Redis say when they take requests.
READY = (
    "health and metrics at http://", " is the base URL of every provider", "Ready to accept connections")


def free_port():
    """A port that nobody listens on, and none of those that the system gives to connections."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            port = random.randrange(10_000, 32_000)
            probe.bind(("127.0.0.1", port))
            return port


def accepts(port):
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(root, name, command, environment, is_ready=None):
    """Starts a program, in the place of one of that name, and waits until it says in its log that it is ready.

    `is_ready` is asked instead if it is given.
    """
    stop(root, name)
    running = root / "running"
    running.mkdir(exist_ok=True)
    log = running / f"{name}.log"
    is_ready = is_ready or (lambda: any(sign in log.read_text() for sign in READY))
    with open(log, "w") as file:
        child = subprocess.Popen(
            command, env=environment, cwd=root, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            start_new_session=True)
    (running / f"{name}.pid").write_text(str(child.pid))
    give_up = time.monotonic() + PATIENCE_S
    while not is_ready():
        if child.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"{name} does not start:\n{log.read_text()}")
        time.sleep(0.01)
    return log


def stop(root, name):
    """Ends a program if it runs, and waits for that."""
    file = root / "running" / f"{name}.pid"
    if not file.exists():
        return
    pid = int(file.read_text())
    file.unlink()
    give_up = time.monotonic() + PATIENCE_S
    force = signal.SIGTERM
    while is_there(pid):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, force)
        if time.monotonic() > give_up:
            force = signal.SIGKILL
        time.sleep(0.02)


def stop_all(root):
    """Ends all that was started for a page."""
    for file in sorted((root / "running").glob("*.pid")):
        stop(root, pathlib.Path(file).stem)


def is_there(pid):
    """Whether a process is there and has not ended; one of our own that has ended is taken leave of."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return any(is_alive(task) for task in pathlib.Path(f"/proc/{pid}/task").glob("*"))


def is_alive(task):
    """Whether a thread goes on: until the last one has ended, its process may hold its ports."""
    try:
        return (task / "stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
