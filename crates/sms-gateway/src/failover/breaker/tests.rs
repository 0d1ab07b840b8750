use super::*;
use proptest::prelude::*;

const RULES: BreakerRules = BreakerRules {
    failures: 3,
    rate: 0.5,
    min_attempts: 10,
    window: Duration::from_secs(60),
    open: Duration::from_secs(10),
    max_open: Duration::from_secs(35),
};

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// One attempt that is let pass and ends at once.
#[track_caller]
fn attempt(breaker: &mut Breaker, now: Duration, is_at_fault: bool) {
    let leave = breaker.admit(now).expect("a breaker that lets it pass");
    breaker.ended(now, leave, is_at_fault);
}

/// A breaker that opened at the beginning of time.
fn opened() -> Breaker {
    let mut breaker = Breaker::new(RULES);
    for _ in 0..RULES.failures {
        attempt(&mut breaker, at(0), true);
    }
    assert_eq!(breaker.phase(), Phase::Open { until: at(10) });
    breaker
}

#[test]
fn failures_in_a_row_open_it() {
    let rows: [(&[bool], bool); 4] = [
        (&[true, true], false),
        (&[true, true, true], true),
        (&[true, true, false, true, true], false),
        (&[false, false, false, true, true, true], true),
    ];
    for (failures, opens) in rows {
        let mut breaker = Breaker::new(RULES);
        for &is_at_fault in failures {
            attempt(&mut breaker, at(0), is_at_fault);
        }
        assert_eq!(breaker.admit(at(0)).is_none(), opens, "{failures:?}");
    }
}

#[test]
fn a_bad_share_opens_it_once_there_are_enough_attempts() {
    let mut breaker = Breaker::new(RULES);
    for pair in 0..4 {
        attempt(&mut breaker, at(pair), false);
        attempt(&mut breaker, at(pair), true);
    }
    attempt(&mut breaker, at(5), false);
    assert_eq!(breaker.phase(), Phase::Closed);
    // The tenth attempt is the fifth failure.
    attempt(&mut breaker, at(5), true);
    assert_eq!(breaker.phase(), Phase::Open { until: at(15) });
}

#[test]
fn old_attempts_count_for_no_share() {
    let mut breaker = Breaker::new(RULES);
    for pair in 0..20 {
        attempt(&mut breaker, at(20 * pair), false);
        attempt(&mut breaker, at(20 * pair), true);
    }
    assert_eq!(breaker.phase(), Phase::Closed);
}

#[test]
fn zeros_switch_it_off() {
    let mut breaker = Breaker::new(BreakerRules {
        failures: 0,
        rate: 0.0,
        ..RULES
    });
    for _ in 0..100 {
        attempt(&mut breaker, at(0), true);
    }
    assert_eq!(breaker.phase(), Phase::Closed);
}

#[test]
fn after_a_while_one_probe_at_a_time_passes() {
    let mut breaker = opened();
    assert_eq!(breaker.admit(at(9)), None);
    let probe = breaker.admit(at(10)).unwrap();
    assert!(probe.is_probe());
    assert_eq!(breaker.admit(at(10)), None);
    assert_eq!(breaker.admit(at(1000)), None);
    breaker.ended(at(11), probe, false);
    assert_eq!(breaker.phase(), Phase::Closed);
    assert!(!breaker.admit(at(11)).unwrap().is_probe());
}

#[test]
fn every_probe_in_vain_doubles_the_wait_up_to_the_most() {
    let mut breaker = opened();
    let mut now = at(10);
    for wait in [20, 35, 35] {
        attempt(&mut breaker, now, true);
        assert_eq!(breaker.admit(now + at(wait) - at(1)), None);
        now += at(wait);
    }
    assert!(breaker.admit(now).unwrap().is_probe());
}

#[test]
fn a_relapse_waits_longer_and_a_failure_long_after_does_not() {
    for (opens_again, until) in [(at(20), at(40)), (at(80), at(90))] {
        let mut breaker = opened();
        attempt(&mut breaker, at(10), false);
        for _ in 0..RULES.failures {
            attempt(&mut breaker, opens_again, true);
        }
        assert_eq!(breaker.phase(), Phase::Open { until });
    }
}

#[test]
fn a_probe_that_nobody_waits_for_makes_room_for_the_next() {
    let mut breaker = opened();
    let probe = breaker.admit(at(10)).unwrap();
    breaker.abandoned(at(11), probe);
    assert!(breaker.admit(at(11)).unwrap().is_probe());
}

