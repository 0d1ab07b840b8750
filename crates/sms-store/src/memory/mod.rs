//! The store inside the process.

mod attempts;
mod expiring;
mod kept_code;
mod kept_text;
mod operator;
mod saved;
mod table;
mod verifications;

use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    CheckOutcome, CheckRules, Delivery, Dispatch, Fate, ImageCode, ImageId, Issue, Mobile,
    NumberRecord, Quotas, Reported, SendLog, Settlement, SmsCode, Timestamp,
};

use self::attempts::Attempts;
use self::expiring::Full;
use self::kept_code::KeptCode;
use self::kept_text::KeptText;
use self::table::Table;
use self::verifications::{Claimed, DocumentName};
use crate::at_rest::Shown;
use crate::delivery_name::KeptName;
use crate::number_name::NumberName;
use crate::store::EARLY_TTL;
use crate::{
    Accepted, AtRest, Checked, Clock, CodeStore, Consumed, DeliveryName, Log, Report, Slot,
    StoreError,
};

/// How many entries a table has at most, unless said otherwise.
const MOST_ENTRIES: usize = 1_000_000;

/// The embedded store: the rules of `sms-core` under locks, gone when the process ends.
///
/// It serves one instance alone: two processes with a store each hold no quota together. Its memory
/// is bounded; when there is no more room, pictures and what is known of deliveries give way to newer
/// ones, and what limits count on is kept instead of anything new ([`StoreError::Full`]).
#[derive(Debug)]
pub struct MemoryStore {
    clock: Clock,
    at_rest: AtRest,
    tables: Tables,
}

/// How many entries there are in each table of a [`MemoryStore`]. Some of them may have ended: they
/// go when others come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entries {
    /// Pictures that may be answered.
    pub pictures: usize,
    /// Numbers with a code or with something that a limit counts.
    pub numbers: usize,
    /// Addresses that asked for pictures, and addresses that asked for codes.
    pub addresses: usize,
    /// Messages that were handed over, or that a provider told of.
    pub deliveries: usize,
}

/// A flood in one table leaves the others alone.
#[derive(Debug)]
struct Tables {
    images: Table<ImageId, KeptText>,
    numbers: Table<NumberName, Record>,
    pictures: Table<Log, SendLog>,
    requests: Table<Log, SendLog>,
    budget: Table<Log, SendLog>,
    deliveries: Table<KeptName, Delivery>,
    buckets: Table<Log, SendLog>,
    documents: Table<DocumentName, String>,
    claims: Table<[u8; 16], Claimed>,
    attempts: Attempts,
}

type Record = NumberRecord<KeptCode>;

impl MemoryStore {
    /// An empty store of a million entries a table at most, that takes the time from `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            at_rest: AtRest::default(),
            tables: Tables::new(MOST_ENTRIES),
        }
    }

    /// The same, empty, with `most` entries at most, at least 1, in each of its tables: pictures,
    /// numbers, addresses by pictures, addresses by codes, deliveries, and what the Verify face keeps
    /// besides numbers.
    #[must_use]
    pub fn with_max_entries(self, most: usize) -> Self {
        Self {
            tables: Tables::new(most),
            ..self
        }
    }

    /// The same store, but codes and numbers look like this in it.
    #[must_use]
    pub fn with_at_rest(mut self, at_rest: AtRest) -> Self {
        self.at_rest = at_rest;
        self
    }

    /// What time it is for the store.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> Entries {
        let tables = &self.tables;
        Entries {
            pictures: tables.images.len(),
            numbers: tables.numbers.len(),
            addresses: tables.pictures.len() + tables.requests.len(),
            deliveries: tables.deliveries.len(),
        }
    }

    /// The text of a picture, left where it is: what another program does by `GET img_…`.
    #[must_use]
    pub fn image_code(&self, id: &ImageId) -> Option<ImageCode> {
        let images = self.tables.images.part(id);
        Some(images.get(self.clock.now(), id)?.0.clone())
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
        // Where there is no code nothing is made, so nothing can be full.
        let _ = self.change_number(self.clock.now(), mobile, Record::remove_code);
    }

    fn look_at_code<T>(&self, mobile: &Mobile, look: impl FnOnce(&KeptCode) -> T) -> Option<T> {
        let (now, name) = (self.clock.now(), self.at_rest.name(mobile));
        let numbers = self.tables.numbers.part(&name);
        numbers.get(now, &name)?.code(now).map(look)
    }

    /// Runs `step` on the record of a number, and keeps it as long as it matters.
    fn change_number<T>(
        &self,
        now: Timestamp,
        mobile: &Mobile,
        step: impl FnOnce(&mut Record) -> T,
    ) -> Result<T, StoreError> {
        let name = self.at_rest.name(mobile);
        let mut numbers = self.tables.numbers.part(&name);
        if numbers.get(now, &name).is_some() {
            let end = |_: &T, record: &Record| record.expires_at();
            let changed = numbers.change(now, &name, step, end);
            return Ok(changed.expect("it was there"));
        }
        let mut record = Record::default();
        let outcome = step(&mut record);
        if let Some(until) = record.expires_at() {
            let added = numbers.add(now, name, record, until);
            added.map_err(|Full| StoreError::Full("number"))?;
        }
        Ok(outcome)
    }
}

