use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sms_core::{AddressBlock, ImageId, Message as Text, Mobile, Quotas, Settlement, SmsCode};
use sms_gateway::{ErrorClass, Message, MessageId, SendError};
use sms_store::{Reservation, SendAdmission, SendRequest, StoreError};

use crate::abandoned::carry_through;
use crate::send_record::SendRecord;
use crate::service::Shared;
use crate::{ServiceError, VerificationService};

/// A request for a code, as it came in.
#[derive(Debug, Clone)]
pub struct SendCode {
    /// The number, not parsed yet.
    pub mobile: String,
    /// What the picture is said to show.
    pub image_code: Option<String>,
    /// The name of the picture.
    pub image_code_id: Option<String>,
    /// Who asks.
    pub address: AddressBlock,
    /// The caller's own name of the request, which logs and observers are told.
    pub trace: Option<Arc<str>>,
}

/// What came of asking for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentCode {
    /// The picture code or its name is missing or empty.
    MissingParameter,
    /// Not a mobile number, or not one that may be sent to.
    BadMobile,
    /// This address asked too often.
    AddressTooOften {
        /// How long until it may ask again.
        retry_after: Duration,
    },
    /// There is no such picture, or no more.
    ImageMissing,
    /// The answer to the picture was wrong.
    ImageMismatch,
    /// This number was sent to too recently or too often.
    MobileTooOften {
        /// How long until it may be sent to again.
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
    /// As many sends are under way as may be; nothing was done, and the picture is untouched.
    Overloaded,
    /// No sender took the message.
    SendFailed {
        /// The sender that may have taken it, else the one that was tried last.
        sender: Arc<str>,
        /// What its failure means.
        class: ErrorClass,
    },
    /// The number is a test number: its code is kept, and nobody was given a message.
    KeptForTest,
    /// A sender accepted the message.
    Sent {
        /// The one that did.
        sender: Arc<str>,
        /// How long until the number may be sent to again.
        next_slot_in: Duration,
    },
}

impl SentCode {
    /// How people are told.
    #[must_use]
    pub fn message(&self) -> Text {
        match self {
            Self::MissingParameter => Text::MissingParameter,
            Self::BadMobile => Text::BadMobile,
            Self::AddressTooOften { .. } => Text::AddressTooOften,
            Self::ImageMissing => Text::ImageMissing,
            Self::ImageMismatch => Text::ImageMismatch,
            Self::MobileTooOften { .. } | Self::LimitedByProvider { .. } => Text::MobileTooOften,
            Self::BudgetSpent { .. } => Text::BudgetSpent,
            Self::Overloaded => Text::Overloaded,
            Self::SendFailed { class, .. } => match class {
                ErrorClass::Blocked => Text::RecipientRefused,
                _ => Text::SendFailed,
            },
            Self::KeptForTest | Self::Sent { .. } => Text::Sent,
        }
    }

    /// How long to wait before asking again, if that is what it takes.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::AddressTooOften { retry_after }
            | Self::MobileTooOften { retry_after }
            | Self::BudgetSpent { retry_after }
            | Self::LimitedByProvider { retry_after, .. } => Some(*retry_after),
            Self::MissingParameter
            | Self::BadMobile
            | Self::ImageMissing
            | Self::ImageMismatch
            | Self::Overloaded
            | Self::SendFailed { .. }
            | Self::KeptForTest
            | Self::Sent { .. } => None,
        }
    }
}

impl VerificationService {
    /// Sends a code to a number, if the request's picture, address and number allow it.
    ///
    /// Once begun it is carried through, whether or not the caller waits for it: a client that
    /// goes away must not leave a code behind whose message was never sent.
    ///
    /// # Errors
    ///
    /// The store failed before the message was sent.
    pub async fn send_code(&self, request: SendCode) -> Result<SentCode, ServiceError> {
        let mut record = SendRecord::begin(&request);
        let shared = Arc::clone(&self.shared);
        let order = match Order::read(request, &shared) {
            Ok(order) => order,
            Err(refused) => {
                record.close(&*shared.observer, Ok(&refused));
                return Ok(refused);
            }
        };
        record.is_about(order.mobile, order.test_code.is_some());
        let Ok(permit) = Arc::clone(&shared.sending).try_acquire_owned() else {
            record.close(&*shared.observer, Ok(&SentCode::Overloaded));
            return Ok(SentCode::Overloaded);
        };
        let work = async move {
            // Kept until the send is settled, even if nobody waits for it any more.
            let _permit = permit;
            let _under_way = shared.under_way.token();
            let unsettled = Unsettled(&shared);
            let outcome = order.carry_out(&shared, &mut record).await;
            unsettled.settled();
            record.close(&*shared.observer, outcome.as_ref());
            outcome
        };
        Ok(carry_through(work, &self.shared.abandoned).await?)
    }
}

/// A send that counts as cut off if it is dropped before it is settled.
pub(crate) struct Unsettled<'a>(pub(crate) &'a Shared);

impl Unsettled<'_> {
    pub(crate) fn settled(self) {
        std::mem::forget(self);
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        self.0.cut_off.fetch_add(1, Ordering::AcqRel);
    }
}

/// A request that was understood.
struct Order {
    mobile: Mobile,
    image_code: String,
    image: Option<ImageId>,
    address: AddressBlock,
    /// The code that it gets, if the number is a test number.
    test_code: Option<SmsCode>,
}

