//! Who may tell us what became of messages.

use std::collections::BTreeMap;
use std::net::IpAddr;

use sms_gateway::ReportFormat;
use subtle::ConstantTimeEq;

use crate::config::{ReceiverSettings, Settings};

/// The senders whose providers tell.
pub(crate) struct Receivers(BTreeMap<String, Receiver>);

/// What is known of one of them.
pub(crate) struct Receiver {
    /// The sender's name.
    pub(crate) sender: String,
    /// How its provider writes.
    pub(crate) format: ReportFormat,
    settings: ReceiverSettings,
}

/// Why a request is none of a provider's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forged {
    /// No sender of that name is told of.
    Sender,
    /// The token is another.
    Token,
    /// It comes from an address that is not the provider's.
    Address,
}

impl Forged {
    pub(crate) const ALL: [Self; 3] = [Self::Sender, Self::Token, Self::Address];

    /// A stable name for metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Token => "token",
            Self::Address => "address",
        }
    }
}

impl Receivers {
    pub(crate) fn new(settings: &Settings) -> Self {
        let receivers = settings.receipts.senders.iter();
        let receiver = |(name, settings_of): (&String, &ReceiverSettings)| {
            let sender = settings.gateway.senders.get(name)?;
            let receiver = Receiver {
                sender: name.clone(),
                format: sender.report_format()?,
                settings: settings_of.clone(),
            };
            Some((name.clone(), receiver))
        };
        Self(receivers.filter_map(receiver).collect())
    }

    /// The receiver that a request is for.
    ///
    /// # Errors
    ///
    /// The request does not come from the provider, for all that is known.
    pub(crate) fn find(
        &self,
        sender: &str,
        token: &str,
        address: IpAddr,
    ) -> Result<&Receiver, Forged> {
        let receiver = self.0.get(sender).ok_or(Forged::Sender)?;
        let right = receiver.settings.token.as_ref().ok_or(Forged::Token)?;
        if !bool::from(right.expose().as_bytes().ct_eq(token.as_bytes())) {
            return Err(Forged::Token);
        }
        if !receiver.settings.allows(address) {
            return Err(Forged::Address);
        }
        Ok(receiver)
    }
}
