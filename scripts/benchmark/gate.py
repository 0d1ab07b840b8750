"""Says whether the server got worse: against its aims, and against what was measured before.

Figures of a shared machine move. Two copies of the same server, five rounds each in turn, have
ratios within 13 % of 1 for throughput and CPU in nine of ten runs, and within 18 % for p99; the
CPU of Redis moves as p99 does. Of some sixty figures of a run several would therefore be complained
about with nothing wrong. So:

* An aim is missed only when it is missed by more than that noise.
* A ratio is worse than before only when it is worse by more than 15 %, and by more than 0.05: a
  refused request costs Redis a hundredth of a send, and a third more of that is nothing.
* Whatever looks bad is measured once more with more than twice the rounds, and what then looks
  good again is good. Both must be bad: a real loss of 15 % shows each time, chance hardly ever
  hits the same figure twice.
* p50 isn't judged: with a fixed number of connections it says what throughput says.
* The CPU of a reference that takes hardly any is nothing to hold against.

Instructions don't move, so they are counted once; see instructions.py.
"""

import json
import pathlib
from dataclasses import dataclass

import aims
import instructions
import report

BASELINE = pathlib.Path(__file__).with_name("baseline.json")
FIGURES = ("rps", "p99_ms", "server_cpu", "redis_cpu")
NOISE = {"rps": 0.13, "server_cpu": 0.13, "p99_ms": 0.18, "redis_cpu": 0.18}
# Of figures that only some scenario has.
OTHER_NOISE = 0.18
TOLERANCE = 0.15
LEAST_DIFFERENCE = 0.05
# CPU seconds for a hundred thousand requests, below which ratios mean nothing.
LEAST_REFERENCE = 0.05


@dataclass(frozen=True)
class Complaint:
    """A ratio that is not good enough."""

    name: str
    connections: int
    figure: str
    measured: float
    allowed: float
    because: str

    def __str__(self):
        where = f"{self.name}, {self.connections} connections"
        sign = aims.sign(self.figure)
        return f"{where}: {self.figure} ratio {self.measured:.2f}, allowed {sign} {self.allowed:.2f} ({self.because})"


def ratios(result):
    """The ratios of a result that can be compared from run to run."""
    return {
        figure: ratio for figure, ratio in result["ratio"].items()
        if figure in FIGURES and result["reference"][figure] >= LEAST_REFERENCE
    }


def baseline_of(results):
    """What is written down of a run: ratios by scenario, connections and figure."""
    kept = {}
    for result in results:
        rounded = {figure: round(ratio, 3) for figure, ratio in ratios(result).items()}
        kept.setdefault(result["name"], {})[str(result["connections"])] = rounded
    return kept


def missed_aims(result):
    """Aims that are missed by more than noise."""
    for figure, aim in result["aims"].items():
        slack = NOISE.get(figure, OTHER_NOISE)
        measured = result["ratio"][figure]
        if aims.worsened(figure, measured, aim) > slack:
            because = f"aim {aim:.2f} and noise of {slack:.0%}"
            yield figure, measured, aims.bound(figure, aim, slack), because


def regressions(result, before):
    """Ratios that are worse than before."""
    for figure, measured in ratios(result).items():
        if figure not in before:
            continue
        allowed = aims.bound(figure, before[figure], TOLERANCE)
        is_worse = aims.worsened(figure, measured, before[figure]) > TOLERANCE
        if is_worse and abs(measured - before[figure]) > LEAST_DIFFERENCE:
            yield figure, measured, allowed, f"{before[figure]:.2f} before, and {TOLERANCE:.0%}"


def compare(result, baseline):
    """All complaints about a result."""
    name, connections = result["name"], result["connections"]
    before = baseline.get(name, {}).get(str(connections), {})
    found = [*missed_aims(result), *regressions(result, before)]
    return [Complaint(name, connections, *complaint) for complaint in found]


def unknown(results, baseline):
    """Results that nothing was written down about: a new scenario needs a new baseline."""
    return [
        f"{result['name']}, {result['connections']} connections: not in the baseline"
        for result in results
        if str(result["connections"]) not in baseline.get(result["name"], {})
    ]


def judge(results, baseline, again):
    """Complaints that are found twice; AGAIN measures a result anew, with more rounds."""
    confirmed = []
    for result in results:
        suspected = {complaint.figure for complaint in compare(result, baseline)}
        if suspected:
            report.progress(f"{result['name']}, {result['connections']}: {', '.join(sorted(suspected))} once more")
            found = compare(again(result), baseline)
            confirmed += [complaint for complaint in found if complaint.figure in suspected]
    return confirmed


def complaints(results, again):
    """All that is to be complained about, in lines."""
    baseline = json.loads(BASELINE.read_text())
    lines = [*unknown(results, baseline), *map(str, judge(results, baseline, again))]
    counts = instructions.compare(instructions.measure(), json.loads(instructions.BASELINE.read_text()))
    return lines + counts


def write(results):
    """Writes the baseline; what was not measured stays."""
    kept = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    kept.update(baseline_of(results))
    BASELINE.write_text(json.dumps(kept, indent=1) + "\n")
