//! The steps of verifications, timed.

use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    AttemptSid, BucketSid, CheckRules, Mobile, ServiceSid, Settlement, SmsCode, Start,
    StartRefusal, StartRules, Started, Verification, VerificationCheck, VerificationEnd,
    VerificationSid, Which,
};
use sms_store::{
    Claim, Document, Log, StoreError, VerificationAdmission, VerificationRequest, VerificationStore,
};

use super::MeasuredStore;

#[async_trait]
impl VerificationStore for MeasuredStore {
    async fn start_verification(
        &self,
        mobile: &Mobile,
        start: &Start<SmsCode>,
        rules: &StartRules,
    ) -> Result<Result<Started<SmsCode>, StartRefusal>, StoreError> {
        let work = self.store.start_verification(mobile, start, rules);
        self.timed("start_verification", work).await
    }

    async fn may_start_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        rules: &StartRules,
    ) -> Result<Result<(), StartRefusal>, StoreError> {
        let work = self.store.may_start_verification(mobile, service, rules);
        self.timed("may_start_verification", work).await
    }

    async fn settle_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        send: AttemptSid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let work = self
            .store
            .settle_verification(mobile, service, sid, send, settlement);
        self.timed("settle_verification", work).await
    }

    async fn check_verification(
        &self,
        mobile: &Mobile,
        which: Which,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<VerificationCheck, StoreError> {
        let work = self.store.check_verification(mobile, which, attempt, rules);
        self.timed("check_verification", work).await
    }

    async fn end_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        how: VerificationEnd,
    ) -> Result<Option<Verification>, StoreError> {
        let work = self.store.end_verification(mobile, service, sid, how);
        self.timed("end_verification", work).await
    }

    async fn verification(
        &self,
        mobile: &Mobile,
        which: Which,
    ) -> Result<Option<Verification>, StoreError> {
        let work = self.store.verification(mobile, which);
        self.timed("verification", work).await
    }

    fn bucket_log(&self, bucket: BucketSid, value: &str) -> Log {
        self.store.bucket_log(bucket, value)
    }

    async fn document(&self, document: Document) -> Result<Option<String>, StoreError> {
        let work = self.store.document(document);
        self.timed("document", work).await
    }

    async fn swap_document(
        &self,
        document: Document,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<bool, StoreError> {
        let work = self.store.swap_document(document, expected, new);
        self.timed("swap_document", work).await
    }

    async fn claim_request(
        &self,
        name: &str,
        content: &str,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        let work = self.store.claim_request(name, content, ttl);
        self.timed("claim_request", work).await
    }

    async fn close_request(
        &self,
        name: &str,
        content: &str,
        outcome: Option<&str>,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let work = self.store.close_request(name, content, outcome, ttl);
        self.timed("close_request", work).await
    }

    async fn admit_verification(
        &self,
        request: &VerificationRequest<'_>,
    ) -> Result<VerificationAdmission, StoreError> {
        let work = self.store.admit_verification(request);
        self.timed("admit_verification", work).await
    }
}
