use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

use super::word::word;
use super::{ConfigError, List, Optional};

/// `server.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// What is allowed.
    #[serde(deserialize_with = "word")]
    pub mode: Mode,
    /// Where the public listens.
    pub listen: SocketAddr,
    /// The certificate of the public listener and those above it, as a PEM file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of that certificate, as a PEM file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Where health and metrics are.
    pub ops_listen: Optional<SocketAddr>,
    /// Threads that answer requests; 0 is one for each core.
    pub workers: usize,
    /// Connections that the public listener holds at once.
    pub max_connections: usize,
    /// Networks whose word on the client's address is taken.
    pub trusted_proxies: List<IpNet>,
    /// Origins whose pages may call.
    pub cors_origins: List<Origin>,
    /// Seconds that requests may take after SIGTERM.
    pub shutdown_timeout_s: u64,
}

/// For whom the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// For its developer: a mock sender, an outbox to look into.
    Dev,
    /// For the public.
    Prod,
}

/// A web origin as browsers write it in `Origin`: scheme, host and perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is not an origin such as \"https://shop.example\"");
        let url = Url::parse(text).map_err(|_| wanted())?;
        let origin = url.origin().ascii_serialization();
        let is_web = matches!(url.scheme(), "http" | "https");
        if is_web && origin == text.trim_end_matches('/') {
            Ok(Self(origin))
        } else {
            Err(wanted())
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ServerSettings {
    /// How many threads answer requests.
    #[must_use]
    pub fn worker_threads(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            workers => workers,
        }
    }

    /// How many connections each of those threads holds at most.
    #[must_use]
    pub fn connections_per_worker(&self) -> usize {
        self.max_connections.div_ceil(self.worker_threads())
    }

    /// How long requests may take after SIGTERM.
    #[must_use]
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_timeout_s)
    }

    /// The files of the certificate and of its key, if the public listener speaks TLS.
    ///
    /// # Errors
    ///
    /// One is there without the other.
    pub fn tls_files(&self) -> Result<Option<(&Path, &Path)>, ConfigError> {
        let alone = |key, other| Err(ConfigError::key(key, format!("{other} is missing")));
        match (&self.tls_cert, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (Some(_), None) => alone("server.tls_cert", "server.tls_key"),
            (None, Some(_)) => alone("server.tls_key", "server.tls_cert"),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.tls_files()?;
        let mapped = |network: &&IpNet| matches!(network.addr(), IpAddr::V6(address) if address.to_ipv4_mapped().is_some());
        if let Some(network) = self.trusted_proxies.iter().find(mapped) {
            let problem = format!("{network} never matches: write it as an IPv4 network");
            return Err(ConfigError::key("server.trusted_proxies", problem));
        }
        if self.workers > 1024 {
            return Err(ConfigError::key(
                "server.workers",
                "at most 1024 are allowed",
            ));
        }
        if !(1..=1_000_000).contains(&self.max_connections) {
            let problem = "1 to 1000000 are allowed";
            return Err(ConfigError::key("server.max_connections", problem));
        }
        if self.shutdown_timeout_s > 3600 {
            let problem = "at most 3600 seconds are allowed";
            return Err(ConfigError::key("server.shutdown_timeout_s", problem));
        }
        Ok(())
    }
}
