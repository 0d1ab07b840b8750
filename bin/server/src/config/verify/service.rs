use serde::{Deserialize, Serialize};
use sms_core::{CodeLength, Countries, Locale, Quota, ServiceSid};

use super::super::{ConfigError, List, Optional};

/// Characters that a name may have.
const LONGEST_NAME: usize = 30;

/// `verify.services.NAME.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyServiceSettings {
    /// How callers name it.
    #[serde(default)]
    pub sid: Optional<ServiceSid>,
    /// How people name it.
    #[serde(default)]
    pub friendly_name: String,
    /// Digits of a code.
    #[serde(default = "six")]
    pub code_length: u8,
    /// Seconds that a verification lives.
    #[serde(default = "ten_minutes")]
    pub ttl_s: u64,
    /// Wrong codes for one verification.
    #[serde(default = "five")]
    pub max_checks: u8,
    /// Messages of one verification.
    #[serde(default = "five")]
    pub max_sends: u8,
    /// Whether callers may bring codes of their own.
    #[serde(default)]
    pub custom_code_enabled: bool,
    /// Messages to one number, in the place of `limits.per_mobile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_mobile: Option<List<Quota>>,
    /// Regions that may be sent to, in the place of `limits.countries`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<List<String>>,
    /// Names of senders, tried in this order; those of the gateway's routes if there are none.
    #[serde(default)]
    pub senders: List<String>,
    /// Language of messages, in the place of `locale.messages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

fn six() -> u8 {
    6
}

fn ten_minutes() -> u64 {
    600
}

fn five() -> u8 {
    5
}

impl VerifyServiceSettings {
    /// How callers name it; `key` is where it is configured.
    pub(super) fn sid(&self, key: &str) -> Result<ServiceSid, ConfigError> {
        let Optional(sid) = self.sid;
        sid.ok_or_else(|| ConfigError::key(format!("{key}.sid"), "missing"))
    }

    /// Digits of a code.
    pub(super) fn code_length(&self, key: &str) -> Result<CodeLength, ConfigError> {
        CodeLength::new(self.code_length)
            .map_err(|error| ConfigError::key(format!("{key}.code_length"), error))
    }

    /// Regions that may be sent to; `None` if they are those of `limits.countries`.
    pub(super) fn countries(&self, key: &str) -> Result<Option<Countries>, ConfigError> {
        let wrong = |problem: String| ConfigError::key(format!("{key}.countries"), problem);
        match &self.countries {
            Some(countries) if countries.is_empty() => Err(wrong(
                "at least one region is needed; [\"*\"] is all".to_owned(),
            )),
            Some(countries) => Countries::parse(countries)
                .map(Some)
                .map_err(|error| wrong(error.to_string())),
            None => Ok(None),
        }
    }

    /// Language of messages; `None` if it is that of `locale.messages`.
    pub(super) fn locale(&self, key: &str) -> Result<Option<Locale>, ConfigError> {
        let locale = self.language.as_ref().map(|tag| tag.parse());
        locale
            .transpose()
            .map_err(|error| ConfigError::key(format!("{key}.language"), error))
    }

    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        self.sid(key)?;
        self.code_length(key)?;
        self.countries(key)?;
        self.locale(key)?;
        let name = &self.friendly_name;
        let rows = [
            (
                (1..=LONGEST_NAME).contains(&name.chars().count())
                    && !name.chars().any(char::is_control),
                "friendly_name",
                "1 to 30 characters are wanted",
            ),
            (
                (1..=86_400).contains(&self.ttl_s),
                "ttl_s",
                "1 to 86400 seconds are allowed",
            ),
            (
                (1..=100).contains(&self.max_checks),
                "max_checks",
                "1 to 100 are allowed",
            ),
            (
                (1..=100).contains(&self.max_sends),
                "max_sends",
                "1 to 100 are allowed",
            ),
        ];
        match rows.iter().find(|(holds, ..)| !holds) {
            Some((_, name, problem)) => Err(ConfigError::key(format!("{key}.{name}"), problem)),
            None => Ok(()),
        }
    }
}
