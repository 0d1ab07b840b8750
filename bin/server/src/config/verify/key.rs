use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sms_core::{KeySid, ServiceSid};

use super::super::gateway::SecretField;
use super::super::{ConfigError, List, Optional, Secret};

/// `verify.keys.NAME.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyKeySettings {
    /// What the caller shows as its user name.
    #[serde(default)]
    pub sid: Optional<KeySid>,
    /// What it shows as its password.
    pub secret: Option<Secret>,
    /// A file with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// The secret before that, which is still good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_previous: Option<Secret>,
    /// A file with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_previous_file: Option<PathBuf>,
    /// The services that it is for; all if none is named.
    #[serde(default)]
    pub services: List<ServiceSid>,
    /// What it may do; everything if nothing is named.
    #[serde(default)]
    pub allow: List<Right>,
}

/// What a key may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Begin verifications and cancel them.
    Send,
    /// Check codes, and approve without one.
    Check,
    /// Look at everything.
    Read,
    /// Change the safe list, rate limits and buckets.
    Manage,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 4] = [Self::Send, Self::Check, Self::Read, Self::Manage];

    /// Its word in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Check => "check",
            Self::Read => "read",
            Self::Manage => "manage",
        }
    }
}

impl FromStr for Right {
    type Err = UnknownRight;

    /// # Errors
    ///
    /// Any other word than the names of rights.
    fn from_str(word: &str) -> Result<Self, UnknownRight> {
        let right = Self::ALL.into_iter().find(|right| right.name() == word);
        right.ok_or(UnknownRight)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no right. It does not repeat the word, which may be a secret in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only \"send\", \"check\", \"read\" and \"manage\" can be allowed")]
pub struct UnknownRight;

impl VerifyKeySettings {
    pub(super) fn secrets(&mut self) -> [SecretField<'_>; 2] {
        [
            SecretField {
                name: "secret",
                value: &mut self.secret,
                file: &self.secret_file,
            },
            SecretField {
                name: "secret_previous",
                value: &mut self.secret_previous,
                file: &self.secret_previous_file,
            },
        ]
    }

    /// What the caller shows as its user name; `key` is where it is configured.
    pub(super) fn sid(&self, key: &str) -> Result<KeySid, ConfigError> {
        let Optional(sid) = self.sid;
        sid.ok_or_else(|| ConfigError::key(format!("{key}.sid"), "missing"))
    }

    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        self.sid(key)?;
        if self.secret.is_none() {
            let problem = "missing; secret_file may name a file with it";
            return Err(ConfigError::key(format!("{key}.secret"), problem));
        }
        Ok(())
    }
}
