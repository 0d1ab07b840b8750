"""What scripts/bench starts when all tools are there."""

import contextlib
import signal
import sys

import build
import gate
import options
import programs
import report
import rounds
import scale
from footprint import allow_files
from processes import Redis
from scenarios import AGAINST, SCENARIOS, SWEEP

# For the load with the most connections, at both of its ends.
FILES = 8_192


class Bench:
    """Programs that run, and what they can be asked."""

    def __init__(self, given, asked, redis):
        self.given = given
        self.asked = asked
        self.redis = redis

    def result(self, scenario, connections, count):
        """Everything about a scenario at one number of connections."""
        report.progress(f"{scenario.name}, {connections} connections, {count} rounds")
        seen = rounds.rounds(scenario, connections, self.asked, self.redis, count, self.given.seconds)
        return {
            "name": scenario.name, "connections": connections, "aims": scenario.aims,
            **rounds.summary(seen), "rounds": seen,
        }

    def results(self, scenarios):
        """The results of all scenarios."""
        return [
            self.result(scenario, connections, self.given.rounds)
            for scenario in scenarios
            for connections in scenario.connections
        ]

    def again(self, scenarios, result):
        """A result anew, with more than twice the rounds."""
        scenario = next(one for one in scenarios if one.name == result["name"])
        return self.result(scenario, result["connections"], 2 * self.given.rounds + 1)


def chosen(given):
    """The section that a run makes, and its scenarios."""
    if given.sweep:
        return "sweep", SWEEP
    name, scenarios = ("against", AGAINST) if given.against else ("scenarios", SCENARIOS)
    # The name of one is often the beginning of another.
    found = [one for one in scenarios if one.name == given.only]
    found = found or [one for one in scenarios if not given.only or given.only in one.name]
    if not found:
        sys.exit(f"scripts/bench: no scenario has {given.only!r} in its name; there are: "
                 + ", ".join(one.name for one in scenarios))
    return name, found


def keep(given, section, figures):
    """Writes a file, if one is wanted."""
    if given.json:
        asked = {"rounds": given.rounds, "seconds": given.seconds, "only": given.only}
        report.keep(given.json, asked, section, figures)


def measure_scale(given, binaries):
    """What grows with scale."""
    parts = given.scale or scale.PARTS
    measured = scale.measure(parts, binaries, programs.QUIET, given.rounds, given.markdown)
    for part, figures in measured:
        keep(given, part, figures)


def measure_scenarios(given, binaries, section, scenarios):
    """Scenarios and what follows from them; gives what is to be complained about."""
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis())
        bench = Bench(given, programs.start(stack, binaries, given.against, redis), redis)
        results = bench.results(scenarios)
        report.show(results, given.markdown)
        keep(given, section, results)
        if given.baseline:
            gate.write(results)
        return gate.complaints(results, lambda one: bench.again(scenarios, one)) if given.gate else []


def main():
    """Measures what was asked for."""
    given = options.parse()
    # As an error would, so that no child stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    allow_files(FILES)
    section, scenarios = chosen(given)
    binaries = given.binaries or build.binaries()
    if given.scale is not None:
        measure_scale(given, binaries)
    elif complaints := measure_scenarios(given, binaries, section, scenarios):
        print("\n".join(complaints), file=sys.stderr)
        sys.exit(1)


try:
    main()
except KeyboardInterrupt:
    sys.exit(128 + signal.SIGINT)