impl Tables {
    fn new(most: usize) -> Self {
        Self {
            images: Table::new(most),
            numbers: Table::new(most),
            pictures: Table::new(most),
            requests: Table::new(most),
            budget: Table::new(1),
            deliveries: Table::new(most),
            buckets: Table::new(most),
            documents: Table::new(most),
            claims: Table::new(most),
            attempts: Attempts::default(),
        }
    }

    fn logs(&self, log: Log) -> &Table<Log, SendLog> {
        match log {
            Log::Pictures(_) => &self.pictures,
            Log::Requests(_) => &self.requests,
            Log::Budget => &self.budget,
            Log::Bucket(..) => &self.buckets,
        }
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
        if quotas.is_empty() {
            return Ok(Slot::Taken(now));
        }
        let end = now.after(quotas.longest_window());
        let mut logs = self.tables.logs(log).part(&log);
        // A refusal changes nothing, nor how long the log is kept.
        let end_if_taken = |taken: &Result<(), Duration>, _: &SendLog| taken.is_ok().then_some(end);
        let take = |times: &mut SendLog| times.take(now, quotas);
        let taken = match logs.change(now, &log, take, end_if_taken) {
            Some(taken) => taken,
            None => {
                let mut times = SendLog::default();
                let taken = times.take(now, quotas);
                let added = logs.add(now, log, times, end);
                added.map_err(|Full| StoreError::Full("address"))?;
                taken
            }
        };
        Ok(match taken {
            Ok(()) => Slot::Taken(now),
            Err(retry_after) => Slot::Refused { retry_after },
        })
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        let give_back = |times: &mut SendLog| times.give_back(slot);
        let same_end = |&(): &(), _: &SendLog| None;
        let mut logs = self.tables.logs(log).part(&log);
        logs.change(self.clock.now(), &log, give_back, same_end);
        Ok(())
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut images = self.tables.images.part(id);
        images.put(now, id.clone(), KeptText(code.clone()), now.after(ttl));
        Ok(())
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        let taken = self.tables.images.part(id).take(self.clock.now(), id);
        Ok(match taken {
            Some(KeptText(code)) if code.matches(answer) => Consumed::Matched,
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
        let shown = self.at_rest.shown(mobile, code.expose());
        let kept = KeptCode::new(code, &shown, now);
        let issue = |record: &mut Record| record.issue(now, kept, ttl, quotas);
        self.change_number(now, mobile, issue)
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let shown = self.at_rest.shown(mobile, code.expose());
        let settle = |record: &mut Record| record.settle_by(settlement, |kept| kept.is(&shown));
        self.change_number(self.clock.now(), mobile, settle)
    }

    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError> {
        let shown = self.at_rest.shown(mobile, code.expose());
        let note = |record: &mut Record| record.note_sender_by(sender, |kept| kept.is(&shown));
        self.change_number(self.clock.now(), mobile, note)
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError> {
        let now = self.clock.now();
        let shown = self.at_rest.shown(mobile, attempt);
        let check = |record: &mut Record| match record.code(now) {
            Some(kept) if !kept.has_form_of(&shown) => CheckOutcome::Missing.into(),
            _ => checked(record, now, rules, &shown),
        };
        self.change_number(now, mobile, check)
    }

    async fn note_dispatch(
        &self,
        name: DeliveryName<'_>,
        accepted: &Accepted<'_>,
    ) -> Result<Option<Fate>, StoreError> {
        let (now, name) = (self.clock.now(), KeptName::from(name));
        let dispatch = Dispatch {
            sent_at: now,
            region: accepted.region,
            message_id: accepted.message_id.to_owned(),
        };
        let end = now.after(accepted.ttl);
        let mut deliveries = self.tables.deliveries.part(&name);
        let is_known = deliveries
            .get(now, &name)
            .is_some_and(Delivery::is_dispatched);
        let new_end = |_: &Option<Fate>, _: &Delivery| (!is_known).then_some(end);
        let note = |delivery: &mut Delivery| delivery.dispatched(dispatch.clone());
        Ok(match deliveries.change(now, &name, note, new_end) {
            Some(fate) => fate,
            None => {
                let mut delivery = Delivery::default();
                let fate = delivery.dispatched(dispatch);
                deliveries.put(now, name, delivery, end);
                fate
            }
        })
    }

    async fn take_report(
        &self,
        name: DeliveryName<'_>,
        report: Report,
    ) -> Result<Reported, StoreError> {
        let (now, name) = (self.clock.now(), KeptName::from(name));
        let take = |delivery: &mut Delivery| delivery.reported(now, report.state, report.at);
        let same_end = |_: &Reported, _: &Delivery| None;
        let mut deliveries = self.tables.deliveries.part(&name);
        Ok(match deliveries.change(now, &name, take, same_end) {
            Some(reported) => reported,
            None => {
                let mut delivery = Delivery::default();
                let reported = take(&mut delivery);
                deliveries.put(now, name, delivery, now.after(EARLY_TTL));
                reported
            }
        })
    }

    async fn delivery(&self, name: DeliveryName<'_>) -> Result<Delivery, StoreError> {
        let name = KeptName::from(name);
        let deliveries = self.tables.deliveries.part(&name);
        let delivery = deliveries.get(self.clock.now(), &name);
        Ok(delivery.cloned().unwrap_or_default())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
