//! The steps of verifications as scripts.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::redis::{Value, from_redis_value};
use sms_core::{
    AttemptSid, BucketSid, CheckRules, Mobile, ServiceSid, Settlement, SmsCode, Start,
    StartRefusal, StartRules, Started, Timestamp, Verification, VerificationCheck, VerificationEnd,
    VerificationSid, Which,
};

use super::call::Call;
use super::{RedisStore, kept_verification, millis, span, unreadable};
use crate::verification_steps::admit_verification_in_steps;
use crate::{
    Claim, Document, Log, StoreError, VerificationAdmission, VerificationRequest, VerificationStore,
};

/// What a script answers that starts a verification.
enum StartAnswer {
    Started {
        slot: Timestamp,
        next_slot_in: Duration,
        /// What is told of a verification that goes on, and its code; nothing of one that is begun.
        of_pending: Option<(String, String)>,
    },
    /// By what number it is refused, and for how long.
    Refused(i64, Duration),
}

impl StartAnswer {
    fn read(step: &str, answer: Vec<Value>) -> Result<Self, StoreError> {
        let span = |millis: i64| span(u64::try_from(millis).unwrap_or(0));
        let text = |value| from_redis_value::<String>(value).ok();
        let mut parts = answer.into_iter();
        let numbers = [parts.next(), parts.next(), parts.next()];
        let of_pending = parts.next().and_then(text).zip(parts.next().and_then(text));
        match numbers {
            [
                Some(Value::Int(0)),
                Some(Value::Int(slot)),
                Some(Value::Int(wait)),
            ] => Ok(Self::Started {
                slot: Timestamp::from_millis(u64::try_from(slot).unwrap_or(0)),
                next_slot_in: span(wait),
                of_pending,
            }),
            [Some(Value::Int(why)), Some(Value::Int(wait)), None] => {
                Ok(Self::Refused(why, span(wait)))
            }
            _ => unreadable(step),
        }
    }
}

impl RedisStore {
    /// A name, if there is one, as an argument.
    fn start_arguments(&self, call: &mut Call<'_>, start: &Start<SmsCode>, rules: &StartRules) {
        call.arg(self.time_argument());
        call.text(start.sid.hex()).text(start.send.hex());
        call.number(millis(rules.ttl)).number(rules.max_sends);
        match self.at_rest.sealed(&start.code) {
            Some(sealed) => call.text(&sealed),
            None => call.text("-"),
        };
    }

    fn started(
        &self,
        start: &Start<SmsCode>,
        rules: &StartRules,
        slot: Timestamp,
        next_slot_in: Duration,
        of_pending: Option<(String, String)>,
    ) -> Result<Started<SmsCode>, StoreError> {
        let (verification, code) = match of_pending {
            None => {
                let mut begun = Verification::begun(start.sid, slot, rules.ttl);
                begun.add_send(start.send, slot);
                (begun, start.code.clone())
            }
            Some((told, code)) => {
                let Some(told) = kept_verification::read(&told) else {
                    return unreadable("start_verification");
                };
                let code = self.at_rest.opened(&code).ok_or_else(|| {
                    StoreError::Refused("a code that is sealed under another key".to_owned())
                })?;
                (told, code)
            }
        };
        Ok(Started {
            verification,
            code,
            slot,
            next_slot_in,
        })
    }

    async fn read_document(&self, call: Call<'_>) -> Result<Option<String>, StoreError> {
        let text: String = self.run(call).await?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    async fn swap(
        &self,
        mut call: Call<'_>,
        expected: Option<&str>,
        new: Option<&str>,
        ttl: Option<Duration>,
    ) -> Result<bool, StoreError> {
        call.arg(expected.unwrap_or_default());
        call.arg(new.unwrap_or_default());
        match ttl {
            Some(ttl) => call.arg(millis(ttl)),
            None => call.arg(""),
        };
        match self.run(call).await? {
            0_u64 => Ok(false),
            1 => Ok(true),
            _ => unreadable("swap_text"),
        }
    }

    /// A call about a document.
    fn document_call<'a>(
        &'a self,
        script: &'a super::call::Script,
        document: Document,
    ) -> Call<'a> {
        match document {
            Document::SafeNumber(mobile) => script.key(self.keys_of(&mobile).safe()),
            Document::RateLimits(service) => script.key(self.keys.rate_limits(service)),
        }
    }

    /// What is kept of a claimed request.
    fn claim_text(&self, content: &str, outcome: Option<&str>) -> String {
        let digest = self.at_rest.digest(&["request", content]);
        let digest = base16ct::lower::encode_string(&digest);
        format!("{digest} {}", outcome.unwrap_or_default())
    }

    fn request_call<'a>(&'a self, script: &'a super::call::Script, name: &str) -> Call<'a> {
        script.key(
            self.keys
                .request(self.at_rest.digest(&["request-name", name])),
        )
    }
}

