//! Who may tell us what became of messages.

use std::collections::BTreeMap;
use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use sms_gateway::{ReportFormat, TwilioPayload, is_signed_by_twilio};
use subtle::ConstantTimeEq;

use crate::config::{ReceiverSettings, SenderSettings, Settings};

/// The senders whose providers tell.
pub(crate) struct Receivers(BTreeMap<String, Receiver>);

/// What is known of one of them.
pub(crate) struct Receiver {
    /// The sender's name.
    pub(crate) sender: String,
    /// How its provider writes.
    pub(crate) format: ReportFormat,
    settings: ReceiverSettings,
    /// What a signature is checked with, where the provider signs.
    twilio: Option<Signed>,
}

/// What Twilio signs with, and over.
struct Signed {
    auth_token: SecretString,
    url: SecretString,
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
    /// It is not signed by the provider.
    Signature,
}

impl Forged {
    pub(crate) const ALL: [Self; 4] = [Self::Sender, Self::Token, Self::Address, Self::Signature];

    /// A stable name for metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Token => "token",
            Self::Address => "address",
            Self::Signature => "signature",
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
                twilio: signed(settings, name),
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

impl Receiver {
    /// Whether the provider made a request with this body; `signature` is its header
    /// `X-Twilio-Signature`.
    ///
    /// # Errors
    ///
    /// The provider signs its requests, and has not signed this one.
    pub(crate) fn check(&self, signature: Option<&str>, body: &[u8]) -> Result<(), Forged> {
        let Some(Signed { auth_token, url }) = &self.twilio else {
            return Ok(());
        };
        let form = TwilioPayload::Form(body);
        let is_signed =
            |signature| is_signed_by_twilio(auth_token, url.expose_secret(), form, signature);
        match signature.is_some_and(is_signed) {
            true => Ok(()),
            false => Err(Forged::Signature),
        }
    }
}

/// How the requests about messages of a sender are signed, if its provider does so.
fn signed(settings: &Settings, sender: &str) -> Option<Signed> {
    let SenderSettings::Twilio(twilio) = settings.gateway.senders.get(sender)? else {
        return None;
    };
    Some(Signed {
        auth_token: twilio.auth_token.as_ref()?.into(),
        url: settings.receipts.callback(sender)?,
    })
}
