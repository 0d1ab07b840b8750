mod ccp;
mod secrets;
mod templates;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ConfigError, List};
use ccp::CcpSettings;
pub(super) use secrets::SECRETS as SENDER_SECRETS;

/// `gateway.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySettings {
    /// Names of senders, tried in this order.
    pub order: List<String>,
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

    /// The senders in the order in which they are tried, with their names.
    ///
    /// # Errors
    ///
    /// A name in the order that no sender has, or that is there twice.
    pub fn ordered(&self) -> Result<Vec<(&str, &SenderSettings)>, ConfigError> {
        let problem = |problem: String| Err(ConfigError::key("gateway.order", problem));
        let mut senders = Vec::new();
        for name in self.order.iter() {
            if senders.iter().any(|(other, _)| other == name) {
                return problem(format!("{name:?} is there twice"));
            }
            match self.senders.get(name) {
                Some(sender) => senders.push((name.as_str(), sender)),
                None => {
                    return problem(format!("there is no sender {name:?} under gateway.senders"));
                }
            }
        }
        Ok(senders)
    }

    /// Whether a mock is among the senders that are tried.
    #[must_use]
    pub fn has_mock(&self) -> bool {
        let mut names = self.order.iter();
        names.any(|name| matches!(self.senders.get(name), Some(SenderSettings::Mock {})))
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
        if self.order.is_empty() {
            return Err(ConfigError::key(
                "gateway.order",
                "at least one sender is needed",
            ));
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
        self.ordered().map(drop)
    }
}