/// The refusal that a script names by a number.
fn refusal(which: i64, retry_after: Duration) -> Option<StartRefusal> {
    Some(match which {
        1 => StartRefusal::NumberBlocked { retry_after },
        2 => StartRefusal::ChecksExhausted { retry_after },
        3 => StartRefusal::SendsExhausted { retry_after },
        4 => StartRefusal::TooOften { retry_after },
        _ => return None,
    })
}

fn sid_argument(sid: Option<&VerificationSid>) -> &str {
    sid.map(VerificationSid::hex).unwrap_or_default()
}

#[async_trait]
impl VerificationStore for RedisStore {
    async fn start_verification(
        &self,
        mobile: &Mobile,
        start: &Start<SmsCode>,
        rules: &StartRules,
    ) -> Result<Result<Started<SmsCode>, StartRefusal>, StoreError> {
        let keys = self.keys_of(mobile);
        let mut call = self
            .scripts
            .start_verification
            .key(keys.verifications(start.service));
        call.key(keys.sends()).key(keys.failures()).key(keys.safe());
        self.start_arguments(&mut call, start, rules);
        call.issued(
            &self
                .at_rest
                .shown_to(start.service, mobile, start.code.expose()),
        );
        call.quotas(&rules.quotas);
        call.quotas(&rules.failures);
        match StartAnswer::read("start_verification", self.run(call).await?)? {
            StartAnswer::Started {
                slot,
                next_slot_in,
                of_pending,
            } => {
                let started = self.started(start, rules, slot, next_slot_in, of_pending);
                started.map(Ok)
            }
            StartAnswer::Refused(why, wait) => match refusal(why, wait) {
                Some(refusal) => Ok(Err(refusal)),
                None => unreadable("start_verification"),
            },
        }
    }

