use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::expiring::Expiring;

/// How many entries a part has at most. Whatever must be done with all entries of a part at once,
/// such as moving them when it grows, takes well below a millisecond; and it is a number that hash
/// tables are full with (seven eighths of a power of two), so that little memory is lost.
const PART: usize = 7_000;

/// A map of entries that end, in parts with a lock each: no step waits for the whole of it.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    parts: Box<[Mutex<Expiring<K, V>>]>,
    hasher: RandomState,
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// An empty table of at most `most` entries. As they don't spread quite evenly over the parts,
    /// a part may be full when some hundredths are still missing in others.
    pub(super) fn new(most: usize) -> Self {
        let count = most.div_ceil(PART).max(1);
        let part = || Mutex::new(Expiring::new(most / count));
        Self {
            parts: (0..count).map(|_| part()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// The part that has the entry of `key`, if any has, to oneself.
    pub(super) fn part(&self, key: &K) -> MutexGuard<'_, Expiring<K, V>> {
        let count = self.parts.len() as u64;
        // Smaller than the count, and so than `usize::MAX`.
        let index = (self.hasher.hash_one(key) % count) as usize;
        lock(&self.parts[index])
    }

    /// How many parts there are.
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// One of the parts, to oneself.
    pub(super) fn nth_part(&self, index: usize) -> MutexGuard<'_, Expiring<K, V>> {
        lock(&self.parts[index])
    }

    /// An empty table for [`Table::replace`]: each key would be in the same part of both.
    pub(super) fn empty(&self) -> Self {
        let empty = |part: &Mutex<Expiring<K, V>>| Mutex::new(Expiring::new(lock(part).most()));
        Self {
            parts: self.parts.iter().map(empty).collect(),
            hasher: self.hasher.clone(),
        }
    }

    /// Takes over what is in `other`, which was made by [`Table::empty`].
    pub(super) fn replace(&self, other: Self) {
        for (ours, theirs) in self.parts.iter().zip(other.parts) {
            *lock(ours) = theirs.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How many entries there are, those whose time is over and that are not dropped yet included.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| lock(part).len()).sum()
    }
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    // No step leaves a part half changed, so what a panicking thread left is still good.
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_core::Timestamp;

    #[test]
    fn parts_hold_as_many_together_as_there_may_be() {
        for most in [1, 999, 7_000, 7_001, 1_000_000] {
            let table = Table::<u32, ()>::new(most);
            let now = Timestamp::from_millis(0);
            for key in 0..20_000 {
                table
                    .part(&key)
                    .put(now, key, (), now.after(std::time::Duration::MAX));
            }
            assert!(table.len() <= most, "{most}: {}", table.len());
            assert!(
                table.len() >= (most * 9 / 10).min(20_000),
                "{most}: {}",
                table.len()
            );
        }
    }
}
