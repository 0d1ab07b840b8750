//! A store of one's own, proven by the tests that every store of this crate passes.
//!
//! It has maps behind one lock and the rules of `sms-core` in between: a frame to put a database in.
//!
//! `cargo test -p sms-store --example own_store`

use std::collections::HashMap;
use std::error::Error;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    CheckOutcome, CheckRules, Delivery, Dispatch, Fate, ImageCode, ImageId, Issue, Mobile,
    NumberRecord, Quotas, Reported, SendLog, Settlement, SmsCode, Timestamp,
};
use sms_store::{
    Accepted, Checked, Clock, CodeStore, Consumed, DeliveryName, Log, Report, Slot, StoreError,
};

/// How long a report is kept about a message that is not known to be sent.
const EARLY: Duration = Duration::from_secs(600);

/// Everything behind one lock, which makes each step atomic. A database has transactions for that.
struct OwnStore {
    clock: Clock,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    pictures: Table<ImageId, ImageCode>,
    numbers: Table<Mobile, NumberRecord>,
    logs: Table<Log, SendLog>,
    deliveries: Table<(String, String), Delivery>,
}

impl OwnStore {
    fn new(clock: Clock) -> Self {
        Self {
            clock,
            tables: Mutex::default(),
        }
    }

    /// Does one step, at one moment.
    fn step<T>(&self, step: impl FnOnce(&mut Tables, Timestamp) -> T) -> Result<T, StoreError> {
        // A step that panicked lost the entry that it had in hand, and left all others whole.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(step(&mut tables, self.clock.now()))
    }

    /// Changes what is remembered about a number. The record says how long it matters.
    fn change<T>(
        &self,
        mobile: &Mobile,
        change: impl FnOnce(&mut NumberRecord, Timestamp) -> T,
    ) -> Result<T, StoreError> {
        self.step(|tables, now| {
            let (mut record, _) = tables.numbers.take_or_new(now, mobile);
            let outcome = change(&mut record, now);
            if let Some(until) = record.expires_at() {
                tables.numbers.put(now, *mobile, record, until);
            }
            outcome
        })
    }
}

#[async_trait]
impl CodeStore for OwnStore {
    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError> {
        self.step(|tables, now| {
            let (mut times, until) = tables.logs.take_or_new(now, &log);
            let taken = times.take(now, quotas);
            let until = match taken {
                Ok(()) => now.after(quotas.longest_window()),
                Err(_) => until,
            };
            tables.logs.put(now, log, times, until);
            match taken {
                Ok(()) => Slot::Taken(now),
                Err(retry_after) => Slot::Refused { retry_after },
            }
        })
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        self.step(|tables, now| {
            if let Some((mut times, until)) = tables.logs.take(now, &log) {
                times.give_back(slot);
                tables.logs.put(now, log, times, until);
            }
        })
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.step(|tables, now| {
            let until = now.after(ttl);
            tables.pictures.put(now, id.clone(), code.clone(), until);
        })
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        self.step(|tables, now| match tables.pictures.take(now, id) {
            Some((code, _)) if code.matches(answer) => Consumed::Matched,
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
        self.change(mobile, |record, now| {
            record.issue(now, code.clone(), ttl, quotas)
        })
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.change(mobile, |record, _| record.settle(code, settlement))
    }

    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError> {
        self.change(mobile, |record, _| record.note_sender(code, sender))
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError> {
        self.change(mobile, |record, now| {
            let sender = record.sender().map(str::to_owned);
            let outcome = record.check(now, attempt, rules);
            Checked {
                outcome,
                sender: sender.filter(|_| outcome == CheckOutcome::Verified),
            }
        })
    }

    async fn note_dispatch(
        &self,
        name: DeliveryName<'_>,
        accepted: &Accepted<'_>,
    ) -> Result<Option<Fate>, StoreError> {
        self.step(|tables, now| {
            let name = owned(name);
            let (mut delivery, mut until) = tables.deliveries.take_or_new(now, &name);
            if !delivery.is_dispatched() {
                until = now.after(accepted.ttl);
            }
            let fate = delivery.dispatched(Dispatch {
                sent_at: now,
                region: accepted.region,
                message_id: accepted.message_id.to_owned(),
            });
            tables.deliveries.put(now, name, delivery, until);
            fate
        })
    }

    async fn take_report(
        &self,
        name: DeliveryName<'_>,
        report: Report,
    ) -> Result<Reported, StoreError> {
        self.step(|tables, now| {
            let name = owned(name);
            let kept = tables.deliveries.take(now, &name);
            let new = || (Delivery::default(), now.after(EARLY));
            let (mut delivery, until) = kept.unwrap_or_else(new);
            let reported = delivery.reported(now, report.state, report.at);
            tables.deliveries.put(now, name, delivery, until);
            reported
        })
    }

    async fn delivery(&self, name: DeliveryName<'_>) -> Result<Delivery, StoreError> {
        self.step(|tables, now| tables.deliveries.get(now, &owned(name)).unwrap_or_default())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn owned(name: DeliveryName<'_>) -> (String, String) {
    (name.sender.to_owned(), name.provider_id.to_owned())
}

/// Entries, each with the moment when it is over.
struct Table<K, V>(HashMap<K, (V, Timestamp)>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// Keeps an entry in place of any older. What is over goes: looking at all entries is well as
    /// long as they are some thousands.
    fn put(&mut self, now: Timestamp, key: K, value: V, until: Timestamp) {
        self.0.retain(|_, (_, until)| now < *until);
        self.0.insert(key, (value, until));
    }

    fn take(&mut self, now: Timestamp, key: &K) -> Option<(V, Timestamp)> {
        self.0.remove(key).filter(|(_, until)| now < *until)
    }

    /// What is kept, or something new that is over at once.
    fn take_or_new(&mut self, now: Timestamp, key: &K) -> (V, Timestamp)
    where
        V: Default,
    {
        self.take(now, key).unwrap_or_else(|| (V::default(), now))
    }

    fn get(&self, now: Timestamp, key: &K) -> Option<V>
    where
        V: Clone,
    {
        let (value, until) = self.0.get(key)?;
        (now < *until).then(|| value.clone())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = OwnStore::new(Clock::system());
    let (mobile, code) = (Mobile::parse("13800138000")?, SmsCode::parse("246810")?);
    let quotas = Quotas::parse(&["1/60s"])?;
    let ttl = Duration::from_secs(300);
    println!("{:?}", store.issue(&mobile, &code, ttl, &quotas).await?);
    println!("{:?}", store.issue(&mobile, &code, ttl, &quotas).await?);

    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::default(),
    };
    println!("{:?}", store.check(&mobile, "000000", &rules).await?);
    println!("{:?}", store.check(&mobile, "246810", &rules).await?);
    Ok(())
}

/// All of the contract, in one line.
#[cfg(test)]
mod it_keeps_the_contract {
    use sms_store::contract::Clocked;

    use super::OwnStore;

    sms_store::contract_tests!(codes: Clocked::new(OwnStore::new));
}
