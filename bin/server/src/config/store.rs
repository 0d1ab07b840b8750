use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_store::KeyPrefix;

use super::at_rest::CodeAtRest;
use super::word::word;
use super::{ConfigError, List, Secret, SecretUrl};

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
    /// Where Sentinels or nodes of a Cluster are.
    pub urls: List<SecretUrl>,
    /// A file that says where they are; wins over `urls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urls_file: Option<PathBuf>,
    /// The name by which Sentinels know the primary.
    pub sentinel_master: String,
    /// A file with the certificates of those who may sign the servers' certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_ca: Option<PathBuf>,
    /// A file with the certificate that is shown to the servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// A file with the key of that certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Connections to Redis; 0 is one for each worker, and two.
    pub pool_size: usize,
    /// Milliseconds that a step may take.
    pub timeout_ms: u64,
    /// Put before every key.
    pub key_prefix: String,
    /// How codes are kept.
    #[serde(deserialize_with = "word")]
    pub code_at_rest: CodeAtRest,
    /// What codes are digested under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_key: Option<Secret>,
    /// A file with that key; wins over `hmac_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_key_file: Option<PathBuf>,
    /// The key before that, whose codes are still good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_key_previous: Option<Secret>,
    /// A file with the key before; wins over `hmac_key_previous`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_key_previous_file: Option<PathBuf>,
    /// Whether the names of keys have digests in the place of numbers.
    pub hide_numbers: bool,
    /// What numbers are digested under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_key: Option<Secret>,
    /// A file with that key; wins over `number_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_key_file: Option<PathBuf>,
    /// Entries in each table of the memory store, at most.
    pub max_entries: usize,
    /// Where the memory store survives a restart; empty for nowhere.
    pub snapshot: PathBuf,
    /// Seconds from one snapshot to the next.
    pub snapshot_interval_s: u64,
}

/// Which store keeps the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Inside this process.
    Memory,
    /// A Redis server.
    Redis,
    /// A primary that Sentinels watch.
    Sentinel,
    /// A Redis Cluster.
    Cluster,
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

    /// Where the memory store survives a restart, if it does.
    #[must_use]
    pub fn snapshot_path(&self) -> Option<&Path> {
        Some(self.snapshot.as_path()).filter(|path| !path.as_os_str().is_empty())
    }

    /// The time from one snapshot to the next.
    #[must_use]
    pub fn snapshot_interval(&self) -> Duration {
        Duration::from_secs(self.snapshot_interval_s)
    }

    /// A key that is given and switches nothing on: a sign that something was forgotten.
    #[must_use]
    pub fn idle_key(&self) -> Option<&'static str> {
        if self.hmac_key.is_some() && self.code_at_rest == CodeAtRest::Plain && !self.hide_numbers {
            return Some("store.hmac_key");
        }
        (self.number_key.is_some() && !self.hide_numbers).then_some("store.number_key")
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        if let Some(path) = &self.url_file {
            self.url = Secret::from_file("store.url_file", path)?.into();
        }
        if let Some(path) = &self.urls_file {
            let Ok(urls) = Secret::from_file("store.urls_file", path)?.expose().parse();
            self.urls = urls;
        }
        self.resolve_key_files()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.prefix()?;
        self.tls()?;
        let has_urls = matches!(self.backend, Backend::Sentinel | Backend::Cluster);
        if self.backend == Backend::Sentinel && self.sentinel_master.is_empty() {
            return Err(ConfigError::key(
                "store.sentinel_master",
                "a name is needed",
            ));
        }
        if has_urls && self.urls.is_empty() {
            return Err(ConfigError::key("store.urls", "at least one is needed"));
        }
        self.at_rest()?;
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
        self.check_memory()
    }

    fn check_memory(&self) -> Result<(), ConfigError> {
        if !(1_000..=100_000_000).contains(&self.max_entries) {
            let problem = "1000 to 100000000 are allowed";
            return Err(ConfigError::key("store.max_entries", problem));
        }
        if !(1..=3600).contains(&self.snapshot_interval_s) {
            let problem = "1 to 3600 are allowed";
            return Err(ConfigError::key("store.snapshot_interval_s", problem));
        }
        if self.snapshot_path().is_some() && self.backend != Backend::Memory {
            let problem = "only the memory store has a snapshot: Redis keeps its own";
            return Err(ConfigError::key("store.snapshot", problem));
        }
        Ok(())
    }
}
