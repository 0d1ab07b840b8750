use std::collections::BTreeSet;
use std::hash::Hash;

use indexmap::IndexMap;
use indexmap::map::Entry as Place;
use sms_core::Timestamp;

/// How many entries whose time is over are dropped with each new one: more than one, so that
/// they never pile up; few, so that no caller pays for all of them.
const DROPPED_AT_ONCE: usize = 4;

/// Fewer entries than this are not worth giving memory back for.
const SMALL: usize = 64;

/// A map of so many entries at most, each of which has an end.
#[derive(Debug)]
pub(super) struct Expiring<K, V> {
    entries: IndexMap<K, Entry<V>>,
    /// When entries end and where they are in `entries`: a key has one place only.
    by_end: BTreeSet<(Timestamp, usize)>,
    most: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    end: Timestamp,
}

/// There are as many entries as there may be, and the time of none of them is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl<K: Eq + Hash, V> Expiring<K, V> {
    /// An empty map of at most `most` entries, at least 1.
    pub(super) fn new(most: usize) -> Self {
        Self {
            entries: IndexMap::new(),
            by_end: BTreeSet::new(),
            most: most.max(1),
        }
    }

    /// How many entries there are, those whose time is over and that are not dropped yet included.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many entries there may be.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Every key with its end and its value, those whose time is over included.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, Timestamp, &V)> {
        let entries = self.entries.iter();
        entries.map(|(key, entry)| (key, entry.end, &entry.value))
    }

    /// The value of `key`, if its time is not over at `now`.
    pub(super) fn get(&self, now: Timestamp, key: &K) -> Option<&V> {
        let entry = self.entries.get(key)?;
        (now < entry.end).then_some(&entry.value)
    }

    /// Removes the value of `key`; `None` if its time is over at `now`.
    pub(super) fn take(&mut self, now: Timestamp, key: &K) -> Option<V> {
        let index = self.entries.get_index_of(key)?;
        let entry = self.remove(index)?;
        (now < entry.end).then_some(entry.value)
    }

    /// Runs `step` on the value of `key` and moves its end to what `end` says after that; `None` if
    /// there is no value or its time is over at `now`.
    pub(super) fn change<T>(
        &mut self,
        now: Timestamp,
        key: &K,
        step: impl FnOnce(&mut V) -> T,
        end: impl FnOnce(&T, &V) -> Option<Timestamp>,
    ) -> Option<T> {
        let (index, _, entry) = self.entries.get_full_mut(key)?;
        if now >= entry.end {
            return None;
        }
        let outcome = step(&mut entry.value);
        if let Some(end) = end(&outcome, &entry.value)
            && end != entry.end
        {
            self.by_end.remove(&(entry.end, index));
            self.by_end.insert((end, index));
            entry.end = end;
        }
        Some(outcome)
    }

    /// Keeps `value` until `until`, in place of any other. When full, the entry goes that would
    /// have ended soonest.
    pub(super) fn put(&mut self, now: Timestamp, key: K, value: V, until: Timestamp) {
        self.drop_ended(now);
        if self.entries.len() >= self.most && !self.entries.contains_key(&key) {
            self.remove_first();
        }
        self.insert(key, value, until);
    }

    /// Keeps `value` until `until`, in place of any other. When full, nothing has to go for a
    /// newcomer.
    ///
    /// # Errors
    ///
    /// There is no room for it.
    pub(super) fn add(
        &mut self,
        now: Timestamp,
        key: K,
        value: V,
        until: Timestamp,
    ) -> Result<(), Full> {
        self.drop_ended(now);
        if self.entries.len() >= self.most && !self.entries.contains_key(&key) {
            return Err(Full);
        }
        self.insert(key, value, until);
        Ok(())
    }

    /// Keeps `value` until `end`, in place of any other and whether there is room or not.
    pub(super) fn insert(&mut self, key: K, value: V, end: Timestamp) {
        let entry = Entry { value, end };
        let index = match self.entries.entry(key) {
            Place::Occupied(mut place) => {
                let index = place.index();
                let older = place.insert(entry);
                self.by_end.remove(&(older.end, index));
                index
            }
            Place::Vacant(place) => {
                let index = place.index();
                place.insert(entry);
                index
            }
        };
        self.by_end.insert((end, index));
    }

    fn drop_ended(&mut self, now: Timestamp) {
        for _ in 0..DROPPED_AT_ONCE {
            match self.by_end.first() {
                Some((end, _)) if *end <= now => self.remove_first(),
                _ => return,
            }
        }
    }

    fn remove_first(&mut self) {
        if let Some(&(_, index)) = self.by_end.first() {
            self.remove(index);
        }
    }

    /// Removes the entry at `index`; the last one takes its place.
    fn remove(&mut self, index: usize) -> Option<Entry<V>> {
        let (_, removed) = self.entries.swap_remove_index(index)?;
        self.by_end.remove(&(removed.end, index));
        let last = self.entries.len();
        if let Some((_, moved)) = self.entries.get_index(index) {
            self.by_end.remove(&(moved.end, last));
            self.by_end.insert((moved.end, index));
        }
        self.shrink();
        Some(removed)
    }

    /// Gives memory back after a flood. Half of it stays free, so that it is not asked for again at
    /// once.
    fn shrink(&mut self) {
        let used = self.entries.len().max(SMALL);
        if self.entries.capacity() > 4 * used {
            self.entries.shrink_to(2 * used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn map<K: Eq + Hash, V>() -> Expiring<K, V> {
        Expiring::new(1_000)
    }

    #[test]
    fn a_value_is_there_until_its_end() {
        let mut map = map();
        map.put(at(0), "a", 1, at(10));
        assert_eq!(map.get(at(9), &"a"), Some(&1));
        assert_eq!(map.get(at(10), &"a"), None);
        assert_eq!(map.take(at(10), &"a"), None);
    }

    #[test]
    fn a_newer_value_has_an_end_of_its_own() {
        let mut map = map();
        map.put(at(0), "a", 1, at(10));
        map.put(at(5), "a", 2, at(20));
        map.put(at(15), "b", 3, at(30));
        assert_eq!(map.take(at(15), &"a"), Some(2));
    }

    #[test]
    fn ended_values_do_not_pile_up() {
        let mut map = Expiring::new(usize::MAX);
        for second in 0..100_000 {
            map.put(at(second), second, (), at(second + 100));
        }
        assert!(map.entries.len() <= 101, "{}", map.entries.len());
        assert_eq!(map.entries.len(), map.by_end.len());
    }

    #[test]
    fn a_full_map_forgets_what_would_end_soonest() {
        let mut map = Expiring::new(2);
        map.put(at(0), "a", 1, at(30));
        map.put(at(0), "b", 2, at(20));
        map.put(at(0), "c", 3, at(10));
        assert_eq!(map.get(at(0), &"b"), None);
        assert_eq!((map.get(at(0), &"a"), map.len()), (Some(&1), 2));
        map.put(at(0), "c", 4, at(40));
        assert_eq!(map.get(at(0), &"a"), Some(&1), "c was there already");
    }

    #[test]
    fn a_full_map_has_no_room_for_a_newcomer_until_an_entry_ends() {
        let mut map = Expiring::new(2);
        map.add(at(0), "a", 1, at(10)).unwrap();
        map.add(at(0), "b", 2, at(20)).unwrap();
        assert_eq!(map.add(at(9), "c", 3, at(30)), Err(Full));
        assert_eq!(map.add(at(9), "b", 4, at(30)), Ok(()));
        assert_eq!(map.add(at(10), "c", 3, at(30)), Ok(()));
        assert_eq!(map.get(at(10), &"a"), None);
    }

    #[test]
    fn memory_is_given_back_after_a_flood() {
        let mut map = Expiring::new(usize::MAX);
        for number in 0..100_000 {
            map.put(at(0), number, (), at(10));
        }
        for number in 0..100_000 {
            map.put(at(10 + number), number, (), at(11 + number));
        }
        assert!(map.entries.capacity() < 1_000, "{}", map.entries.capacity());
    }

    #[derive(Debug, Clone)]
    enum Step {
        Pass(u64),
        Put(u8, u64),
        Add(u8, u64),
        Take(u8),
        Extend(u8, u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (key, span) = (0..12_u8, 1..40_u64);
        prop_oneof![
            (1..20_u64).prop_map(Step::Pass),
            (key.clone(), span.clone()).prop_map(|(key, span)| Step::Put(key, span)),
            (key.clone(), span.clone()).prop_map(|(key, span)| Step::Add(key, span)),
            key.clone().prop_map(Step::Take),
            (key, span).prop_map(|(key, span)| Step::Extend(key, span)),
        ]
    }

    proptest! {
        #[test]
        fn it_is_a_map_of_what_has_not_ended(steps in prop::collection::vec(step(), 0..200)) {
            // Room enough: what happens without is told above.
            let mut map = Expiring::new(12);
            let mut model: HashMap<u8, (usize, Timestamp)> = HashMap::new();
            let mut now = at(0);
            for (value, step) in steps.into_iter().enumerate() {
                model.retain(|_, (_, end)| now < *end);
                let until = |span| at(now.as_millis() + span);
                match step {
                    Step::Pass(span) => now = until(span),
                    Step::Put(key, span) => {
                        map.put(now, key, value, until(span));
                        model.insert(key, (value, until(span)));
                    }
                    Step::Add(key, span) => {
                        prop_assert_eq!(map.add(now, key, value, until(span)), Ok(()));
                        model.insert(key, (value, until(span)));
                    }
                    Step::Take(key) => {
                        let taken = model.remove(&key).map(|(value, _)| value);
                        prop_assert_eq!(map.take(now, &key), taken);
                    }
                    Step::Extend(key, span) => {
                        let kept = model.get_mut(&key);
                        let kept = kept.map(|entry| *entry = (value, until(span)));
                        let set = |old: &mut usize| *old = value;
                        let changed = map.change(now, &key, set, |(), _| Some(until(span)));
                        prop_assert_eq!(changed, kept);
                    }
                }
                let ends = map.entries.values().enumerate().map(|(index, entry)| (entry.end, index));
                prop_assert_eq!(ends.collect::<BTreeSet<_>>(), map.by_end.clone());
                for key in 0..12 {
                    let kept = model.get(&key).filter(|(_, end)| now < *end);
                    prop_assert_eq!(map.get(now, &key), kept.map(|(value, _)| value));
                }
            }
        }
    }
}
