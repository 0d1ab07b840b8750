use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    AttemptSid, BucketSid, CheckRules, Mobile, Quotas, ServiceSid, Settlement, SmsCode, Start,
    StartRefusal, StartRules, Started, Timestamp, Verification, VerificationCheck, VerificationEnd,
    VerificationSid, Which,
};

use crate::verification_steps::admit_verification_in_steps;
use crate::{AttemptStore, CodeStore, Log, StoreError};

/// The further steps of verifications with a name, each of them atomic.
///
/// Every step touches the keys of one number, one setting, one request, or of all attempts, so that a
/// Redis Cluster can do it on one slot. [`VerificationStore::admit_verification`] is several of them in
/// a row; it is given here in terms of the others.
///
/// As in [`CodeStore`], an `Err` means that it is not known whether the step was done.
#[async_trait]
pub trait VerificationStore: CodeStore + AttemptStore {
    /// [`sms_core::NumberRecord::start_verification`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn start_verification(
        &self,
        mobile: &Mobile,
        start: &Start<SmsCode>,
        rules: &StartRules,
    ) -> Result<Result<Started<SmsCode>, StartRefusal>, StoreError>;

    /// [`sms_core::NumberRecord::may_start`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn may_start_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        rules: &StartRules,
    ) -> Result<Result<(), StartRefusal>, StoreError>;

    /// [`sms_core::NumberRecord::settle_verification`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn settle_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        send: AttemptSid,
        settlement: Settlement,
    ) -> Result<(), StoreError>;

    /// [`sms_core::NumberRecord::check_verification`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn check_verification(
        &self,
        mobile: &Mobile,
        which: Which,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<VerificationCheck, StoreError>;

    /// [`sms_core::NumberRecord::end_verification`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn end_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        how: VerificationEnd,
    ) -> Result<Option<Verification>, StoreError>;

    /// [`sms_core::NumberRecord::verification`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn verification(
        &self,
        mobile: &Mobile,
        which: Which,
    ) -> Result<Option<Verification>, StoreError>;

    /// The log that a bucket is counted in for one value, of which only a digest is kept.
    fn bucket_log(&self, bucket: BucketSid, value: &str) -> Log;

    /// What a setting is; `None` if it is not set.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn document(&self, document: Document) -> Result<Option<String>, StoreError>;

    /// Sets a setting to `new`, or removes it, if it is `expected`. It stays until it is changed again.
    /// Whether it was.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn swap_document(
        &self,
        document: Document,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<bool, StoreError>;

    /// Claims a request that may come again under the same `name`, for `ttl`: the first to claim it
    /// carries it out. Of the name and of what is asked for, only digests are kept.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn claim_request(
        &self,
        name: &str,
        content: &str,
        ttl: Duration,
    ) -> Result<Claim, StoreError>;

    /// Keeps what a claimed request came to, for `ttl`; or lets it be claimed again.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn close_request(
        &self,
        name: &str,
        content: &str,
        outcome: Option<&str>,
        ttl: Duration,
    ) -> Result<(), StoreError>;

    /// Everything that must hold before a message of a verification goes out, in this order: the number
    /// is not blocked, the verification has checks and messages left, every bucket, the number and the
    /// budget have a slot; then the verification is begun or goes on.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn admit_verification(
        &self,
        request: &VerificationRequest<'_>,
    ) -> Result<VerificationAdmission, StoreError> {
        admit_verification_in_steps(self, request).await
    }
}

/// A setting that callers make. It has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    /// That a number is not blocked: the name of that entry.
    SafeNumber(Mobile),
    /// The limits of callers for a service.
    RateLimits(ServiceSid),
}

/// What came of claiming a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's to carry out.
    First,
    /// The same is being carried out.
    UnderWay,
    /// Something else was asked for under this name.
    Other,
    /// The same came to this.
    Done(String),
}

/// A bucket that a message is counted in, for one value.
#[derive(Debug, Clone)]
pub struct BucketUse<'a> {
    /// The bucket.
    pub sid: BucketSid,
    /// The value.
    pub value: &'a str,
    /// How much it holds.
    pub quotas: Quotas,
}

/// A message of a verification that wants to be sent.
#[derive(Debug)]
pub struct VerificationRequest<'a> {
    /// Where it goes.
    pub mobile: &'a Mobile,
    /// What a new verification is like, and the message.
    pub start: &'a Start<SmsCode>,
    /// Its rules.
    pub rules: &'a StartRules,
    /// The caller's own limits.
    pub buckets: &'a [BucketUse<'a>],
    /// How much the whole service may send.
    pub budget: &'a Quotas,
}

/// What came of [`VerificationStore::admit_verification`].
#[derive(Debug, Clone)]
pub enum VerificationAdmission {
    /// Send.
    Admitted {
        /// The verification, its code, and the slot among the sends to the number.
        started: Started<SmsCode>,
        /// The slot in the budget.
        budget_slot: Timestamp,
        /// The slots in the buckets, in their order.
        bucket_slots: Vec<Timestamp>,
    },
    /// The number or its verification does not allow it.
    Refused(StartRefusal),
    /// A bucket is full.
    BucketFull {
        /// How long until none is.
        retry_after: Duration,
    },
    /// The budget of the service is spent.
    BudgetSpent {
        /// How long until there is some again.
        retry_after: Duration,
    },
}
