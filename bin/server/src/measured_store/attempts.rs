//! The steps of attempts, timed.

use async_trait::async_trait;
use sms_core::{Attempt, AttemptSid, Timestamp};
use sms_store::{AttemptChange, AttemptPolicy, AttemptStore, StoreError};

use super::MeasuredStore;

#[async_trait]
impl AttemptStore for MeasuredStore {
    async fn add_attempts(
        &self,
        attempts: &[Attempt],
        policy: AttemptPolicy,
    ) -> Result<(), StoreError> {
        let work = self.store.add_attempts(attempts, policy);
        self.timed("add_attempts", work).await
    }

    async fn change_attempts(
        &self,
        changes: &[(AttemptSid, AttemptChange)],
    ) -> Result<(), StoreError> {
        let work = self.store.change_attempts(changes);
        self.timed("change_attempts", work).await
    }

    async fn attempt(&self, sid: AttemptSid) -> Result<Option<Attempt>, StoreError> {
        let work = self.store.attempt(sid);
        self.timed("attempt", work).await
    }

    async fn attempts(
        &self,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        let work = self.store.attempts(until, limit);
        self.timed("attempts", work).await
    }
}
