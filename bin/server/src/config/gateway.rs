use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use sms_gateway::{CCP_BASE_URL, CcpConfig};

use super::{ConfigError, List, Secret};

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

/// A sender of kind `ccp`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CcpSettings {
    /// Where CCP is.
    #[serde(default = "ccp_base_url")]
    pub base_url: String,
    /// The account.
    pub account_sid: String,
    /// The secret of the account.
    pub auth_token: Option<Secret>,
    /// A file with the secret of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token_file: Option<PathBuf>,
    /// The application.
    pub app_id: String,
    /// The template, with two variables: the code and its minutes.
    #[serde(default = "test_template", deserialize_with = "digits")]
    pub template_id: String,
}

fn ccp_base_url() -> String {
    CCP_BASE_URL.to_owned()
}

/// The template that CCP gives to everybody for tests.
fn test_template() -> String {
    "1".to_owned()
}

/// Reads digits, which a file may have with or without quotes.
fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected digits")]
    enum Digits {
        Text(String),
        Number(u64),
    }
    Ok(match Digits::deserialize(deserializer)? {
        Digits::Text(text) => text,
        Digits::Number(number) => number.to_string(),
    })
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

    /// The configuration of a CCP sender.
    ///
    /// # Errors
    ///
    /// It has no secret.
    pub fn ccp(&self, name: &str, settings: &CcpSettings) -> Result<CcpConfig, ConfigError> {
        let auth_token = settings.auth_token.as_ref().ok_or_else(|| {
            let key = format!("gateway.senders.{name}.auth_token");
            ConfigError::key(key, "missing; auth_token_file may name a file with it")
        })?;
        Ok(CcpConfig {
            name: name.to_owned(),
            base_url: settings.base_url.clone(),
            account_sid: settings.account_sid.clone(),
            auth_token: auth_token.into(),
            app_id: settings.app_id.clone(),
            template_id: settings.template_id.clone(),
            timeout: Duration::from_millis(self.timeout_ms),
        })
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        for (name, sender) in &mut self.senders {
            if let SenderSettings::Ccp(ccp) = sender
                && let Some(path) = &ccp.auth_token_file
            {
                let key = format!("gateway.senders.{name}.auth_token_file");
                ccp.auth_token = Some(Secret::from_file(&key, path)?);
            }
        }
        Ok(())
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
