"""Measures the server beside its floor; scripts/bench builds what it needs and calls this."""

import argparse
import contextlib
import json
import pathlib
import sys

import rounds
from processes import Listener, Redis, Server
from scenarios import AGAINST, SCENARIOS


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", help="names of scenarios that contain this")
    parser.add_argument("--against", type=pathlib.Path, help="another build of the server, in place of the floor")
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def programs(stack, binaries, against, redis):
    """Everything that is asked, by name."""
    log = stack.enter_context(open("/dev/null", "w"))
    ccp = stack.enter_context(Listener(binaries / "examples/instant_ccp"))
    store = {"STORE__BACKEND": "redis", "STORE__URL": redis.url}
    quiet = {"LOG__LEVEL": "warn", "LOG__AUDIT": "off"}
    gateway = {
        "GATEWAY__ORDER": "ccp",
        "GATEWAY__SENDERS__CCP__KIND": "ccp",
        "GATEWAY__SENDERS__CCP__BASE_URL": ccp.url,
        "GATEWAY__SENDERS__CCP__ACCOUNT_SID": "8aaf070800000000000000000000a001",
        "GATEWAY__SENDERS__CCP__AUTH_TOKEN": "8aaf070800000000000000000000a003",
        "GATEWAY__SENDERS__CCP__APP_ID": "8aaf070800000000000000000000a002",
    }
    binary = binaries / "sms-server"
    if against:
        return {
            "server": stack.enter_context(Server(binary, log, **store, **quiet)),
            "other": stack.enter_context(Server(against, log, **store, **quiet)),
            "ccp": stack.enter_context(Server(binary, log, **store, **quiet, **gateway)),
            "other ccp": stack.enter_context(Server(against, log, **store, **quiet, **gateway)),
            "logged": stack.enter_context(Server(binary, log, **store)),
            "other logged": stack.enter_context(Server(against, log, **store)),
        }
    return {
        "floor": stack.enter_context(Listener(binaries / "examples/floor", redis.url, ccp.url)),
        "server": stack.enter_context(Server(binary, log, **store, **quiet)),
        "logged": stack.enter_context(Server(binary, log, **store)),
        "ccp": stack.enter_context(Server(binary, log, **store, **quiet, **gateway)),
    }


def main():
    options = arguments()
    results = []
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis())
        asked = programs(stack, options.binaries, options.against, redis)
        for scenario in AGAINST if options.against else SCENARIOS:
            if options.only and options.only not in scenario.name:
                continue
            for connections in scenario.connections:
                seen = rounds.rounds(scenario, connections, asked, redis, options.rounds, options.seconds)
                result = {"name": scenario.name, "connections": connections, **rounds.summary(seen)}
                results.append(result)
                show(result)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def show(result):
    subject, reference, ratio = (result[part] for part in ("subject", "reference", "ratio"))
    print(f"{result['name']:28} {result['connections']:4}  " + "  ".join(
        f"{figure} {subject[figure]:.2f}/{reference[figure]:.2f}={ratio[figure]:.2f}" for figure in rounds.FIGURES))
    sys.stdout.flush()


main()
