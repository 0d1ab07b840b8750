//! The store inside the process.

mod expiring;
mod kept_code;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, NumberRecord, Quotas, SendLog,
    Settlement, SmsCode, Timestamp,
};

use self::expiring::Expiring;
use self::kept_code::KeptCode;
use crate::at_rest::{NumberName, Shown};
use crate::{AtRest, Checked, Clock, CodeStore, Consumed, Log, Slot, StoreError};

/// The embedded store: the rules of `sms-core` under a lock, gone when the process ends.
///
/// It serves one instance alone: two processes with a store each hold no quota together.
#[derive(Debug)]
pub struct MemoryStore {
    clock: Clock,
    at_rest: AtRest,
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    images: Expiring<ImageId, ImageCode>,
    numbers: Expiring<NumberName, Record>,
    logs: Expiring<Log, SendLog>,
}

type Record = NumberRecord<KeptCode>;

impl MemoryStore {
    /// An empty store that takes the time from `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            at_rest: AtRest::default(),
            tables: Mutex::default(),
        }
    }

    /// The same store, but codes and numbers look like this in it.
    #[must_use]
    pub fn with_at_rest(mut self, at_rest: AtRest) -> Self {
        self.at_rest = at_rest;
        self
    }

    /// The text of a picture, left where it is: what another program does by `GET img_…`.
    #[must_use]
    pub fn image_code(&self, id: &ImageId) -> Option<ImageCode> {
        self.tables().images.get(self.clock.now(), id).cloned()
    }

    /// The code of a number, left where it is: what another program does by `GET sms_…`. `None`
    /// also if codes are kept as digests.
    #[must_use]
    pub fn sms_code(&self, mobile: &Mobile) -> Option<SmsCode> {
        self.look_at_code(mobile, |kept| match kept {
            KeptCode::Plain(code) => Some(code.clone()),
            KeptCode::Digest(_) => None,
        })?
    }

    /// Whether a number has a code: what another program does by `EXISTS sms_…`.
    #[must_use]
    pub fn has_sms_code(&self, mobile: &Mobile) -> bool {
        self.look_at_code(mobile, |_| ()).is_some()
    }

    /// Deletes the code of a number: what another program does by `DEL sms_…`.
    pub fn remove_sms_code(&self, mobile: &Mobile) {
        let name = self.at_rest.name(mobile);
        self.tables()
            .change_number(self.clock.now(), name, Record::remove_code);
    }

    fn look_at_code<T>(&self, mobile: &Mobile, look: impl FnOnce(&KeptCode) -> T) -> Option<T> {
        let (now, name) = (self.clock.now(), self.at_rest.name(mobile));
        let tables = self.tables();
        tables.numbers.get(now, &name)?.code(now).map(look)
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
        name: NumberName,
        step: impl FnOnce(&mut Record) -> T,
    ) -> T {
        let mut record = self.numbers.take(now, &name).unwrap_or_default();
        let outcome = step(&mut record);
        if let Some(until) = record.expires_at() {
            self.numbers.put(now, name, record, until);
        }
        outcome
    }
}

/// Checks what is shown, and tells the sender of a code that was right.
fn checked(record: &mut Record, now: Timestamp, rules: &CheckRules, shown: &Shown<'_>) -> Checked {
    let sender = record.sender().map(str::to_owned);
    let outcome = record.check_by(now, rules, |kept| kept.is(shown));
    Checked {
        outcome,
        sender: sender.filter(|_| outcome == CheckOutcome::Verified),
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
        let name = self.at_rest.name(mobile);
        let shown = self.at_rest.shown(mobile, code.expose());
        let kept = KeptCode::new(code, &shown, now);
        let issue = |record: &mut Record| record.issue(now, kept, ttl, quotas);
        Ok(self.tables().change_number(now, name, issue))
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let name = self.at_rest.name(mobile);
        let shown = self.at_rest.shown(mobile, code.expose());
        let settle = |record: &mut Record| record.settle_by(settlement, |kept| kept.is(&shown));
        self.tables().change_number(self.clock.now(), name, settle);
        Ok(())
    }

    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError> {
        let name = self.at_rest.name(mobile);
        let shown = self.at_rest.shown(mobile, code.expose());
        let note = |record: &mut Record| record.note_sender_by(sender, |kept| kept.is(&shown));
        self.tables().change_number(self.clock.now(), name, note);
        Ok(())
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError> {
        let now = self.clock.now();
        let name = self.at_rest.name(mobile);
        let shown = self.at_rest.shown(mobile, attempt);
        let check = |record: &mut Record| match record.code(now) {
            Some(kept) if !kept.has_form_of(&shown) => CheckOutcome::Missing.into(),
            _ => checked(record, now, rules, &shown),
        };
        Ok(self.tables().change_number(now, name, check))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
