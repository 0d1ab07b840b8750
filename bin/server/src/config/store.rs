use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_store::{ClientCertificate, KeyPrefix, RedisServers, RedisTls};

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

    /// The servers of a backend; `None` for the memory store.
    #[must_use]
    pub fn servers(&self) -> Option<RedisServers> {
        let urls = || self.urls.iter().map(|url| url.expose().to_owned());
        let url = self.url.expose().to_owned();
        Some(match self.backend {
            Backend::Memory => return None,
            Backend::Redis => RedisServers::Single { url },
            Backend::Sentinel => RedisServers::Sentinel {
                sentinels: urls().collect(),
                primary: self.sentinel_master.clone(),
                login: url,
            },
            Backend::Cluster => RedisServers::Cluster {
                nodes: urls().collect(),
            },
        })
    }

    /// The keys that say where the servers are.
    #[must_use]
    pub fn address_keys(&self) -> &'static str {
        match self.backend {
            Backend::Memory | Backend::Redis => "store.url",
            Backend::Sentinel => "store.urls, store.url",
            Backend::Cluster => "store.urls",
        }
    }

    /// The certificates for `rediss://`, if any are named.
    ///
    /// # Errors
    ///
    /// A file can't be read or has nothing of the kind in it.
    pub fn tls(&self) -> Result<Option<RedisTls>, ConfigError> {
        let certificates = "-----BEGIN CERTIFICATE-----";
        let authority = pem("store.tls_ca", self.tls_ca.as_deref(), certificates)?;
        let certificate = pem("store.tls_cert", self.tls_cert.as_deref(), certificates)?;
        let key = pem("store.tls_key", self.tls_key.as_deref(), "PRIVATE KEY-----")?;
        let client = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::key("store.tls_key", "is missing")),
            (None, Some(_)) => return Err(ConfigError::key("store.tls_cert", "is missing")),
        };
        let has_any = authority.is_some() || client.is_some();
        Ok(has_any.then_some(RedisTls { authority, client }))
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        if let Some(path) = &self.url_file {
            self.url = Secret::from_file("store.url_file", path)?.into();
        }
        if let Some(path) = &self.urls_file {
            let Ok(urls) = Secret::from_file("store.urls_file", path)?.expose().parse();
            self.urls = urls;
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.prefix()?;
        let has_urls = matches!(self.backend, Backend::Sentinel | Backend::Cluster);
        if has_urls && self.urls.is_empty() {
            return Err(ConfigError::key("store.urls", "at least one is needed"));
        }
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

/// Reads a file in PEM that should have `what` in it.
fn pem(key: &str, path: Option<&Path>, what: &str) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(path) = path else {
        return Ok(None);
    };
    let problem = |problem: String| ConfigError::key(key, format!("{}: {problem}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    if text.contains(what) {
        Ok(Some(text.into_bytes()))
    } else {
        Err(problem(format!("there is no {what} in it")))
    }
}
