use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sms_core::{
    CheckRules, Delivery, Fate, ImageCode, ImageId, Issue, Mobile, Quotas, Reported, Settlement,
    SmsCode, Timestamp,
};
use sms_store::{
    Accepted, Checked, CodeStore, Consumed, DeliveryName, Log, MemoryStore, Report, Slot,
    StoreError,
};

/// A store that does everything but settle and take reports, until it heals. A check takes it more than one turn, as
/// it does a store that is asked over a wire.
pub(crate) struct Unsettled {
    store: Arc<MemoryStore>,
    is_healed: AtomicBool,
    settled: AtomicUsize,
}

impl Unsettled {
    pub(crate) fn over(store: Arc<MemoryStore>) -> Self {
        Self {
            store,
            is_healed: AtomicBool::new(false),
            settled: AtomicUsize::new(0),
        }
    }

    /// How many messages were settled since.
    pub(crate) fn settled(&self) -> usize {
        self.settled.load(Ordering::Acquire)
    }

    pub(crate) fn heal(&self) {
        self.is_healed.store(true, Ordering::Release);
    }
}

#[async_trait::async_trait]
impl CodeStore for Unsettled {
    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        if self.is_healed.load(Ordering::Acquire) {
            self.settled.fetch_add(1, Ordering::AcqRel);
            self.store.settle(mobile, code, settlement).await
        } else {
            Err(StoreError::Connection("not yet".to_owned()))
        }
    }

    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError> {
        self.store.take_slot(log, quotas).await
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        self.store.give_back_slot(log, slot).await
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.store.put_image_code(id, code, ttl).await
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        self.store.consume_image_code(id, answer).await
    }

    async fn issue(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        ttl: Duration,
        quotas: &Quotas,
    ) -> Result<Issue, StoreError> {
        self.store.issue(mobile, code, ttl, quotas).await
    }

    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError> {
        self.store.note_sender(mobile, code, sender).await
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError> {
        tokio::task::yield_now().await;
        self.store.check(mobile, attempt, rules).await
    }

    async fn note_dispatch(
        &self,
        name: DeliveryName<'_>,
        accepted: &Accepted<'_>,
    ) -> Result<Option<Fate>, StoreError> {
        self.store.note_dispatch(name, accepted).await
    }

    async fn take_report(
        &self,
        name: DeliveryName<'_>,
        report: Report,
    ) -> Result<Reported, StoreError> {
        if self.is_healed.load(Ordering::Acquire) {
            self.store.take_report(name, report).await
        } else {
            Err(StoreError::Connection("not yet".to_owned()))
        }
    }

    async fn delivery(&self, name: DeliveryName<'_>) -> Result<Delivery, StoreError> {
        self.store.delivery(name).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }
}
