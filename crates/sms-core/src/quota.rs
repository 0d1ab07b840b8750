use std::fmt;
use std::str::FromStr;
use std::time::Duration;

const MAX_LIMIT: u32 = 10_000_000;
const MAX_WINDOW_S: u64 = 366 * 24 * 3600;

/// Units of a window in seconds, the largest first.
const UNITS: [(u64, &str); 4] = [(24 * 3600, "d"), (3600, "h"), (60, "m"), (1, "s")];

/// At most `limit` in any `window`, wherever the window is laid: written `5/1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    limit: u32,
    window: Duration,
}

impl Quota {
    /// A quota of `limit` (1 to 10 million) in `window` (one second to 366 days).
    ///
    /// # Errors
    ///
    /// A limit or a window out of its range.
    pub fn new(limit: u32, window: Duration) -> Result<Self, QuotaError> {
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(QuotaError::Limit(limit.to_string()));
        }
        if window < Duration::from_secs(1) || window > Duration::from_secs(MAX_WINDOW_S) {
            return Err(QuotaError::Window(format!("{window:?}")));
        }
        Ok(Self { limit, window })
    }

    /// How many the window may hold.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit
    }

    /// The length of the window.
    #[must_use]
    pub fn window(self) -> Duration {
        self.window
    }
}

impl FromStr for Quota {
    type Err = QuotaError;

    /// Reads `LIMIT/WINDOW`, the window a whole number of `s`, `m`, `h` or `d`: `10/24h`.
    ///
    /// # Errors
    ///
    /// Names the part that is wrong.
    fn from_str(text: &str) -> Result<Self, QuotaError> {
        let (limit, window) = text
            .split_once('/')
            .ok_or_else(|| QuotaError::Form(text.to_owned()))?;
        let limit = limit
            .parse()
            .map_err(|_| QuotaError::Limit(limit.to_owned()))?;
        let window = parse_window(window).ok_or_else(|| QuotaError::Window(window.to_owned()))?;
        Self::new(limit, window)
    }
}

fn parse_window(text: &str) -> Option<Duration> {
    let unit_at = text.len().checked_sub(1)?;
    let (number, unit) = text.split_at_checked(unit_at)?;
    let (seconds_each, _) = UNITS.into_iter().find(|(_, name)| *name == unit)?;
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds_each)?;
    Some(Duration::from_secs(seconds))
}

impl fmt::Display for Quota {
    /// As it is read, the window in the largest unit that it is a whole number of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.window.as_secs();
        let (each, unit) = UNITS
            .into_iter()
            .find(|(each, _)| seconds.is_multiple_of(*each))
            .unwrap_or((1, "s"));
        write!(f, "{}/{}{unit}", self.limit, seconds / each)
    }
}

/// Why a text is not a quota.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// There is no slash.
    #[error("{0:?} is not a quota: LIMIT/WINDOW such as \"5/1h\" is wanted")]
    Form(String),
    /// The part before the slash.
    #[error("{0:?} is not a limit: a whole number from 1 to 10000000 is wanted")]
    Limit(String),
    /// The part after the slash.
    #[error("{0:?} is not a window: 1s to 366d, in s, m, h or d, is wanted")]
    Window(String),
}

/// Quotas that must all hold; none at all means no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quotas {
    list: Vec<Quota>,
    /// How many times a log must remember at least, and how long: for others who ask the same log.
    memory: (u32, Duration),
}

impl Quotas {
    /// Reads a list such as `["1/60s", "5/1h"]`.
    ///
    /// # Errors
    ///
    /// The first entry that is not a quota.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, QuotaError> {
        let quotas = entries.iter().map(|entry| entry.as_ref().parse());
        quotas.collect()
    }

    /// The same quotas, over a log that `others` are asked of too: it forgets nothing that they need.
    #[must_use]
    pub fn remembering(mut self, others: &Self) -> Self {
        let (times, span) = self.memory;
        self.memory = (
            times.max(others.largest_limit()),
            span.max(others.longest_window()),
        );
        self
    }

    /// Each of the quotas.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Quota> + '_ {
        self.list.iter().copied()
    }

    /// Whether nothing is limited, nor remembered for others.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.largest_limit() == 0
    }

    /// The largest limit: how many times a log must remember.
    #[must_use]
    pub fn largest_limit(&self) -> u32 {
        let limits = self.iter().map(Quota::limit);
        limits.fold(self.memory.0, u32::max)
    }

    /// The longest window: how long a log must remember them.
    #[must_use]
    pub fn longest_window(&self) -> Duration {
        let windows = self.iter().map(Quota::window);
        windows.fold(self.memory.1, Duration::max)
    }
}

impl FromIterator<Quota> for Quotas {
    fn from_iter<I: IntoIterator<Item = Quota>>(quotas: I) -> Self {
        Self {
            list: quotas.into_iter().collect(),
            memory: (0, Duration::ZERO),
        }
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quota_reads_as_it_is_written() {
        for (text, limit, seconds) in [
            ("1/60s", 1, 60),
            ("60/1m", 60, 60),
            ("5/1h", 5, 3600),
            ("10/24h", 10, 86_400),
            ("3/7d", 3, 604_800),
        ] {
            let quota: Quota = text.parse().unwrap();
            assert_eq!((quota.limit(), quota.window().as_secs()), (limit, seconds));
        }
    }

    #[test]
    fn a_quota_prints_in_the_largest_unit() {
        for (text, printed) in [("1/60s", "1/1m"), ("5/90s", "5/90s"), ("10/24h", "10/1d")] {
            assert_eq!(text.parse::<Quota>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn an_error_names_the_part_that_is_wrong() {
        for (text, part) in [
            ("5", "\"5\" is not a quota"),
            ("0/1h", "\"0\" is not a limit"),
            ("-1/1h", "\"-1\" is not a limit"),
            ("x/1h", "\"x\" is not a limit"),
            ("5/0s", "is not a window"),
            ("5/h", "\"h\" is not a window"),
            ("5/1w", "\"1w\" is not a window"),
            ("5/1.5h", "\"1.5h\" is not a window"),
            ("5/", "\"\" is not a window"),
            ("5/367d", "is not a window"),
            ("5/99999999999999999999s", "is not a window"),
            ("5/1时", "\"1时\" is not a window"),
        ] {
            let error = text.parse::<Quota>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_others_need_is_remembered_and_limits_nothing() {
        let [ours, theirs] = [&["1/60s"], &["5/1h"]].map(|list| Quotas::parse(list).unwrap());
        let both = ours.clone().remembering(&theirs);
        assert_eq!(both.largest_limit(), 5);
        assert_eq!(both.longest_window(), Duration::from_secs(3600));
        assert_eq!(
            both.iter().collect::<Vec<_>>(),
            ours.iter().collect::<Vec<_>>()
        );
        let none = Quotas::default().remembering(&theirs);
        assert!(!none.is_empty() && none.iter().len() == 0);
    }

    proptest! {
        #[test]
        fn a_printed_quota_parses_back(limit in 1..=MAX_LIMIT, seconds in 1..=MAX_WINDOW_S) {
            let quota = Quota::new(limit, Duration::from_secs(seconds)).unwrap();
            prop_assert_eq!(quota.to_string().parse(), Ok(quota));
        }
    }
}
