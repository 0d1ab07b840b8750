mod aliyun;
mod breaker;
mod ccp;
mod extent;
mod reach;
mod routing;
mod secrets;
mod templates;
mod tencent;
mod texts;
mod twilio;
mod webhook;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::ReportFormat;

use super::word::word;
use super::{ConfigError, List};
use aliyun::AliyunSettings;
use breaker::BreakerSettings;
use ccp::CcpSettings;
pub(super) use extent::Extent;
use routing::{AfterUnknown, RouteSettings};
pub(super) use secrets::{SECRETS as SENDER_SECRETS, SecretField};
use tencent::TencentSettings;
use texts::Texts;
use twilio::TwilioSettings;
use webhook::WebhookSettings;

/// `gateway.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySettings {
    /// Names of senders, tried in this order for numbers of regions without a route.
    pub order: List<String>,
    /// The same for numbers of a region.
    #[serde(default)]
    pub routes: RouteSettings,
    /// How messages are shared out among senders.
    #[serde(default)]
    pub weights: BTreeMap<String, u32>,
    /// What comes after a sender that may have taken a message.
    #[serde(deserialize_with = "word")]
    pub on_unknown: AfterUnknown,
    /// When a sender is passed over.
    pub breaker: BreakerSettings,
    /// Milliseconds that one attempt at a provider may take.
    pub timeout_ms: u64,
    /// Milliseconds that the whole send may take.
    pub deadline_ms: u64,
    /// Sends that may be under way at once.
    pub max_in_flight: usize,
    /// The senders by name.
    pub senders: BTreeMap<String, SenderSettings>,
}

/// `gateway.senders.NAME.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum SenderSettings {
    /// Prints the code instead of sending it.
    Mock {},
    /// Sends by Yuntongxun's CCP.
    Ccp(CcpSettings),
    /// Sends by Aliyun.
    Aliyun(AliyunSettings),
    /// Sends by Tencent Cloud.
    Tencent(TencentSettings),
    /// Sends by Twilio.
    Twilio(TwilioSettings),
    /// Posts to a receiver of the operator's own.
    Webhook(WebhookSettings),
}

impl SenderSettings {
    /// How the provider tells what became of messages; `None` if it tells nothing.
    #[must_use]
    pub fn report_format(&self) -> Option<ReportFormat> {
        match self {
            Self::Mock {} | Self::Webhook(_) => None,
            Self::Ccp(_) => Some(ReportFormat::Ccp),
            Self::Aliyun(_) => Some(ReportFormat::Aliyun),
            Self::Tencent(_) => Some(ReportFormat::Tencent),
            Self::Twilio(_) => Some(ReportFormat::Twilio),
        }
    }

    /// Whether it is a sender by Twilio with the token that Twilio signs with.
    pub(super) fn has_auth_token(&self) -> bool {
        matches!(self, Self::Twilio(twilio) if twilio.auth_token.is_some())
    }

    fn secrets(&mut self) -> Vec<SecretField<'_>> {
        match self {
            Self::Mock {} => Vec::new(),
            Self::Ccp(ccp) => ccp.secrets(),
            Self::Aliyun(aliyun) => aliyun.secrets(),
            Self::Tencent(tencent) => tencent.secrets(),
            Self::Twilio(twilio) => twilio.secrets(),
            Self::Webhook(webhook) => webhook.secrets(),
        }
    }

    /// The texts of the sender under `key`, if it has any of ours.
    fn texts(&self, key: &str) -> Result<Option<Texts>, ConfigError> {
        match self {
            Self::Mock {} | Self::Ccp(_) | Self::Aliyun(_) | Self::Tencent(_) => Ok(None),
            Self::Twilio(twilio) => twilio.texts(key).map(Some),
            Self::Webhook(webhook) => webhook.texts(key).map(Some),
        }
    }

    /// Whether the keys of the sender under `key` go together, also if it is never used.
    fn check(&self, key: &str, extent: &Extent) -> Result<(), ConfigError> {
        match self {
            Self::Mock {} => {}
            Self::Ccp(ccp) => ccp.check(key)?,
            Self::Aliyun(aliyun) => aliyun.check(key)?,
            Self::Tencent(tencent) => tencent.check(key)?,
            Self::Twilio(twilio) => twilio.check(key)?,
            Self::Webhook(webhook) => webhook.check(key)?,
        }
        match self.texts(key)? {
            Some(texts) => texts::check(key, &texts, extent),
            None => Ok(()),
        }
    }
}

impl GatewaySettings {
    /// How long the whole send may take.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }

    /// How long one attempt at a provider may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        self.senders.iter_mut().try_for_each(|(name, sender)| {
            let key = format!("gateway.senders.{name}");
            let mut secrets = sender.secrets().into_iter();
            secrets.try_for_each(|mut secret| secret.resolve(&key))
        })
    }

    /// What an operator should know of the senders before they are used.
    pub(super) fn warnings(&self, extent: &Extent) -> Vec<String> {
        let warnings = self.senders.iter().flat_map(|(name, sender)| {
            let key = format!("gateway.senders.{name}");
            let texts = sender.texts(&key).ok().flatten();
            texts.map_or_else(Vec::new, |texts| texts::warnings(&key, &texts, extent))
        });
        warnings
            .chain(reach::warnings(self, &extent.countries))
            .collect()
    }

    pub(super) fn check(&self, extent: &Extent) -> Result<(), ConfigError> {
        for (name, sender) in &self.senders {
            sender.check(&format!("gateway.senders.{name}"), extent)?;
        }
        if !(1..=60_000).contains(&self.timeout_ms) {
            return Err(ConfigError::key(
                "gateway.timeout_ms",
                "1 to 60000 are allowed",
            ));
        }
        if !(self.timeout_ms..=120_000).contains(&self.deadline_ms) {
            let problem = "gateway.timeout_ms to 120000 are allowed";
            return Err(ConfigError::key("gateway.deadline_ms", problem));
        }
        if !(1..=100_000).contains(&self.max_in_flight) {
            let problem = "1 to 100000 are allowed";
            return Err(ConfigError::key("gateway.max_in_flight", problem));
        }
        self.breaker.check()?;
        self.routes().map(drop)
    }
}
