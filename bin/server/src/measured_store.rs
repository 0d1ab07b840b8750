mod attempts;
mod verifications;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sms_core::{
    CheckRules, Delivery, Fate, ImageCode, ImageId, Issue, Mobile, Quotas, Reported, Settlement,
    SmsCode, Timestamp,
};
use sms_store::{
    Accepted, Checked, CodeStore, Connections, Consumed, DeliveryName, Log, PictureAdmission,
    PictureRequest, Report, SendAdmission, SendRequest, Slot, StoreError, VerificationStore,
};

use crate::metrics::StoreMetrics;

/// A store whose steps are timed.
pub(crate) struct MeasuredStore {
    store: Arc<dyn VerificationStore>,
    metrics: StoreMetrics,
}

impl MeasuredStore {
    pub(crate) fn new(store: Arc<dyn VerificationStore>, metrics: StoreMetrics) -> Self {
        Self { store, metrics }
    }

    async fn timed<T>(
        &self,
        step: &str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let outcome = work.await;
        self.metrics.step(step, started, outcome.as_ref().err());
        outcome
    }
}

#[async_trait]
impl CodeStore for MeasuredStore {
    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError> {
        self.timed("take_slot", self.store.take_slot(log, quotas))
            .await
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        self.timed("give_back_slot", self.store.give_back_slot(log, slot))
            .await
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.timed("put_image_code", self.store.put_image_code(id, code, ttl))
            .await
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        let work = self.store.consume_image_code(id, answer);
        self.timed("consume_image_code", work).await
    }

    async fn issue(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        ttl: Duration,
        quotas: &Quotas,
    ) -> Result<Issue, StoreError> {
        self.timed("issue", self.store.issue(mobile, code, ttl, quotas))
            .await
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.timed("settle", self.store.settle(mobile, code, settlement))
            .await
    }

    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError> {
        self.timed("note_sender", self.store.note_sender(mobile, code, sender))
            .await
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError> {
        self.timed("check", self.store.check(mobile, attempt, rules))
            .await
    }

    async fn note_dispatch(
        &self,
        name: DeliveryName<'_>,
        accepted: &Accepted<'_>,
    ) -> Result<Option<Fate>, StoreError> {
        self.timed("note_dispatch", self.store.note_dispatch(name, accepted))
            .await
    }

    async fn take_report(
        &self,
        name: DeliveryName<'_>,
        report: Report,
    ) -> Result<Reported, StoreError> {
        self.timed("take_report", self.store.take_report(name, report))
            .await
    }

    async fn delivery(&self, name: DeliveryName<'_>) -> Result<Delivery, StoreError> {
        self.timed("delivery", self.store.delivery(name)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.timed("ping", self.store.ping()).await
    }

    fn connections(&self) -> Option<Connections> {
        self.store.connections()
    }

    async fn admit_picture(
        &self,
        request: &PictureRequest<'_>,
    ) -> Result<PictureAdmission, StoreError> {
        self.timed("admit_picture", self.store.admit_picture(request))
            .await
    }

    async fn admit_send(&self, request: &SendRequest<'_>) -> Result<SendAdmission, StoreError> {
        self.timed("admit_send", self.store.admit_send(request))
            .await
    }
}
