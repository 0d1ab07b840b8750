use std::collections::VecDeque;
use std::time::Duration;

use crate::{Quotas, Timestamp};

/// The times of the last sends, newest first: all that exact sliding windows need.
///
/// A quota of *k* in a window holds as long as the *k*-th newest send is as old as its window.
/// One short list therefore answers any number of quotas, without counters and without the edges
/// of fixed windows, and says when the next slot opens. What is logged may also be something
/// other than a send: a wrong code, or a request of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SendLog {
    newest_first: VecDeque<Timestamp>,
}

impl SendLog {
    /// A log of these times, newest first.
    #[must_use]
    pub fn of(newest_first: impl IntoIterator<Item = Timestamp>) -> Self {
        Self {
            newest_first: newest_first.into_iter().collect(),
        }
    }

    /// The same log with its newest times alone, so many at most.
    #[must_use]
    pub fn newest(&self, most: u32) -> Self {
        Self::of(self.newest_first.iter().copied().take(most as usize))
    }

    /// How many times there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.newest_first.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.newest_first.is_empty()
    }

    /// How many of its times are within the window that ends at `now`.
    #[must_use]
    pub fn used(&self, now: Timestamp, window: Duration) -> usize {
        let counts = |at: &&Timestamp| !now.until(at.after(window)).is_zero();
        self.newest_first.iter().filter(counts).count()
    }

    /// How long until every one of `quotas` has a free slot; zero if all have one at `now`.
    #[must_use]
    pub fn wait(&self, now: Timestamp, quotas: &Quotas) -> Duration {
        let waits = quotas.iter().filter_map(|quota| {
            let blocking = self.newest_first.get(quota.limit() as usize - 1)?;
            Some(now.until(blocking.after(quota.window())))
        });
        waits.max().unwrap_or_default()
    }

    /// Takes a slot at `now`, if every one of `quotas` has a free one.
    ///
    /// # Errors
    ///
    /// How long until the next slot opens; nothing is logged then.
    pub fn take(&mut self, now: Timestamp, quotas: &Quotas) -> Result<(), Duration> {
        let wait = self.wait(now, quotas);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.record(now, quotas);
        Ok(())
    }

    /// Logs `now` whatever the quotas say, and forgets what none of them looks at.
    pub fn record(&mut self, now: Timestamp, quotas: &Quotas) {
        self.newest_first.push_front(now);
        self.newest_first.truncate(quotas.largest_limit() as usize);
    }

    /// Gives back the slot that was taken at `at`; nothing happens if it is not there.
    pub fn give_back(&mut self, at: Timestamp) {
        if let Some(index) = self.newest_first.iter().position(|&taken| taken == at) {
            self.newest_first.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quota;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_refusal_says_when_the_next_slot_opens() {
        let quotas = Quotas::parse(&["1/60s", "2/1h"]).unwrap();
        let mut log = SendLog::default();
        assert_eq!(log.take(at(0), &quotas), Ok(()));
        assert_eq!(log.take(at(59), &quotas), Err(Duration::from_secs(1)));
        assert_eq!(log.take(at(60), &quotas), Ok(()));
        assert_eq!(log.take(at(120), &quotas), Err(Duration::from_secs(3480)));
        assert_eq!(log.take(at(3600), &quotas), Ok(()));
    }

    #[test]
    fn a_refusal_does_not_count() {
        let quotas = Quotas::parse(&["1/60s"]).unwrap();
        let mut log = SendLog::default();
        log.take(at(0), &quotas).unwrap();
        for second in 1..60 {
            assert!(log.take(at(second), &quotas).is_err());
        }
        assert_eq!(log.take(at(60), &quotas), Ok(()));
    }

    #[test]
    fn a_slot_given_back_is_free_again() {
        let quotas = Quotas::parse(&["1/60s"]).unwrap();
        let mut log = SendLog::default();
        log.take(at(5), &quotas).unwrap();
        log.give_back(at(5));
        assert_eq!(log, SendLog::default());
        assert_eq!(log.take(at(6), &quotas), Ok(()));
        log.give_back(at(5));
        assert!(log.take(at(7), &quotas).is_err(), "another's slot stays");
    }

    #[test]
    fn what_is_used_of_a_window_is_counted() {
        let log = SendLog::of([100, 70, 10].map(at));
        let rows = [(69, 3), (100, 2), (130, 1), (160, 0)];
        for (now, used) in rows {
            assert_eq!(log.used(at(now), Duration::from_secs(60)), used, "{now}");
        }
        assert_eq!(log.newest(2), SendLog::of([100, 70].map(at)));
    }

    #[test]
    fn without_quotas_nothing_is_kept() {
        let mut log = SendLog::default();
        for _ in 0..3 {
            assert_eq!(log.take(at(0), &Quotas::default()), Ok(()));
        }
        assert_eq!(log, SendLog::default());
    }

    #[test]
    fn a_clock_set_back_refuses_rather_than_panics() {
        let quotas = Quotas::parse(&["1/60s"]).unwrap();
        let mut log = SendLog::default();
        log.take(at(100), &quotas).unwrap();
        assert_eq!(log.take(at(40), &quotas), Err(Duration::from_secs(120)));
    }

    fn quotas() -> impl Strategy<Value = Quotas> {
        let quota = (1_u32..6, 1_u64..40)
            .prop_map(|(limit, window)| Quota::new(limit, Duration::from_secs(window)).unwrap());
        prop::collection::vec(quota, 0..4).prop_map(|list| list.into_iter().collect())
    }

    /// What a quota means, without any cleverness: count the slots within the window.
    fn oracle(taken: &[Timestamp], now: Timestamp, quotas: &Quotas) -> bool {
        quotas.iter().all(|quota| {
            let within = taken.iter().filter(|slot| slot.after(quota.window()) > now);
            within.count() < quota.limit() as usize
        })
    }

    proptest! {
        #[test]
        fn sliding_windows_agree_with_counting(
            quotas in quotas(),
            steps in prop::collection::vec((0_u64..15, prop::bool::weighted(0.2)), 1..80),
        ) {
            let (mut log, mut taken, mut now) = (SendLog::default(), Vec::new(), at(1000));
            for (pause, give_back) in steps {
                now = now.after(Duration::from_secs(pause));
                let free = oracle(&taken, now, &quotas);
                let wait = log.wait(now, &quotas);
                prop_assert_eq!(wait.is_zero(), free);
                if !free {
                    let before = now.after(wait - Duration::from_millis(1));
                    prop_assert!(!oracle(&taken, before, &quotas), "the wait is too long");
                    prop_assert!(oracle(&taken, now.after(wait), &quotas), "the wait is too short");
                }
                if log.take(now, &quotas).is_ok() {
                    taken.push(now);
                    if give_back {
                        log.give_back(now);
                        taken.pop();
                    }
                }
            }
        }
    }
}
