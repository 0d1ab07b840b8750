use std::sync::Arc;

use async_trait::async_trait;
use sms_core::{Mobile, Region};

use crate::{Message, SendError};

/// Something that takes a message and hands it to a phone network: one account at one provider,
/// or several of them behind one front.
///
/// Held as `Arc<dyn SmsSender>`. How to write one is in the crate's documentation.
#[async_trait]
pub trait SmsSender: Send + Sync {
    /// The name by which the operator, logs and metrics know it.
    fn name(&self) -> &str;

    /// The name of the sender that takes most messages to such a number: itself, unless it is a
    /// front for others. It is the same each time for the same number.
    fn usual(&self, _to: &Mobile) -> &str {
        self.name()
    }

    /// Whether it can reach numbers of `region` at all. One that can't is not asked to.
    fn serves(&self, _region: Region) -> bool {
        true
    }

    /// Hands `message` over.
    ///
    /// `Ok` means that the provider accepted it, not that it reached the phone. Dropping the
    /// future leaves open whether it was accepted.
    ///
    /// # Errors
    ///
    /// The class of the error says whether the message may still arrive
    /// ([`ErrorClass::is_definite`](crate::ErrorClass::is_definite)) and whether another sender
    /// may be tried.
    async fn send(&self, message: &Message) -> Result<Receipt, SendError>;
}

/// A message was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The name of the sender that took it: with failover, the one behind the front.
    pub sender: Arc<str>,
    /// The provider's own id of the message, which its delivery reports will carry. `None` if it
    /// gave none, as when a lost answer was asked for again.
    pub provider_id: Option<String>,
}
