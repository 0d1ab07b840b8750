use std::time::Duration;

/// What is older than the window is forgotten a slice at a time.
const SLICES: usize = 10;

/// How many good and bad things there were over the last while.
#[derive(Debug)]
pub(super) struct Window {
    slices: [Counts; SLICES],
    /// The length of a slice in nanoseconds.
    slice: u128,
    /// The number of the newest slice, counted from the beginning of time.
    newest: u128,
}

/// How many things there were, and how many of them were bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) all: u32,
    pub(super) bad: u32,
}

impl Counts {
    /// Whether there are `enough` at all, and this share of them or more is bad.
    pub(super) fn are_bad(self, share: f64, enough: u32) -> bool {
        self.all >= enough.max(1) && f64::from(self.bad) >= share * f64::from(self.all)
    }
}

impl Window {
    pub(super) fn new(length: Duration) -> Self {
        Self {
            slices: [Counts::default(); SLICES],
            slice: (length.as_nanos() / SLICES as u128).max(1),
            newest: 0,
        }
    }

    /// Something happened at `now`. Times may come slightly out of order.
    pub(super) fn add(&mut self, now: Duration, is_bad: bool) {
        self.advance(now);
        let slice = &mut self.slices[index(self.newest)];
        slice.all = slice.all.saturating_add(1);
        slice.bad = slice.bad.saturating_add(u32::from(is_bad));
    }

    pub(super) fn counts(&mut self, now: Duration) -> Counts {
        self.advance(now);
        let sum = |sum: Counts, slice: &Counts| Counts {
            all: sum.all.saturating_add(slice.all),
            bad: sum.bad.saturating_add(slice.bad),
        };
        self.slices.iter().fold(Counts::default(), sum)
    }

    pub(super) fn clear(&mut self) {
        self.slices = Default::default();
    }

    /// Forgets what `now` is too late for.
    fn advance(&mut self, now: Duration) {
        let current = now.as_nanos() / self.slice;
        let passed = current.saturating_sub(self.newest).min(SLICES as u128);
        self.newest = self.newest.max(current);
        for back in 0..passed {
            self.slices[index(self.newest - back)] = Counts::default();
        }
    }
}

fn index(slice: u128) -> usize {
    (slice % SLICES as u128) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut window = Window::new(seconds(10));
        window.add(seconds(0), true);
        window.add(seconds(5), false);
        assert_eq!(window.counts(seconds(9)), Counts { all: 2, bad: 1 });
        assert_eq!(window.counts(seconds(10)), Counts { all: 1, bad: 0 });
        assert_eq!(window.counts(seconds(15)), Counts::default());
    }

    #[test]
    fn a_share_needs_enough_to_be_one() {
        let counts = |all, bad| Counts { all, bad };
        let rows = [
            (counts(0, 0), 0.5, 0, false),
            (counts(9, 9), 0.5, 10, false),
            (counts(10, 5), 0.5, 10, true),
            (counts(10, 4), 0.5, 10, false),
            (counts(1, 1), 1.0, 1, true),
        ];
        for (counts, share, enough, expected) in rows {
            assert_eq!(counts.are_bad(share, enough), expected, "{counts:?}");
        }
    }

    proptest! {
        /// Nothing newer than nine tenths of the window is missing, nothing older than it is there.
        #[test]
        fn it_counts_the_last_while(mut times in prop::collection::vec(0_u64..60_000, 1..50)) {
            times.sort_unstable();
            let now = *times.last().unwrap();
            let mut window = Window::new(seconds(10));
            for &time in &times {
                window.add(Duration::from_millis(time), false);
            }
            let within = |most: u64| times.iter().filter(|&&time| now - time < most).count() as u32;
            let counted = window.counts(Duration::from_millis(now)).all;
            prop_assert!((within(9_000)..=within(10_000)).contains(&counted));
        }
    }
}