    async fn may_start_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        rules: &StartRules,
    ) -> Result<Result<(), StartRefusal>, StoreError> {
        let keys = self.keys_of(mobile);
        let mut call = self
            .scripts
            .may_start_verification
            .key(keys.verifications(service));
        call.key(keys.sends()).key(keys.failures()).key(keys.safe());
        call.arg(self.time_argument()).arg(rules.max_sends);
        call.quotas(&rules.quotas);
        call.quotas(&rules.failures);
        match self.run(call).await? {
            (0_i64, _) => Ok(Ok(())),
            (which, wait) => match refusal(which, span(wait)) {
                Some(refusal) => Ok(Err(refusal)),
                None => unreadable("may_start_verification"),
            },
        }
    }

    async fn settle_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        send: AttemptSid,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let slot = match settlement {
            Settlement::GiveBack(slot) => slot.as_millis().to_string(),
            Settlement::KeepSlot => String::new(),
        };
        let keys = self.keys_of(mobile);
        let mut call = self
            .scripts
            .settle_verification
            .key(keys.verifications(service));
        call.key(keys.sends());
        call.arg(self.time_argument());
        call.arg(sid.hex()).arg(send.hex()).arg(slot);
        self.run(call).await
    }

    async fn check_verification(
        &self,
        mobile: &Mobile,
        which: Which,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<VerificationCheck, StoreError> {
        let keys = self.keys_of(mobile);
        let mut call = self
            .scripts
            .check_verification
            .key(keys.verifications(which.service));
        call.key(keys.failures()).key(keys.safe());
        call.arg(self.time_argument());
        call.arg(sid_argument(which.sid.as_ref()))
            .arg(rules.max_attempts);
        call.quotas(&rules.failures);
        call.compared(&self.at_rest.shown_to(which.service, mobile, attempt));
        let (outcome, wait, told): (u64, u64, String) = self.run(call).await?;
        match (outcome, kept_verification::read(&told)) {
            (0, Some(verification)) => Ok(VerificationCheck::Right(verification)),
            (1, Some(verification)) => Ok(VerificationCheck::Wrong(verification)),
            (2, _) => Ok(VerificationCheck::Missing),
            (3, _) => Ok(VerificationCheck::TooMany {
                retry_after: span(wait),
            }),
            _ => unreadable("check_verification"),
        }
    }

    async fn end_verification(
        &self,
        mobile: &Mobile,
        service: ServiceSid,
        sid: VerificationSid,
        how: VerificationEnd,
    ) -> Result<Option<Verification>, StoreError> {
        let key = self.keys_of(mobile);
        let mut call = self
            .scripts
            .end_verification
            .key(key.verifications(service));
        call.arg(self.time_argument()).arg(sid.hex());
        call.arg(match how {
            VerificationEnd::Approved => "a",
            VerificationEnd::Canceled => "c",
        });
        let told: String = self.run(call).await?;
        Ok(kept_verification::read(&told))
    }

    async fn verification(
        &self,
        mobile: &Mobile,
        which: Which,
    ) -> Result<Option<Verification>, StoreError> {
        let key = self.keys_of(mobile);
        let mut call = self
            .scripts
            .read_verification
            .key(key.verifications(which.service));
        call.arg(self.time_argument())
            .arg(sid_argument(which.sid.as_ref()));
        let told: String = self.run(call).await?;
        Ok(kept_verification::read(&told))
    }

    fn bucket_log(&self, bucket: BucketSid, value: &str) -> Log {
        Log::Bucket(bucket, self.at_rest.digest(&["bucket", value]))
    }

    async fn document(&self, document: Document) -> Result<Option<String>, StoreError> {
        let call = self.document_call(&self.scripts.read_text, document);
        self.read_document(call).await
    }

    async fn swap_document(
        &self,
        document: Document,
        expected: Option<&str>,
        new: Option<&str>,
    ) -> Result<bool, StoreError> {
        let call = self.document_call(&self.scripts.swap_text, document);
        self.swap(call, expected, new, None).await
    }

    async fn claim_request(
        &self,
        name: &str,
        content: &str,
        ttl: Duration,
    ) -> Result<Claim, StoreError> {
        let ours = self.claim_text(content, None);
        let call = self.request_call(&self.scripts.swap_text, name);
        if self.swap(call, None, Some(&ours), Some(ttl)).await? {
            return Ok(Claim::First);
        }
        let call = self.request_call(&self.scripts.read_text, name);
        Ok(match self.read_document(call).await? {
            // It was closed, or ended, in between.
            None => Claim::UnderWay,
            Some(kept) => match kept.strip_prefix(&ours) {
                None => Claim::Other,
                Some("") => Claim::UnderWay,
                Some(outcome) => Claim::Done(outcome.to_owned()),
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
        let ours = self.claim_text(content, None);
        let new = outcome.map(|outcome| self.claim_text(content, Some(outcome)));
        let call = self.request_call(&self.scripts.swap_text, name);
        self.swap(call, Some(&ours), new.as_deref(), Some(ttl))
            .await?;
        Ok(())
    }

    async fn admit_verification(
        &self,
        request: &VerificationRequest<'_>,
    ) -> Result<VerificationAdmission, StoreError> {
        if self.servers.are_cluster() {
            return Box::pin(admit_verification_in_steps(self, request)).await;
        }
        let answer = self.run(self.admission(request)).await?;
        Ok(match StartAnswer::read("admit_verification", answer)? {
            StartAnswer::Started {
                slot,
                next_slot_in,
                of_pending,
            } => VerificationAdmission::Admitted {
                started: self.started(
                    request.start,
                    request.rules,
                    slot,
                    next_slot_in,
                    of_pending,
                )?,
                budget_slot: slot,
                bucket_slots: vec![slot; request.buckets.len()],
            },
            StartAnswer::Refused(5, retry_after) => {
                VerificationAdmission::BucketFull { retry_after }
            }
            StartAnswer::Refused(6, retry_after) => {
                VerificationAdmission::BudgetSpent { retry_after }
            }
            StartAnswer::Refused(why, wait) => match refusal(why, wait) {
                Some(refusal) => VerificationAdmission::Refused(refusal),
                None => return unreadable("admit_verification"),
            },
        })
    }
}

impl RedisStore {
    /// The call that does all of an admission at once.
    fn admission(&self, request: &VerificationRequest<'_>) -> Call<'_> {
        let (start, mobile) = (request.start, request.mobile);
        let keys = self.keys_of(mobile);
        let script = &self.scripts.admit_verification;
        let mut call = script.key(keys.verifications(start.service));
        call.key(keys.sends()).key(keys.failures()).key(keys.safe());
        call.key(self.keys.log(Log::Budget));
        for bucket in request.buckets {
            call.key(self.keys.log(self.bucket_log(bucket.sid, bucket.value)));
        }
        self.start_arguments(&mut call, start, request.rules);
        call.issued(
            &self
                .at_rest
                .shown_to(start.service, mobile, start.code.expose()),
        );
        call.quotas(&request.rules.quotas);
        call.quotas(&request.rules.failures);
        call.quotas(request.budget);
        for bucket in request.buckets {
            call.quotas(&bucket.quotas);
        }
        call
    }
}
