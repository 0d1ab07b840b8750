"""One load of requests by wrk, and what it cost those who answered."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
THREADS = 2
# The thread that works ahead of requests.
BEHIND = "stock"


def run(kind, url, connections, seconds, first, pause_ms=0):
    """What wrk saw: requests, seconds, p50_ms, p99_ms, succeeded, refused, failed, lost."""
    threads = min(THREADS, connections)
    command = [
        "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "load.lua"),
        url, "--", kind, str(first), str(threads), str(pause_ms),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measured(kind, target, redis, connections, seconds, first, pause_ms=0):
    """The same, and what a hundred thousand requests cost the target, those of its threads that
    answer, and Redis in CPU seconds."""
    before = target.cpu_s(), target.cpu_s(BEHIND), redis.cpu_s()
    seen = run(kind, target.url, connections, seconds, first, pause_ms)
    after = target.cpu_s(), target.cpu_s(BEHIND), redis.cpu_s()
    spent, behind, redis_spent = (later - sooner for later, sooner in zip(after, before))
    per = 100_000 / max(seen["requests"], 1)
    return {
        **seen,
        "rps": seen["requests"] / seen["seconds"],
        "server_cpu": spent * per,
        "answer_cpu": (spent - behind) * per,
        "redis_cpu": redis_spent * per,
    }
