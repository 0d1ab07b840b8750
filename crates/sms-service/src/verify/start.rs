use std::sync::Arc;
use std::time::{Duration, Instant};

use sms_core::{
    AddressBlock, Locale, Mobile, MobileError, Quotas, Region, ServiceSid, SmsCode, Start,
    StartRefusal, StartRules, Timestamp, Verification,
};
use sms_gateway::{ErrorClass, Message, MessageId};
use sms_store::{
    BucketUse, Clock, Document, StoreError, VerificationAdmission, VerificationRequest,
};
use tokio::sync::OwnedSemaphorePermit;

use super::events::VerificationEvent;
use super::message::{Held, attempt_sid};
use super::repeats::Repeatable;
use super::target::parse;
use super::{Inner, ServicePolicy, Verifications};
use crate::ServiceError;
use crate::abandoned::carry_through;
use crate::observer::Asked;
use crate::send_code::Unsettled;
use crate::service::Shared;

/// A wish for a verification, or for its code once more, by a caller who has shown who they are.
#[derive(Clone)]
pub struct StartVerification {
    /// Of which service.
    pub service: ServiceSid,
    /// The number in E.164, not parsed yet.
    pub to: String,
    /// By which way the code shall go.
    pub channel: Channel,
    /// The code that the caller chose.
    pub custom_code: Option<SmsCode>,
    /// What the caller's own limits are asked about: the name of each, and a value.
    pub rate_limits: Vec<(String, String)>,
    /// The language of the message, if the caller asks for one.
    pub locale: Option<Locale>,
    /// What makes it the same as another request, if it may come again.
    pub repeatable: Option<Repeatable>,
    /// Who asks.
    pub address: AddressBlock,
    /// The caller's own name of the request, which logs and observers are told.
    pub trace: Option<Arc<str>>,
}

/// A way that a code may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By SMS, the only one that is open.
    Sms,
    /// By a telephone call.
    Call,
    /// By e-mail.
    Email,
    /// By WhatsApp.
    WhatsApp,
    /// Without a code, by the network.
    Sna,
}

/// What came of asking for a verification.
#[derive(Debug, Clone)]
pub enum StartedVerification {
    /// The same request is being carried out.
    UnderWay,
    /// Another request was carried out under the name of this one.
    NameTaken,
    /// The same request was carried out before, and came to this.
    Repeated {
        /// The number.
        to: Mobile,
        /// The verification as it was then.
        verification: Verification,
    },
    /// There is no such service.
    UnknownService,
    /// Not a number in E.164.
    BadNumber,
    /// A number that no SMS can go to.
    NotMobile,
    /// Nothing is sent to this region.
    CountryBlocked(Region),
    /// The code does not go this way.
    ChannelDisabled(Channel),
    /// The caller may not choose codes.
    CustomCodeOff,
    /// The number or its verification does not allow it.
    Refused(StartRefusal),
    /// A limit of the caller's own is used up.
    BucketFull {
        /// How long until none is.
        retry_after: Duration,
    },
    /// The whole service sent as much as it may.
    BudgetSpent {
        /// How long until it may send again.
        retry_after: Duration,
    },
    /// The provider's own limit for this number.
    LimitedByProvider {
        /// The sender that said so.
        sender: Arc<str>,
        /// How long until it is worth another try.
        retry_after: Duration,
    },
    /// As many sends are under way as may be; nothing was done.
    Overloaded,
    /// No sender took the message.
    SendFailed {
        /// The one that was tried last.
        sender: Arc<str>,
        /// What its failure means.
        class: ErrorClass,
    },
    /// A sender accepted the message, or may have; or the number is a test number, which gets none.
    Sent {
        /// The number.
        to: Mobile,
        /// The verification with this message.
        verification: Verification,
        /// The sender, and whether it is known to have accepted; `None` for a test number.
        sender: Option<(Arc<str>, bool)>,
        /// How long until the number may be sent to again.
        next_slot_in: Duration,
    },
}

/// What observers will be told.
pub(super) struct Record {
    started: Instant,
    pub(super) asked: Asked,
    service: ServiceSid,
    message_id: Option<MessageId>,
    pub(super) provider_id: Option<String>,
}

