"""Subject and reference in turn, so that both meet the same weather on a shared machine."""

import pathlib
import statistics

import load

HERE = pathlib.Path(__file__).parent
# More than any machine that this ran on answers.
SEEDS_PER_SECOND = 70_000
FIGURES = ["rps", "p50_ms", "p99_ms", "server_cpu", "answer_cpu", "redis_cpu"]


def rounds(scenario, connections, programs, redis, count, seconds):
    """The figures of both sides, round by round."""
    seen = {"subject": [], "reference": []}
    for number in range(count):
        sides = [("subject", scenario.subject), ("reference", scenario.reference)]
        for name, side in sides if number % 2 else reversed(sides):
            seen[name].append(once(side, connections, programs, redis, seconds))
    return seen


def once(side, connections, programs, redis, seconds):
    """One load on an otherwise empty Redis, whose effect is checked."""
    redis.tell("flushall")
    if side.needs:
        redis.seed(HERE / "seed.lua", side.needs, 0, SEEDS_PER_SECOND * seconds)
    figures = load.measured(side.kind, programs[side.target], redis, connections, seconds, 0, side.pause_ms)
    verify(side, connections, redis, figures)
    return figures


def verify(side, connections, redis, figures):
    """A fast wrong answer is no result."""
    answered = figures["succeeded"] if side.succeeds else figures["refused"]
    # A few get through where all others are refused.
    if figures["requests"] - answered > 10 or figures["lost"] or figures["failed"]:
        raise RuntimeError(f"{side}: not the answers that were meant: {figures}")
    if side.leaves:
        kept = redis.count(side.leaves)
        # Answers that were under way when the load ended are not counted.
        if not answered <= kept <= answered + connections:
            raise RuntimeError(f"{side}: {answered} answers, but {kept} keys")


def summary(seen):
    """Medians of both sides, and of the ratios of neighbouring rounds."""
    ratios = {}
    for figure in FIGURES:
        pairs = zip(seen["subject"], seen["reference"])
        ratios[figure] = statistics.median(a[figure] / max(b[figure], 1e-9) for a, b in pairs)
    medians = {
        side: {figure: statistics.median(one[figure] for one in seen[side]) for figure in FIGURES}
        for side in ("subject", "reference")
    }
    return {**medians, "ratio": ratios}
