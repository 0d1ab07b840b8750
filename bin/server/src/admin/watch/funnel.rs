//! How many got how far, lately.

use std::collections::VecDeque;
use std::time::Duration;

use crate::admin::readings::Counts;

/// How far back the slower of the two views goes.
const WINDOW: Duration = Duration::from_secs(60);

/// The counts of the last minute.
pub(super) struct History {
    /// Since when they are, oldest first. Never empty.
    counts: VecDeque<(Duration, Counts)>,
}

impl History {
    /// What was counted when it began.
    pub(super) fn new(counts: Counts) -> Self {
        Self {
            counts: VecDeque::from([(Duration::ZERO, counts)]),
        }
    }

    /// What is counted so long after it began.
    pub(super) fn add(&mut self, after: Duration, counts: Counts) {
        // An instance began anew, and counts from zero.
        if !self.latest().is_before(&counts) {
            self.counts = VecDeque::from([(after, Counts::default())]);
        }
        self.counts.push_back((after, counts));
        let is_past = |(at, _): &(Duration, Counts)| after.saturating_sub(*at) >= WINDOW;
        // The newest of those that are past is what the window begins with.
        while self.counts.get(1).is_some_and(is_past) {
            self.counts.pop_front();
        }
    }

    /// Since the instances began.
    pub(super) fn latest(&self) -> Counts {
        let (_, latest) = self.counts.back().expect("it is never empty");
        *latest
    }

    /// Since the reading before.
    pub(super) fn step(&self) -> Counts {
        let (_, before) = self.counts[self.counts.len().saturating_sub(2)];
        self.latest().since(&before)
    }

    /// In the last minute, or since it began if that is less.
    pub(super) fn minute(&self) -> Counts {
        let (_, before) = self.counts[0];
        self.latest().since(&before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pictures: u64) -> Counts {
        Counts([pictures, 0, 0, 0])
    }

    fn told(history: &History) -> [u64; 3] {
        [history.latest(), history.minute(), history.step()].map(|counts| counts.0[0])
    }

    #[test]
    fn a_reading_is_told_against_the_one_before_and_that_of_a_minute_ago() {
        let mut history = History::new(counts(100));
        assert_eq!(told(&history), [100, 0, 0]);
        let rows = [
            (1, 103, [103, 3, 3]),
            (31, 110, [110, 10, 7]),
            (61, 111, [111, 8, 1]),
            (91, 111, [111, 1, 0]),
            (200, 120, [120, 9, 9]),
        ];
        for (seconds, pictures, expected) in rows {
            history.add(Duration::from_secs(seconds), counts(pictures));
            assert_eq!(told(&history), expected, "{seconds}");
        }
    }

    #[test]
    fn an_instance_that_began_anew_counts_from_zero() {
        let mut history = History::new(counts(100));
        history.add(Duration::from_secs(1), counts(4));
        assert_eq!(told(&history), [4, 4, 4]);
    }
}
