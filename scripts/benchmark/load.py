"""One load of requests by wrk, and what it cost those who answered."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
THREADS = 2


def run(kind, url, connections, seconds, first):
    """What wrk saw: requests, seconds, p50_ms, p99_ms, succeeded, refused, failed, lost."""
    command = [
        "wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "load.lua"),
        url, "--", kind, str(first), str(THREADS),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measured(kind, target, redis, connections, seconds, first):
    """The same, and what a hundred thousand requests cost the target and Redis in CPU seconds."""
    before = target.cpu_s(), redis.cpu_s()
    seen = run(kind, target.url, connections, seconds, first)
    after = target.cpu_s(), redis.cpu_s()
    per = 100_000 / max(seen["requests"], 1)
    return {
        **seen,
        "rps": seen["requests"] / seen["seconds"],
        "server_cpu": (after[0] - before[0]) * per,
        "redis_cpu": (after[1] - before[1]) * per,
    }
