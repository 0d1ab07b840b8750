use std::time::Duration;

use async_trait::async_trait;
use sms_core::{
    AddressBlock, CheckOutcome, CheckRules, Delivery, DeliveryState, Fate, ImageCode, ImageId,
    Issue, Mobile, Quotas, Region, Reported, Settlement, SmsCode, Timestamp,
};

use crate::in_steps::{admit_picture_in_steps, admit_send_in_steps};
use crate::{DeliveryName, Log, StoreError};

/// How long a report is kept about a message that is not known to be sent: ample for an answer of a
/// provider that its report overtook, and short, so that reports about nothing fill no store.
pub(crate) const EARLY_TTL: Duration = Duration::from_secs(600);

/// The steps of phone verification, each of them atomic.
///
/// Every step touches the keys of one picture, one number, one address or the budget, so that a
/// Redis Cluster can do it on one slot. [`CodeStore::admit_picture`] and
/// [`CodeStore::admit_send`] are several steps in a row; they are given here in terms of the
/// others, and a store that can do all of them in one round trip does so with the same outcome.
///
/// Whatever the caller acts on is a value; an `Err` means that the store failed and that it is
/// not known whether the step was done. [`StoreError::Full`] alone says that it was not.
#[async_trait]
pub trait CodeStore: Send + Sync {
    /// Takes a slot of every one of `quotas` in `log`, or of none.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError>;

    /// Gives back a slot that [`CodeStore::take_slot`] took.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError>;

    /// Keeps the text of a picture for `ttl`, in place of any older one.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError>;

    /// Reads and removes the text of a picture and compares it, ASCII case ignored: of any number
    /// of calls at the same moment one at most gets to compare.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError>;

    /// [`sms_core::NumberRecord::issue`]: takes a slot of every one of `quotas` and keeps `code`
    /// for `ttl`, or does neither.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn issue(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        ttl: Duration,
        quotas: &Quotas,
    ) -> Result<Issue, StoreError>;

    /// [`sms_core::NumberRecord::settle`]: removes `code`, if it is still that one, and perhaps
    /// gives back its slot.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError>;

    /// [`sms_core::NumberRecord::note_sender`]: notes that `sender` took the message with `code`,
    /// if the code of the number is still that one.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError>;

    /// [`sms_core::NumberRecord::check`]: counts the attempt, compares, and removes the code with
    /// the first right and the last wrong one.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError>;

    /// [`sms_core::Delivery::dispatched`]: notes that a sender accepted a message, and keeps what
    /// is known of it for `accepted.ttl` from now on. `Some` if its final word was there already.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn note_dispatch(
        &self,
        name: DeliveryName<'_>,
        accepted: &Accepted<'_>,
    ) -> Result<Option<Fate>, StoreError>;

    /// [`sms_core::Delivery::reported`]: takes the provider's word on where a message is. About one
    /// that is not known to be sent it is kept for ten minutes.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn take_report(
        &self,
        name: DeliveryName<'_>,
        report: Report,
    ) -> Result<Reported, StoreError>;

    /// What is known of a message after it was handed over; nothing, if the store never heard of it
    /// or heard of it too long ago.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn delivery(&self, name: DeliveryName<'_>) -> Result<Delivery, StoreError>;

    /// Asks whether the store takes steps now.
    ///
    /// # Errors
    ///
    /// It does not.
    async fn ping(&self) -> Result<(), StoreError>;

    /// The connections to whatever keeps the state; `None` if that is this process.
    fn connections(&self) -> Option<Connections> {
        None
    }

    /// Keeps the text of a picture, if its address may have one.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn admit_picture(
        &self,
        request: &PictureRequest<'_>,
    ) -> Result<PictureAdmission, StoreError> {
        admit_picture_in_steps(self, request).await
    }

    /// Everything that must hold before a message goes out, in this order: the address has a
    /// slot, the picture's answer is right, the budget and the number have a slot; then the code
    /// is kept.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn admit_send(&self, request: &SendRequest<'_>) -> Result<SendAdmission, StoreError> {
        admit_send_in_steps(self, request).await
    }
}

