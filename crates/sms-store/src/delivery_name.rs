use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// The name of a message that was handed over: who took it, and what he calls it.
///
/// Both are short texts without spaces; whoever reads the provider's id from outside sees to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryName<'a> {
    /// The sender's name in the configuration.
    pub sender: &'a str,
    /// The provider's own id of the message.
    pub provider_id: &'a str,
}

impl Display for DeliveryName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sender, self.provider_id)
    }
}

/// The same in the memory store, in one piece.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct KeptName(Box<str>);

impl From<DeliveryName<'_>> for KeptName {
    fn from(name: DeliveryName<'_>) -> Self {
        Self(name.to_string().into())
    }
}
