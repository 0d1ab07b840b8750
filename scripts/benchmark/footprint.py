"""Memory of the server, idle and with many open connections, and how long it takes to start."""

import contextlib
import resource
import socket
import statistics
import struct
import subprocess
import time
import urllib.request

import report
from processes import Redis, Server

CONNECTIONS = 10_000
# The server needs two files for each connection, and both ends some for themselves.
FILES_PER_CONNECTION, OTHER_FILES = 2, 1_000
STARTS = 20
# Answered without the store: what is measured is the connection.
REQUEST = b"GET /sms_codes/13800138000/ HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n"
PICTURE = "/image_codes/f47ac10b-58cc-4372-a567-000000000000/"
# Closes with a reset, so that ten thousand ports are free again at once.
AT_ONCE = struct.pack("ii", 1, 0)
# More than the connections, because they are shared out among the workers by chance.
ROOM = {"SERVER__MAX_CONNECTIONS": 2 * CONNECTIONS}


def allow_files(count):
    """Raises the limit of open files, for this process and its children; gives what is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    return allowed


def connect(stack, port):
    """A connection that had one answer and stays open."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    connection.sendall(REQUEST)
    if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("not the answer that was meant")


def memory(binary, settings):
    """Resident bytes: when it serves, after one picture, and for each open connection."""
    allowed = allow_files(FILES_PER_CONNECTION * CONNECTIONS + OTHER_FILES)
    connections = (allowed - OTHER_FILES) // FILES_PER_CONNECTION
    with Server(binary, subprocess.DEVNULL, **settings, **ROOM) as server:
        started = server.rss_bytes()
        urllib.request.urlopen(server.url + PICTURE).read()
        idle = server.rss_bytes()
        port = int(server.url.rsplit(":", 1)[1])
        with contextlib.ExitStack() as stack:
            for _ in range(connections):
                connect(stack, port)
            opened = server.rss_bytes()
    return {
        "started_mib": started / 2**20,
        "idle_mib": idle / 2**20,
        "connections": connections,
        "opened_mib": opened / 2**20,
        "bytes_per_connection": (opened - idle) / connections,
    }


def start_ms(binary, settings):
    """From the start of the program to its first picture: the store has been asked by then."""
    began = time.monotonic()
    with Server(binary, subprocess.DEVNULL, **settings) as server:
        urllib.request.urlopen(server.url + PICTURE).read()
        return (time.monotonic() - began) * 1000


def measure(binaries, settings):
    """The figures with Redis, and with the embedded store."""
    binary = binaries / "sms-server"
    seen = {}
    with Redis() as redis:
        stores = {
            "redis": {"STORE__BACKEND": "redis", "STORE__URL": redis.url},
            "memory": {"STORE__BACKEND": "memory"},
        }
        for name, store in stores.items():
            report.progress(f"footprint: store {name}")
            starts = [start_ms(binary, {**settings, **store}) for _ in range(STARTS)]
            seen[name] = {
                **memory(binary, {**settings, **store}),
                "start_ms": statistics.median(starts),
                "slowest_start_ms": max(starts),
                "starts": starts,
            }
    return seen


HEAD = ["store", "MiB at start", "MiB after a picture", "connections", "MiB with them",
        "bytes a connection", "start ms, median", "slowest"]


def rows(figures):
    """The table, store by store."""
    for name, seen in figures.items():
        yield [
            name, f"{seen['started_mib']:.1f}", f"{seen['idle_mib']:.1f}", f"{seen['connections']:,}",
            f"{seen['opened_mib']:.1f}",
            f"{seen['bytes_per_connection']:.0f}", f"{seen['start_ms']:.1f}", f"{seen['slowest_start_ms']:.1f}",
        ]
