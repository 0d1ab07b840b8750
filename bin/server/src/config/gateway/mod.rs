mod breaker;
mod ccp;
mod routing;
mod secrets;
mod templates;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::ReportFormat;

use super::word::word;
use super::{ConfigError, List};
use breaker::BreakerSettings;
use ccp::CcpSettings;
use routing::{AfterUnknown, RouteSettings};
pub(super) use secrets::SECRETS as SENDER_SECRETS;

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
}

impl SenderSettings {
    /// How the provider tells what became of messages; `None` if it tells nothing.
    #[must_use]
    pub fn report_format(&self) -> Option<ReportFormat> {
        match self {
            Self::Mock {} => None,
            Self::Ccp(_) => Some(ReportFormat::Ccp),
        }
    }

    fn resolve_secret_files(&mut self, key: &str) -> Result<(), ConfigError> {
        let mut secrets = match self {
            Self::Mock {} => return Ok(()),
            Self::Ccp(ccp) => ccp.secrets().into_iter(),
        };
        secrets.try_for_each(|secret| secret.resolve(key))
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
            sender.resolve_secret_files(&format!("gateway.senders.{name}"))
        })
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
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