#[test]
fn what_began_before_it_opened_is_no_news() {
    let mut breaker = Breaker::new(RULES);
    let (late, later) = (breaker.admit(at(0)).unwrap(), breaker.admit(at(0)).unwrap());
    for _ in 0..RULES.failures {
        attempt(&mut breaker, at(0), true);
    }
    breaker.ended(at(1), late, false);
    assert_eq!(breaker.phase(), Phase::Open { until: at(10) });
    let probe = breaker.admit(at(10)).unwrap();
    breaker.ended(at(11), later, true);
    breaker.ended(at(11), probe, false);
    assert_eq!(breaker.phase(), Phase::Closed);
}

#[test]
fn a_forced_attempt_can_close_it_but_not_keep_it_open() {
    let mut breaker = opened();
    let forced = breaker.force(at(1));
    assert!(!forced.is_probe());
    breaker.ended(at(2), forced, true);
    assert_eq!(breaker.phase(), Phase::Open { until: at(10) });

    // Not even while a probe is under way.
    let (forced, probe) = (breaker.force(at(3)), breaker.admit(at(10)).unwrap());
    breaker.ended(at(11), forced, true);
    assert_eq!(breaker.phase(), Phase::Probing);
    breaker.ended(at(12), probe, true);

    let forced = breaker.force(at(13));
    breaker.ended(at(14), forced, false);
    assert_eq!(breaker.phase(), Phase::Closed);
}

#[test]
fn a_forced_attempt_that_is_due_is_the_probe() {
    let mut breaker = opened();
    assert!(breaker.force(at(10)).is_probe());
}

/// What may happen to a breaker.
#[derive(Debug, Clone, Copy)]
enum Step {
    Pass(u64),
    Begin,
    Force,
    /// One of those under way ends, or is given up.
    End {
        which: usize,
        is_at_fault: bool,
    },
    Abandon(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u64..30).prop_map(Step::Pass),
        Just(Step::Begin),
        Just(Step::Force),
        (any::<usize>(), any::<bool>())
            .prop_map(|(which, is_at_fault)| Step::End { which, is_at_fault }),
        any::<usize>().prop_map(Step::Abandon),
    ]
}

/// Takes steps and gives the breaker, the time, and the attempts that are still under way.
fn history(steps: &[Step]) -> (Breaker, Duration, Vec<Leave>) {
    let (mut breaker, mut now) = (Breaker::new(RULES), at(0));
    let mut under_way: Vec<Leave> = Vec::new();
    for &step in steps {
        match step {
            Step::Pass(seconds) => now += at(seconds),
            Step::Begin => {
                let leave = breaker.admit(now);
                assert_eq!(leave.is_some_and(Leave::is_probe), {
                    leave.is_some() && breaker.phase() == Phase::Probing
                });
                under_way.extend(leave);
            }
            Step::Force => under_way.push(breaker.force(now)),
            Step::End { which, is_at_fault } if !under_way.is_empty() => {
                let leave = under_way.swap_remove(which % under_way.len());
                breaker.ended(now, leave, is_at_fault);
            }
            Step::Abandon(which) if !under_way.is_empty() => {
                let leave = under_way.swap_remove(which % under_way.len());
                breaker.abandoned(now, leave);
            }
            Step::End { .. } | Step::Abandon(_) => {}
        }
        let current = |leave: &&Leave| leave.is_probe && leave.epoch == breaker.epoch;
        let probes = under_way.iter().filter(current).count();
        assert_eq!(probes, usize::from(breaker.phase() == Phase::Probing));
    }
    (breaker, now, under_way)
}

proptest! {
    /// A probe is under way exactly while the breaker says so, and never two of them.
    #[test]
    fn there_is_one_probe_at_most(steps in prop::collection::vec(step(), 0..200)) {
        history(&steps);
    }

    /// Whatever happened, a sender that works is back after the longest wait, without help.
    #[test]
    fn it_heals_unaided(steps in prop::collection::vec(step(), 0..200)) {
        let (mut breaker, now, under_way) = history(&steps);
        for leave in under_way {
            breaker.ended(now, leave, true);
        }
        let later = now + RULES.max_open;
        attempt(&mut breaker, later, false);
        prop_assert_eq!(breaker.phase(), Phase::Closed);
    }

    /// It is never open for longer than the most, and never for less than at first.
    #[test]
    fn its_waits_have_bounds(steps in prop::collection::vec(step(), 0..200)) {
        let (breaker, now, _) = history(&steps);
        if let Phase::Open { until } = breaker.phase() {
            prop_assert!(until <= now + RULES.max_open);
        }
        if breaker.epoch > 0 {
            prop_assert!((RULES.open..=RULES.max_open).contains(&breaker.pause));
        }
    }
}
