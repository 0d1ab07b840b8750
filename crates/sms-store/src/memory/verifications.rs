//! The steps of verifications in memory.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sms_core::{
    AttemptSid, BucketSid, CheckRules, Mobile, ServiceSid, Settlement, SmsCode, Start,
    StartRefusal, StartRules, Started, Timestamp, Verification, VerificationCheck, VerificationEnd,
    VerificationSid, Which,
};

use super::expiring::Full;
use super::kept_code::KeptCode;
use super::{MemoryStore, Record};
use crate::number_name::NumberName;
use crate::{Claim, Document, Log, StoreError, VerificationStore};

/// When something ends that has no end.
const NEVER: Timestamp = Timestamp::from_millis(u64::MAX);

/// What a setting is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum DocumentName {
    SafeNumber(NumberName),
    RateLimits(ServiceSid),
}

/// A request that may come again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Claimed {
    content: [u8; 16],
    outcome: Option<String>,
}

impl MemoryStore {
    fn document_name(&self, document: Document) -> DocumentName {
        match document {
            Document::SafeNumber(mobile) => DocumentName::SafeNumber(self.at_rest.name(&mobile)),
            Document::RateLimits(service) => DocumentName::RateLimits(service),
        }
    }

    pub(super) fn is_safe(&self, mobile: &Mobile) -> bool {
        let name = self.document_name(Document::SafeNumber(*mobile));
        let documents = self.tables.documents.part(&name);
        documents.get(self.clock.now(), &name).is_some()
    }
}

#[async_trait]
impl VerificationStore for MemoryStore {
    async fn start_verification(
        &self,
        mobile: &Mobile,
        start: &Start<SmsCode>,
        rules: &StartRules,
    ) -> Result<Result<Started<SmsCode>, StartRefusal>, StoreError> {
        let (now, is_safe) = (self.clock.now(), self.is_safe(mobile));
        let shown = self
            .at_rest
            .shown_to(start.service, mobile, start.code.expose());
        let sealed = self.at_rest.sealed(&start.code);
        let start = Start {
            service: start.service,
            sid: start.sid,
            code: KeptCode::new(&start.code, &shown, now).with_sealed(sealed),
            send: start.send,
        };
        let step = |record: &mut Record| record.start_verification(now, start, rules, is_safe);
        let started = match self.change_number(now, mobile, step)? {
            Ok(started) => started,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let code = started
            .code
            .readable()
            .and_then(|code| self.at_rest.opened(code));
        let sealed = || StoreError::Refused("a code that is sealed under another key".to_owned());
        Ok(Ok(Started {
            verification: started.verification,
            code: code.ok_or_else(sealed)?,
            slot: started.slot,
            next_slot_in: started.next_slot_in,
        }))
    }

    async fn may_start_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        rules: &StartRules,
    ) -> Result<Result<(), StartRefusal>, StoreError> {
        let (now, is_safe) = (self.clock.now(), self.is_safe(mobile));
        let may = |record: &mut Record| record.may_start(now, service, rules, is_safe);
        self.change_number(now, mobile, may)
    }

    async fn settle_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        send: AttemptSid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let settle =
            |record: &mut Record| record.settle_verification(service, sid, send, settlement);
        self.change_number(self.clock.now(), mobile, settle)
    }

    async fn check_verification(
        &self,
        mobile: &Mobile,
        which: Which,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<VerificationCheck, StoreError> {
        let (now, is_safe) = (self.clock.now(), self.is_safe(mobile));
        let shown = self.at_rest.shown_to(which.service, mobile, attempt);
        let check = |record: &mut Record| {
            record.check_verification(now, which, rules, is_safe, |kept| kept.is(&shown))
        };
        self.change_number(now, mobile, check)
    }

    async fn end_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        how: VerificationEnd,
    ) -> Result<Option<Verification>, StoreError> {
        let now = self.clock.now();
        let end = |record: &mut Record| record.end_verification(now, service, sid, how);
        self.change_number(now, mobile, end)
    }

    async fn verification(
        &self,
        mobile: &Mobile,
        which: Which,
    ) -> Result<Option<Verification>, StoreError> {
        let now = self.clock.now();
        self.change_number(now, mobile, |record| record.verification(now, which))
    }

    fn bucket_log(&self, bucket: BucketSid, value: &str) -> Log {
        Log::Bucket(bucket, self.at_rest.digest(&["bucket", value]))
    }

    async fn document(&self, document: Document) -> Result<Option<String>, StoreError> {
        let name = self.document_name(document);
        let documents = self.tables.documents.part(&name);
        Ok(documents.get(self.clock.now(), &name).cloned())
    }

    async fn swap_document(
        &self,
        document: Document,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<bool, StoreError> {
        let (now, name) = (self.clock.now(), self.document_name(document));
        let mut documents = self.tables.documents.part(&name);
        if documents.get(now, &name).map(String::as_str) != expected {
            return Ok(false);
        }
        match new {
            None => {
                documents.take(now, &name);
            }
            Some(new) => documents
                .add(now, name, new.to_owned(), NEVER)
                .map_err(|Full| StoreError::Full("setting"))?,
        }
        Ok(true)
    }

    async fn claim_request(
        &self,
        name: &str,
        content: &str,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        let now = self.clock.now();
        let name = self.at_rest.digest(&["request-name", name]);
        let content = self.at_rest.digest(&["request", content]);
        let mut requests = self.tables.claims.part(&name);
        Ok(match requests.get(now, &name) {
            None => {
                let claimed = Claimed {
                    content,
                    outcome: None,
                };
                let added = requests.add(now, name, claimed, now.after(ttl));
                added.map_err(|Full| StoreError::Full("request"))?;
                Claim::First
            }
            Some(claimed) if claimed.content != content => Claim::Other,
            Some(claimed) => match &claimed.outcome {
                None => Claim::UnderWay,
                Some(outcome) => Claim::Done(outcome.clone()),
            },
        })
    }

    async fn close_request(
        &self,
        name: &str,
        content: &str,
        outcome: Option<&str>,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let name = self.at_rest.digest(&["request-name", name]);
        let content = self.at_rest.digest(&["request", content]);
        let mut requests = self.tables.claims.part(&name);
        let is_ours = |claimed: &Claimed| claimed.content == content && claimed.outcome.is_none();
        if !requests.get(now, &name).is_some_and(is_ours) {
            return Ok(());
        }
        match outcome {
            None => {
                requests.take(now, &name);
            }
            Some(outcome) => {
                let outcome = Some(outcome.to_owned());
                requests.insert(name, Claimed { content, outcome }, now.after(ttl));
            }
        }
        Ok(())
    }
}
