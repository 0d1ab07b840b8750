use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_store::KeyPrefix;

use super::word::word;
use super::{ConfigError, Secret, SecretUrl};

/// `store.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// Which store.
    #[serde(deserialize_with = "word")]
    pub backend: Backend,
    /// Where Redis is.
    pub url: SecretUrl,
    /// A file that says where Redis is; wins over `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_file: Option<PathBuf>,
    /// Connections to Redis; 0 is one for each worker, and two.
    pub pool_size: usize,
    /// Milliseconds that a step may take.
    pub timeout_ms: u64,
    /// Put before every key.
    pub key_prefix: String,
    /// How codes are kept.
    #[serde(deserialize_with = "word")]
    pub code_at_rest: CodeAtRest,
}

/// Which store keeps the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Inside this process.
    Memory,
    /// A Redis server.
    Redis,
}

/// How codes are kept in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeAtRest {
    /// As they are.
    Plain,
}

impl StoreSettings {
    /// How many connections to keep for `workers` threads. The two more are those of the main
    /// thread and of the operator's listener.
    #[must_use]
    pub fn connections(&self, workers: usize) -> usize {
        match self.pool_size {
            0 => workers + 2,
            size => size,
        }
    }

    /// How long a step may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// What is put before every key.
    ///
    /// # Errors
    ///
    /// It has a character that it must not have.
    pub fn prefix(&self) -> Result<KeyPrefix, ConfigError> {
        KeyPrefix::new(self.key_prefix.as_str())
            .map_err(|error| ConfigError::key("store.key_prefix", error))
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        if let Some(path) = &self.url_file {
            self.url = Secret::from_file("store.url_file", path)?.into();
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.prefix()?;
        if !(1..=60_000).contains(&self.timeout_ms) {
            return Err(ConfigError::key(
                "store.timeout_ms",
                "1 to 60000 are allowed",
            ));
        }
        if self.pool_size > 10_000 {
            return Err(ConfigError::key(
                "store.pool_size",
                "at most 10000 are allowed",
            ));
        }
        Ok(())
    }
}