impl Order {
    /// Understands a request, or says what it lacks.
    fn read(request: SendCode, shared: &Shared) -> Result<Self, SentCode> {
        let (Some(image_code), Some(image_code_id)) = (
            request.image_code.filter(|code| !code.is_empty()),
            request.image_code_id.filter(|id| !id.is_empty()),
        ) else {
            return Err(SentCode::MissingParameter);
        };
        let countries = &shared.policy.limits.countries;
        let Ok(mobile) = Mobile::parse_in(countries, &request.mobile) else {
            return Err(SentCode::BadMobile);
        };
        Ok(Self {
            test_code: shared.test_code(&mobile),
            mobile,
            image_code,
            image: ImageId::parse(&image_code_id),
            address: request.address,
        })
    }

    async fn carry_out(
        self,
        shared: &Arc<Shared>,
        record: &mut SendRecord,
    ) -> Result<SentCode, StoreError> {
        let policy = &shared.policy;
        let message = Message {
            id: MessageId::generate(&mut rand::rng()),
            to: self.mobile,
            code: (self.test_code.clone())
                .unwrap_or_else(|| SmsCode::generate(&mut rand::rng(), policy.code.length)),
            minutes: policy.code.minutes(),
            locale: policy.locale,
        };
        // What costs nothing is not taken from the budget.
        let unlimited = Quotas::default();
        let budget = match self.test_code {
            None => &policy.limits.global,
            Some(_) => &unlimited,
        };
        let request = SendRequest {
            address: self.address,
            address_quotas: &policy.limits.per_ip,
            image: self.image.as_ref(),
            answer: &self.image_code,
            budget,
            mobile: &self.mobile,
            mobile_quotas: policy.limits.of_number(self.test_code.is_some()),
            code: &message.code,
            ttl: policy.code.ttl,
        };
        Ok(match shared.store.admit_send(&request).await? {
            SendAdmission::Admitted(_) if self.test_code.is_some() => SentCode::KeptForTest,
            SendAdmission::Admitted(reservation) => {
                record.handed_over(message.id);
                shared.send(&message, reservation, record).await
            }
            SendAdmission::AddressTooOften { retry_after } => {
                SentCode::AddressTooOften { retry_after }
            }
            SendAdmission::ImageMissing => SentCode::ImageMissing,
            SendAdmission::ImageMismatch => SentCode::ImageMismatch,
            SendAdmission::BudgetSpent { retry_after } => SentCode::BudgetSpent { retry_after },
            SendAdmission::MobileTooOften { retry_after } => {
                SentCode::MobileTooOften { retry_after }
            }
        })
    }
}

impl Shared {
    /// Sends an admitted message and settles what it held.
    async fn send(
        self: &Arc<Self>,
        message: &Message,
        reservation: Reservation,
        record: &mut SendRecord,
    ) -> SentCode {
        let admitted_at = Instant::now();
        let sent = self.sender.send(message).await;
        if let Ok(receipt) = &sent {
            record.accepted(receipt);
            self.note_dispatch(message, receipt, message.id.as_str());
        }
        match sent {
            // Only while the code is in the store may anybody be told that it was sent.
            Ok(receipt) if admitted_at.elapsed() < self.policy.code.ttl => {
                log::debug!(
                    request_id = record.trace(), sender = &*receipt.sender,
                    message_id = message.id.as_str(),
                    provider_id = receipt.provider_id.as_deref().unwrap_or_default();
                    "message accepted"
                );
                self.note_sender(message, &receipt.sender).await;
                SentCode::Sent {
                    sender: receipt.sender,
                    next_slot_in: reservation.next_slot_in,
                }
            }
            // It arrives too late to be of use.
            Ok(receipt) => SentCode::SendFailed {
                sender: receipt.sender,
                class: ErrorClass::Unknown,
            },
            Err(error) => {
                tell_of_failure(record.trace(), message, &error);
                self.settle_failed(message, reservation, &error).await
            }
        }
    }

    async fn settle_failed(
        self: &Arc<Self>,
        message: &Message,
        reservation: Reservation,
        error: &SendError,
    ) -> SentCode {
        let failed = SentCode::SendFailed {
            sender: error.sender().into(),
            class: error.class(),
        };
        match error.class() {
            // It may still arrive: the code stays good and the slot stays taken.
            ErrorClass::Unknown => {
                self.note_sender(message, error.sender()).await;
                failed
            }
            ErrorClass::RateNumber => {
                self.take_back(message, reservation, Settlement::KeepSlot)
                    .await;
                SentCode::LimitedByProvider {
                    sender: error.sender().into(),
                    retry_after: after_provider_limit(reservation.next_slot_in),
                }
            }
            ErrorClass::Auth
            | ErrorClass::Config
            | ErrorClass::Argument
            | ErrorClass::Blocked
            | ErrorClass::RateAccount
            | ErrorClass::Temporary => {
                let settlement = Settlement::GiveBack(reservation.slot);
                self.take_back(message, reservation, settlement).await;
                failed
            }
        }
    }
}

/// Tells the log why a message was not accepted.
pub(crate) fn tell_of_failure(trace: &str, message: &Message, error: &SendError) {
    log::warn!(
        request_id = trace, sender = error.sender(),
        message_id = message.id.as_str(), class = error.class().name(),
        provider_code = error.provider_code().unwrap_or_default();
        "message not accepted: {}", Chain(error)
    );
}

/// How long to ask for patience when the provider limits a number. It doesn't say when it will
/// take another message, so that is our own quota's guess, or a minute.
pub(crate) fn after_provider_limit(next_slot_in: Duration) -> Duration {
    match next_slot_in {
        Duration::ZERO => Duration::from_secs(60),
        next_slot_in => next_slot_in,
    }
}

/// An error with its causes on one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