impl StartedVerification {
    /// A stable name for records.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnderWay => "request_under_way",
            Self::NameTaken => "idempotency_key_reused",
            Self::Repeated { .. } => "repeated",
            Self::UnknownService => "unknown_service",
            Self::BadNumber => "bad_mobile",
            Self::NotMobile => "not_mobile",
            Self::CountryBlocked(_) => "country_blocked",
            Self::ChannelDisabled(_) => "channel_disabled",
            Self::CustomCodeOff => "custom_code_off",
            Self::Refused(StartRefusal::NumberBlocked { .. }) => "mobile_blocked",
            Self::Refused(StartRefusal::ChecksExhausted { .. }) => "max_checks",
            Self::Refused(StartRefusal::SendsExhausted { .. }) => "max_sends",
            Self::Refused(StartRefusal::TooOften { .. }) | Self::LimitedByProvider { .. } => {
                "mobile_too_often"
            }
            Self::BucketFull { .. } => "rate_limited",
            Self::BudgetSpent { .. } => "budget_spent",
            Self::Overloaded => "overloaded",
            Self::SendFailed { .. } => "send_failed",
            Self::Sent { .. } => "sent",
        }
    }

    /// The sender that took the message or may have, else the last one, and what its failure means; if
    /// a message was handed over at all.
    #[must_use]
    pub fn last_word(&self) -> Option<(&Arc<str>, Option<ErrorClass>)> {
        match self {
            Self::Sent {
                sender: Some((sender, is_accepted)),
                ..
            } => Some((sender, (!is_accepted).then_some(ErrorClass::Unknown))),
            Self::SendFailed { sender, class } => Some((sender, Some(*class))),
            Self::LimitedByProvider { sender, .. } => Some((sender, Some(ErrorClass::RateNumber))),
            Self::UnderWay
            | Self::NameTaken
            | Self::Repeated { .. }
            | Self::UnknownService
            | Self::BadNumber
            | Self::NotMobile
            | Self::CountryBlocked(_)
            | Self::ChannelDisabled(_)
            | Self::CustomCodeOff
            | Self::Refused(_)
            | Self::BucketFull { .. }
            | Self::BudgetSpent { .. }
            | Self::Overloaded
            | Self::Sent { sender: None, .. } => None,
        }
    }
}

impl Verifications {
    /// Begins a verification and sends its code, or sends the code of the pending one again.
    ///
    /// Once begun it is carried through, whether or not the caller waits for it.
    ///
    /// # Errors
    ///
    /// The store failed before the message was sent.
    pub async fn start(
        &self,
        request: StartVerification,
    ) -> Result<StartedVerification, ServiceError> {
        let record = Record {
            started: Instant::now(),
            asked: Asked {
                mobile: None,
                is_test: false,
                address: request.address,
                trace: request.trace.clone(),
            },
            service: request.service,
            message_id: None,
            provider_id: None,
        };
        let shared = &self.inner.shared;
        let Ok(permit) = Arc::clone(&shared.sending).try_acquire_owned() else {
            record.close(shared, Ok(&StartedVerification::Overloaded));
            return Ok(StartedVerification::Overloaded);
        };
        Ok(self.carried_through(request, record, permit).await?)
    }

    /// Not a part of [`Self::start`], which would have room for the whole work a second time.
    fn carried_through(
        &self,
        request: StartVerification,
        mut record: Record,
        permit: OwnedSemaphorePermit,
    ) -> impl Future<Output = Result<StartedVerification, StoreError>> {
        let inner = Arc::clone(&self.inner);
        let work = async move {
            let _permit = permit;
            let _under_way = inner.shared.under_way.token();
            let unsettled = Unsettled(&inner.shared);
            let outcome = inner.carry_out_once(request, &mut record).await;
            unsettled.settled();
            record.close(&inner.shared, outcome.as_ref());
            outcome
        };
        carry_through(work, &self.inner.shared.abandoned)
    }
}

impl Record {
    fn close(&self, shared: &Shared, outcome: Result<&StartedVerification, &StoreError>) {
        shared.observer.on_verification(&VerificationEvent {
            asked: &self.asked,
            service: self.service,
            outcome,
            message_id: self.message_id,
            provider_id: self.provider_id.as_deref(),
            took: self.started.elapsed(),
        });
    }
}

