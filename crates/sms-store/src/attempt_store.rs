use std::time::Duration;

use async_trait::async_trait;
use sms_core::{Attempt, AttemptSid, Timestamp};

use crate::StoreError;

/// What is kept of the messages of verifications, for statistics alone: no step of a verification
/// reads it.
///
/// As in [`crate::CodeStore`], an `Err` means that it is not known whether the step was done. Every one
/// may be done twice.
#[async_trait]
pub trait AttemptStore: Send + Sync {
    /// Keeps attempts, and no more of all than `policy` says. One that is kept already is replaced.
    ///
    /// They come in the order of their times, but for moments in which instances overlap.
    ///
    /// # Errors
    ///
    /// The store failed. Some of them may be kept.
    async fn add_attempts(
        &self,
        attempts: &[Attempt],
        policy: AttemptPolicy,
    ) -> Result<(), StoreError>;

    /// Notes what has come of attempts, one change after the other. Nothing happens to those that are
    /// not known.
    ///
    /// # Errors
    ///
    /// The store failed. Some of the changes may be noted.
    async fn change_attempts(
        &self,
        changes: &[(AttemptSid, AttemptChange)],
    ) -> Result<(), StoreError>;

    /// An attempt.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn attempt(&self, sid: AttemptSid) -> Result<Option<Attempt>, StoreError>;

    /// Attempts of `until` and before, the latest first, and of one moment the greatest name first: at
    /// most `limit`.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn attempts(
        &self,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError>;
}

/// How long attempts are kept, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptPolicy {
    /// For how long.
    pub ttl: Duration,
    /// How many at most, at least 1. Where there are more than a few, a store may keep up to fifteen more
    /// for a while.
    pub most: usize,
}

/// What has come of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptChange {
    /// It was none.
    Removed,
    /// Its verification was approved.
    Converted,
    /// It arrived.
    Delivered,
    /// It will not arrive, by this word of its provider.
    Failed(Option<String>),
}
