//! The store inside the process.

mod expiring;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, NumberRecord, Quotas, SendLog,
    Settlement, SmsCode, Timestamp,
};

use self::expiring::Expiring;
use crate::{Clock, CodeStore, Consumed, Log, Slot, StoreError};

/// The embedded store: the rules of `sms-core` under a lock, gone when the process ends.
///
/// It serves one instance alone: two processes with a store each hold no quota together.
#[derive(Debug)]
pub struct MemoryStore {
    clock: Clock,
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    images: Expiring<ImageId, ImageCode>,
    numbers: Expiring<Mobile, NumberRecord>,
    logs: Expiring<Log, SendLog>,
}

impl MemoryStore {
    /// An empty store that takes the time from `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            tables: Mutex::default(),
        }
    }

    /// The text of a picture, left where it is: what another program does by `GET img_…`.
    #[must_use]
    pub fn image_code(&self, id: &ImageId) -> Option<ImageCode> {
        self.tables().images.get(self.clock.now(), id).cloned()
    }

    /// The code of a number, left where it is: what another program does by `GET sms_…`.
    #[must_use]
    pub fn sms_code(&self, mobile: &Mobile) -> Option<SmsCode> {
        let now = self.clock.now();
        let tables = self.tables();
        tables.numbers.get(now, mobile)?.code(now).cloned()
    }

    /// Deletes the code of a number: what another program does by `DEL sms_…`.
    pub fn remove_sms_code(&self, mobile: &Mobile) {
        self.tables()
            .change_number(self.clock.now(), mobile, NumberRecord::remove_code);
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No step leaves a table half changed, so what a panicking thread left is still good.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// Runs `step` on the record of a number, and keeps it as long as it matters.
    fn change_number<T>(
        &mut self,
        now: Timestamp,
        mobile: &Mobile,
        step: impl FnOnce(&mut NumberRecord) -> T,
    ) -> T {
        let mut record = self.numbers.take(now, mobile).unwrap_or_default();
        let outcome = step(&mut record);
        if let Some(until) = record.expires_at() {
            self.numbers.put(now, *mobile, record, until);
        }
        outcome
    }
}

#[async_trait]
impl CodeStore for MemoryStore {
    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError> {
        let now = self.clock.now();
        let mut tables = self.tables();
        if quotas.is_empty() {
            return Ok(Slot::Taken(now));
        }
        let mut times = tables.logs.take(now, &log).unwrap_or_default();
        let taken = times.take(now, quotas);
        // A refused log still needs no longer than the windows of its quotas from now on.
        tables
            .logs
            .put(now, log, times, now.after(quotas.longest_window()));
        Ok(match taken {
            Ok(()) => Slot::Taken(now),
            Err(retry_after) => Slot::Refused { retry_after },
        })
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Some(times) = self.tables().logs.get_mut(now, &log) {
            times.give_back(slot);
        }
        Ok(())
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.tables()
            .images
            .put(now, id.clone(), code.clone(), now.after(ttl));
        Ok(())
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        let taken = self.tables().images.take(self.clock.now(), id);
        Ok(match taken {
            Some(code) if code.matches(answer) => Consumed::Matched,
            Some(_) => Consumed::Mismatch,
            None => Consumed::Missing,
        })
    }

    async fn issue(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        ttl: Duration,
        quotas: &Quotas,
    ) -> Result<Issue, StoreError> {
        let now = self.clock.now();
        let issue = |record: &mut NumberRecord| record.issue(now, code.clone(), ttl, quotas);
        Ok(self.tables().change_number(now, mobile, issue))
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let settle = |record: &mut NumberRecord| record.settle(code, settlement);
        self.tables()
            .change_number(self.clock.now(), mobile, settle);
        Ok(())
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<CheckOutcome, StoreError> {
        let now = self.clock.now();
        let check = |record: &mut NumberRecord| record.check(now, attempt, rules);
        Ok(self.tables().change_number(now, mobile, check))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