impl Inner {
    pub(super) async fn carry_out(
        self: &Arc<Self>,
        request: StartVerification,
        record: &mut Record,
    ) -> Result<StartedVerification, StoreError> {
        let Some(service) = self.service(request.service) else {
            return Ok(StartedVerification::UnknownService);
        };
        let mobile = match parse(&request.to) {
            Ok(mobile) => mobile,
            Err(MobileError::Malformed) => return Ok(StartedVerification::BadNumber),
            Err(MobileError::NotMobile | MobileError::NotAllowed) => {
                return Ok(StartedVerification::NotMobile);
            }
        };
        let test_code = self.shared.test_code(&mobile);
        record.asked.mobile = Some(mobile);
        record.asked.is_test = test_code.is_some();
        if !service.countries.allow(mobile.region()) && !self.is_safe(mobile).await? {
            return Ok(StartedVerification::CountryBlocked(mobile.region()));
        }
        let limits = &self.shared.policy.limits;
        let rules = service.start_rules(limits, test_code.is_some());
        if let Some(refused) = self.switched_off(service, &request, mobile, &rules).await? {
            return Ok(refused);
        }
        let used = self.buckets(service.sid, &request.rate_limits).await?;
        let buckets = used.iter().map(|(sid, value, quotas)| BucketUse {
            sid: *sid,
            value,
            quotas: quotas.clone(),
        });
        let buckets: Vec<_> = buckets.collect();
        let held = match self
            .admit(service, &request, mobile, test_code, &rules, &buckets)
            .await?
        {
            Ok(held) => held,
            Err(refused) => return Ok(refused),
        };
        if record.asked.is_test {
            return Ok(held.sent(None));
        }
        record.message_id = Some(held.message.id);
        self.attempts.add(held.attempt());
        Ok(self.send(service, held, record).await)
    }

    async fn is_safe(&self, mobile: Mobile) -> Result<bool, StoreError> {
        let entry = self.store.document(Document::SafeNumber(mobile)).await?;
        Ok(entry.is_some())
    }

    /// What is not open to the caller; but that a number is blocked is told before that.
    async fn switched_off(
        &self,
        service: &ServicePolicy,
        request: &StartVerification,
        mobile: Mobile,
        rules: &StartRules,
    ) -> Result<Option<StartedVerification>, StoreError> {
        let off = match request.channel {
            Channel::Sms if request.custom_code.is_none() || service.custom_code_enabled => {
                return Ok(None);
            }
            Channel::Sms => StartedVerification::CustomCodeOff,
            channel => StartedVerification::ChannelDisabled(channel),
        };
        let may_start = self
            .store
            .may_start_verification(&mobile, service.sid, rules);
        Ok(Some(match may_start.await? {
            Err(blocked @ StartRefusal::NumberBlocked { .. }) => {
                StartedVerification::Refused(blocked)
            }
            _ => off,
        }))
    }

    async fn admit(
        &self,
        service: &ServicePolicy,
        request: &StartVerification,
        mobile: Mobile,
        test_code: Option<SmsCode>,
        rules: &StartRules,
        buckets: &[BucketUse<'_>],
    ) -> Result<Result<Held, StartedVerification>, StoreError> {
        let is_test = test_code.is_some();
        let id = MessageId::generate(&mut rand::rng());
        let chosen = test_code.or_else(|| request.custom_code.clone());
        let start = Start {
            service: service.sid,
            sid: self.policy.names.generate(&mut rand::rng(), &mobile),
            code: chosen
                .unwrap_or_else(|| SmsCode::generate(&mut rand::rng(), service.code_length)),
            send: attempt_sid(id),
        };
        // What costs nothing is not taken from the budget.
        let unlimited = Quotas::default();
        let request_to_store = VerificationRequest {
            mobile: &mobile,
            start: &start,
            rules,
            buckets,
            budget: match is_test {
                false => &self.shared.policy.limits.global,
                true => &unlimited,
            },
        };
        let admission = self.store.admit_verification(&request_to_store).await?;
        let (started, budget_slot, bucket_slots) = match admission {
            VerificationAdmission::Admitted {
                started,
                budget_slot,
                bucket_slots,
            } => (started, budget_slot, bucket_slots),
            VerificationAdmission::Refused(refusal) => {
                return Ok(Err(StartedVerification::Refused(refusal)));
            }
            VerificationAdmission::BucketFull { retry_after } => {
                return Ok(Err(StartedVerification::BucketFull { retry_after }));
            }
            VerificationAdmission::BudgetSpent { retry_after } => {
                return Ok(Err(StartedVerification::BudgetSpent { retry_after }));
            }
        };
        let logs = buckets
            .iter()
            .map(|bucket| self.store.bucket_log(bucket.sid, bucket.value));
        let left = started.slot.until(started.verification.expires_at);
        Ok(Ok(Held {
            message: Message {
                id,
                to: mobile,
                code: started.code.clone(),
                minutes: u32::try_from(left.as_secs() / 60)
                    .unwrap_or(u32::MAX)
                    .max(1),
                locale: request.locale.unwrap_or_else(|| self.locale(service)),
            },
            attempt: start.send,
            service: service.sid,
            budget_slot,
            buckets: logs.zip(bucket_slots).collect(),
            started,
        }))
    }
}

/// What time it is for settings, which no limit depends on.
pub(super) fn now() -> Timestamp {
    Clock::system().now()
}