/// How a store is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Connections that are up.
    pub open: usize,
    /// As many as there may be.
    pub most: usize,
}

/// What came of taking a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// It is taken; the moment is what gives it back.
    Taken(Timestamp),
    /// A quota is used up; nothing has changed.
    Refused {
        /// How long until the quotas have a slot again.
        retry_after: Duration,
    },
}

/// What came of an answer to a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumed {
    /// It was right.
    Matched,
    /// It was wrong.
    Mismatch,
    /// There was no such picture, or no more.
    Missing,
}

/// What came of checking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The verdict.
    pub outcome: CheckOutcome,
    /// The sender that [`CodeStore::note_sender`] named for a code that was right; `None` if
    /// it named none, and for any other verdict.
    pub sender: Option<String>,
}

impl From<CheckOutcome> for Checked {
    /// A verdict without a sender.
    fn from(outcome: CheckOutcome) -> Self {
        Self {
            outcome,
            sender: None,
        }
    }
}

/// A message that a sender accepted.
#[derive(Debug, Clone, Copy)]
pub struct Accepted<'a> {
    /// The region of its number.
    pub region: Region,
    /// Our own name of it, without spaces.
    pub message_id: &'a str,
    /// How long it is remembered.
    pub ttl: Duration,
}

/// A provider's word on where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Where it is.
    pub state: DeliveryState,
    /// Since when, by the clock of the provider, if it says.
    pub at: Option<Timestamp>,
}

/// A picture that wants to be kept.
#[derive(Debug)]
pub struct PictureRequest<'a> {
    /// Who asks.
    pub address: AddressBlock,
    /// How many pictures an address may have.
    pub address_quotas: &'a Quotas,
    /// The name of the picture.
    pub image: &'a ImageId,
    /// Its text.
    pub text: &'a ImageCode,
    /// How long the text is kept.
    pub ttl: Duration,
}

/// What came of [`CodeStore::admit_picture`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureAdmission {
    /// The text is kept.
    Kept,
    /// The address had too many; nothing is kept.
    AddressTooOften {
        /// How long until it may have another.
        retry_after: Duration,
    },
}

/// A message that wants to be sent.
#[derive(Debug)]
pub struct SendRequest<'a> {
    /// Who asks.
    pub address: AddressBlock,
    /// How often an address may ask.
    pub address_quotas: &'a Quotas,
    /// The picture that pays for the message; `None` if what was given names no picture.
    pub image: Option<&'a ImageId>,
    /// What the picture is said to show.
    pub answer: &'a str,
    /// How much the whole service may send.
    pub budget: &'a Quotas,
    /// Where the message goes.
    pub mobile: &'a Mobile,
    /// How often a number may be sent to.
    pub mobile_quotas: &'a Quotas,
    /// The code of the message.
    pub code: &'a SmsCode,
    /// How long the code is good.
    pub ttl: Duration,
}

/// What came of [`CodeStore::admit_send`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendAdmission {
    /// The code is kept and the slots are taken: send.
    Admitted(Reservation),
    /// The address asked too often; the picture is untouched.
    AddressTooOften {
        /// How long until it may ask again.
        retry_after: Duration,
    },
    /// There was no such picture, or no more.
    ImageMissing,
    /// The answer was wrong; the picture is gone.
    ImageMismatch,
    /// The budget of the service is spent; the picture is gone.
    BudgetSpent {
        /// How long until there is some again.
        retry_after: Duration,
    },
    /// The number was sent to too often; the picture is gone.
    MobileTooOften {
        /// How long until it may be sent to again.
        retry_after: Duration,
    },
}

/// What an admitted message holds until it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    /// Its slot among the sends to its number.
    pub slot: Timestamp,
    /// Its slot in the budget.
    pub budget_slot: Timestamp,
    /// How long until the number may be sent to again.
    pub next_slot_in: Duration,
}
