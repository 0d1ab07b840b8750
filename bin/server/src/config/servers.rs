//! The part of `store.…` that says which Redis servers there are and who may be believed to be one.

use std::fs;
use std::path::Path;

use sms_store::{ClientCertificate, RedisServers, RedisTls};

use super::{Backend, ConfigError, StoreSettings};

impl StoreSettings {
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
