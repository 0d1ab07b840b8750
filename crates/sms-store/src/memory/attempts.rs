use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sms_core::{Attempt, AttemptSid, Timestamp};

use super::MemoryStore;
use crate::kept_attempt::KeptAttempt;
use crate::{AttemptChange, AttemptPolicy, AttemptStore, StoreError};

/// How many of those that are over are forgotten with each new one.
const FORGOTTEN: usize = 4;

/// All attempts, by their time and name.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_time: BTreeMap<(Timestamp, AttemptSid), KeptAttempt>,
    times: HashMap<AttemptSid, Timestamp>,
}

impl Attempts {
    pub(super) fn add(&self, sid: AttemptSid, attempt: KeptAttempt, policy: AttemptPolicy) {
        let now = attempt.created_at;
        let mut kept = self.lock();
        kept.insert(sid, attempt);
        for _ in 0..FORGOTTEN {
            let Some((&(at, first), _)) = kept.by_time.first_key_value() else {
                return;
            };
            if kept.by_time.len() > policy.most || at.after(policy.ttl) <= now {
                kept.remove(first);
            }
        }
    }

    pub(super) fn change(&self, now: Timestamp, sid: AttemptSid, change: &AttemptChange) {
        let mut kept = self.lock();
        if *change == AttemptChange::Removed {
            kept.remove(sid);
        } else if let Some(&at) = kept.times.get(&sid)
            && let Some(attempt) = kept.by_time.get_mut(&(at, sid))
        {
            attempt.change(now, change);
        }
    }

    pub(super) fn get(&self, sid: AttemptSid) -> Option<KeptAttempt> {
        let kept = self.lock();
        let at = kept.times.get(&sid)?;
        kept.by_time.get(&(*at, sid)).cloned()
    }

    /// Those of `until` and before, the latest first.
    pub(super) fn latest(
        &self,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Vec<(AttemptSid, KeptAttempt)> {
        let kept = self.lock();
        let is_later = |at: &Timestamp| until.is_some_and(|until| *at > until);
        let latest = kept.by_time.iter().rev();
        let latest = latest.skip_while(|((at, _), _)| is_later(at)).take(limit);
        latest
            .map(|((_, sid), kept)| (*sid, kept.clone()))
            .collect()
    }

    /// Takes over what another keeps.
    pub(super) fn replace(&self, other: Self) {
        *self.lock() = other.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    }

    pub(super) fn insert(&self, sid: AttemptSid, attempt: KeptAttempt) {
        self.lock().insert(sid, attempt);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn insert(&mut self, sid: AttemptSid, attempt: KeptAttempt) {
        self.times.insert(sid, attempt.created_at);
        self.by_time.insert((attempt.created_at, sid), attempt);
    }

    fn remove(&mut self, sid: AttemptSid) {
        if let Some(at) = self.times.remove(&sid) {
            self.by_time.remove(&(at, sid));
        }
    }
}

#[async_trait]
impl AttemptStore for MemoryStore {
    async fn add_attempts(
        &self,
        attempts: &[Attempt],
        policy: AttemptPolicy,
    ) -> Result<(), StoreError> {
        for attempt in attempts {
            let kept = KeptAttempt::new(attempt, &self.at_rest);
            self.tables.attempts.add(attempt.sid, kept, policy);
        }
        Ok(())
    }

    async fn change_attempts(
        &self,
        changes: &[(AttemptSid, AttemptChange)],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        for (sid, change) in changes {
            self.tables.attempts.change(now, *sid, change);
        }
        Ok(())
    }

    async fn attempt(&self, sid: AttemptSid) -> Result<Option<Attempt>, StoreError> {
        let kept = self.tables.attempts.get(sid);
        Ok(kept.map(|kept| kept.attempt(sid, &self.at_rest)))
    }

    async fn attempts(
        &self,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        let latest = self.tables.attempts.latest(until, limit);
        let read = |(sid, kept): (AttemptSid, KeptAttempt)| kept.attempt(sid, &self.at_rest);
        Ok(latest.into_iter().map(read).collect())
    }
}
