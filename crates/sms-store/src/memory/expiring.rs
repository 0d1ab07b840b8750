use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use sms_core::Timestamp;

/// How many entries whose time is over are dropped with each new one: more than one, so that
/// they never pile up; few, so that no caller pays for all of them.
const DROPPED_AT_ONCE: usize = 4;

/// A map whose entries have an end.
#[derive(Debug)]
pub(super) struct Expiring<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// The keys by when they end; the number tells apart those that end at the same moment.
    by_end: BTreeMap<(Timestamp, u64), K>,
    next_number: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    end: (Timestamp, u64),
}

impl<K: Clone + Eq + Hash, V> Expiring<K, V> {
    /// The value of `key`, if its time is not over at `now`.
    pub(super) fn get(&self, now: Timestamp, key: &K) -> Option<&V> {
        let entry = self.entries.get(key)?;
        (now < entry.end.0).then_some(&entry.value)
    }

    /// The value of `key` to change in place, if its time is not over at `now`.
    pub(super) fn get_mut(&mut self, now: Timestamp, key: &K) -> Option<&mut V> {
        let entry = self.entries.get_mut(key)?;
        (now < entry.end.0).then_some(&mut entry.value)
    }

    /// Removes the value of `key`; `None` if its time is over at `now`.
    pub(super) fn take(&mut self, now: Timestamp, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.by_end.remove(&entry.end);
        (now < entry.end.0).then_some(entry.value)
    }

    /// Keeps `value` until `until`, in place of any other.
    pub(super) fn put(&mut self, now: Timestamp, key: K, value: V, until: Timestamp) {
        self.drop_ended(now);
        let end = (until, self.next_number);
        self.next_number += 1;
        if let Some(older) = self.entries.insert(key.clone(), Entry { value, end }) {
            self.by_end.remove(&older.end);
        }
        self.by_end.insert(end, key);
    }

    fn drop_ended(&mut self, now: Timestamp) {
        for _ in 0..DROPPED_AT_ONCE {
            match self.by_end.first_entry() {
                Some(first) if first.key().0 <= now => {
                    let key = first.remove();
                    self.entries.remove(&key);
                }
                _ => return,
            }
        }
    }
}

impl<K, V> Default for Expiring<K, V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            by_end: BTreeMap::new(),
            next_number: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_value_is_there_until_its_end() {
        let mut map = Expiring::default();
        map.put(at(0), "a", 1, at(10));
        assert_eq!(map.get(at(9), &"a"), Some(&1));
        assert_eq!(map.get(at(10), &"a"), None);
        assert_eq!(map.take(at(10), &"a"), None);
    }

    #[test]
    fn a_newer_value_has_an_end_of_its_own() {
        let mut map = Expiring::default();
        map.put(at(0), "a", 1, at(10));
        map.put(at(5), "a", 2, at(20));
        map.put(at(15), "b", 3, at(30));
        assert_eq!(map.take(at(15), &"a"), Some(2));
    }

    #[test]
    fn ended_values_do_not_pile_up() {
        let mut map = Expiring::default();
        for second in 0..100_000 {
            map.put(at(second), second, (), at(second + 100));
        }
        assert!(map.entries.len() <= 101, "{}", map.entries.len());
        assert_eq!(map.entries.len(), map.by_end.len());
    }
}
