use std::collections::{HashSet, VecDeque};

use time::OffsetDateTime;

/// As many as this are remembered; then the oldest are forgotten.
const MOST: usize = 100_000;

/// What may come only once within some time: `reqId`s and nonces.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    keys: HashSet<String>,
    /// In the order in which they came, each with its end.
    ends: VecDeque<(OffsetDateTime, String)>,
}

impl Seen {
    pub(crate) fn contains(&mut self, key: &str, now: OffsetDateTime) -> bool {
        while let Some((end, _)) = self.ends.front()
            && (*end <= now || self.ends.len() > MOST)
        {
            if let Some((_, key)) = self.ends.pop_front() {
                self.keys.remove(&key);
            }
        }
        self.keys.contains(key)
    }

    /// Remembers `key` until `end`; false if it was there.
    pub(crate) fn insert(&mut self, key: &str, end: OffsetDateTime, now: OffsetDateTime) -> bool {
        if self.contains(key, now) {
            return false;
        }
        self.ends.push_back((end, key.to_owned()));
        self.keys.insert(key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn a_key_counts_once_until_its_end() {
        let (mut seen, now) = (Seen::default(), OffsetDateTime::UNIX_EPOCH);
        let end = now + Duration::MINUTE;
        assert!(seen.insert("a", end, now));
        assert!(!seen.insert("a", end, now));
        assert!(seen.insert("b", end, now));
        assert!(!seen.insert("a", end, end - Duration::SECOND));
        assert!(seen.insert("a", end + Duration::MINUTE, end));
        assert!(!seen.contains("b", end));
    }

    #[test]
    fn there_is_an_end_to_what_it_remembers() {
        let (mut seen, now) = (Seen::default(), OffsetDateTime::UNIX_EPOCH);
        let end = now + Duration::MINUTE;
        for number in 0..MOST + 10 {
            seen.insert(&number.to_string(), end, now);
        }
        assert!(seen.keys.len() <= MOST + 1);
        assert_eq!(seen.keys.len(), seen.ends.len());
        assert!(!seen.contains("0", now));
    }
}
