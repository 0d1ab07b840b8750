"""The gate must turn red for a loss, and for nothing else: `python3 -m unittest` in this folder."""

import unittest

import gate


def result(ratio, aims=None, reference=1.0, name="send", connections=64):
    """A result with these ratios."""
    return {
        "name": name, "connections": connections, "aims": aims or {}, "ratio": ratio,
        "reference": {figure: reference for figure in ratio},
    }


def figures(complaints):
    return [complaint.figure for complaint in complaints]


class Compare(unittest.TestCase):
    BASELINE = {"send": {"64": {"rps": 0.90, "p99_ms": 1.10, "server_cpu": 1.20, "redis_cpu": 1.00}}}

    def compared(self, *given, **how):
        return figures(gate.compare(result(*given, **how), self.BASELINE))

    def test_the_same_is_no_complaint(self):
        self.assertEqual([], self.compared(self.BASELINE["send"]["64"]))

    def test_better_is_no_complaint(self):
        self.assertEqual([], self.compared({"rps": 2.0, "p99_ms": 0.3, "server_cpu": 0.5}))

    def test_a_loss_within_the_tolerance_is_no_complaint(self):
        self.assertEqual([], self.compared({"rps": 0.79, "server_cpu": 1.37}))

    def test_less_throughput_than_before_is_named(self):
        self.assertEqual(["rps"], self.compared({"rps": 0.77}))

    def test_more_of_anything_else_than_before_is_named(self):
        worse = {"p99_ms": 1.28, "server_cpu": 1.40, "redis_cpu": 1.16}
        self.assertEqual(["p99_ms", "server_cpu", "redis_cpu"], self.compared(worse))

    def test_a_large_part_of_hardly_anything_is_no_complaint(self):
        before = {"send": {"64": {"redis_cpu": 0.02}}}
        self.assertEqual([], gate.compare(result({"redis_cpu": 0.05}), before))

    def test_a_reference_that_takes_nothing_is_not_held_against(self):
        self.assertEqual([], self.compared({"redis_cpu": 9000.0}, reference=0.0))

    def test_the_median_latency_is_not_judged(self):
        before = {"send": {"64": {"p50_ms": 1.0}}}
        self.assertEqual([], gate.compare(result({"p50_ms": 3.0}), before))

    def test_other_connections_are_compared_with_their_own(self):
        self.assertEqual([], self.compared({"rps": 0.1}, connections=256))

    def test_an_aim_missed_by_noise_is_no_complaint(self):
        ratio, aims = {"rps": 0.72, "server_cpu": 1.50}, {"rps": 0.80, "server_cpu": 1.35}
        self.assertEqual([], figures(gate.compare(result(ratio, aims), {})))

    def test_an_aim_missed_by_more_than_noise_is_named(self):
        ratio, aims = {"rps": 0.69, "p99_ms": 1.60}, {"rps": 0.80, "p99_ms": 1.30}
        self.assertEqual(["rps", "p99_ms"], figures(gate.compare(result(ratio, aims), {})))

    def test_a_complaint_says_what_where_and_how_much(self):
        [complaint] = gate.compare(result({"rps": 0.45}), self.BASELINE)
        self.assertEqual(
            "send, 64 connections: rps ratio 0.45, allowed ≥ 0.78 (0.90 before, and 15%)", str(complaint))


class Judge(unittest.TestCase):
    BASELINE = {"send": {"64": {"rps": 0.90, "server_cpu": 1.20}}}

    def judged(self, first, second):
        again = []

        def measure_again(suspect):
            again.append(suspect["name"])
            return result(second)

        found = gate.judge([result(first)], self.BASELINE, measure_again)
        return figures(found), len(again)

    def test_what_is_good_is_not_measured_again(self):
        self.assertEqual(([], 0), self.judged({"rps": 0.9}, {"rps": 0.1}))

    def test_what_is_good_at_second_sight_is_good(self):
        self.assertEqual(([], 1), self.judged({"rps": 0.5}, {"rps": 0.9}))

    def test_what_is_bad_twice_is_bad(self):
        self.assertEqual((["rps"], 1), self.judged({"rps": 0.5}, {"rps": 0.6}))

    def test_another_figure_at_second_sight_is_chance(self):
        first, second = {"rps": 0.5, "server_cpu": 1.2}, {"rps": 0.9, "server_cpu": 2.0}
        self.assertEqual(([], 1), self.judged(first, second))


class Baseline(unittest.TestCase):
    def test_a_run_does_not_complain_about_itself(self):
        results = [result({"rps": 0.5, "p99_ms": 2.0, "server_cpu": 3.0}), result({"rps": 1.0}, connections=256)]
        written = gate.baseline_of(results)
        self.assertEqual([], [gate.compare(one, written) for one in results if gate.compare(one, written)])
        self.assertEqual([], gate.unknown(results, written))

    def test_what_can_not_be_compared_is_not_written(self):
        self.assertEqual({"send": {"64": {}}}, gate.baseline_of([result({"redis_cpu": 1e9}, reference=0.0)]))

    def test_a_scenario_without_a_baseline_is_named(self):
        self.assertEqual(
            ["new, 64 connections: not in the baseline"], gate.unknown([result({}, name="new")], {}))


if __name__ == "__main__":
    unittest.main()
