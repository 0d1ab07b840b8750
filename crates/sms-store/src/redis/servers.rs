use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::Value;

use super::address;
use super::call::Call;
use super::cluster::Cluster;
use super::connector::Connector;
use super::lanes::Lanes;
use super::run::{Answer, Asking, Limit};
use super::sentinel::Sentinels;
use crate::keys::Tags;
use crate::{Connections, KeyPrefix, StoreError};

/// How to reach Redis 6.2 or newer, or Valkey.
#[derive(Clone)]
pub struct RedisConfig {
    /// Which servers there are.
    pub servers: RedisServers,
    /// Certificates for `rediss://`; `None` for those that the system trusts.
    pub tls: Option<RedisTls>,
    /// Put before every key.
    pub key_prefix: KeyPrefix,
    /// How many connections to each server are kept, at least 1; best one for each thread that
    /// uses the store.
    pub connections: usize,
    /// How long a step may take, connecting included.
    pub timeout: Duration,
}

impl RedisConfig {
    /// Those servers with no prefix, four connections to each, and half a second for a step.
    #[must_use]
    pub fn new(servers: RedisServers) -> Self {
        Self {
            servers,
            tls: None,
            key_prefix: KeyPrefix::default(),
            connections: 4,
            timeout: Duration::from_millis(500),
        }
    }

    /// The one server at `url`, and all else as in [`RedisConfig::new`].
    #[must_use]
    pub fn single(url: impl Into<String>) -> Self {
        Self::new(RedisServers::Single { url: url.into() })
    }
}

/// The servers that keep the state. A URL is
/// `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS.
#[derive(Clone)]
pub enum RedisServers {
    /// One server.
    Single {
        /// Where it is.
        url: String,
    },
    /// A primary with replicas, watched by Sentinels.
    Sentinel {
        /// Where the Sentinels are.
        sentinels: Vec<String>,
        /// The name by which they know the primary.
        primary: String,
        /// How to log in at the primary: user, password, database and TLS of this URL. Its host
        /// and port don't matter.
        login: String,
    },
    /// A Redis Cluster.
    Cluster {
        /// Where some of its nodes are; all take the login and TLS of the first.
        nodes: Vec<String>,
    },
}

/// Certificates, in PEM.
#[derive(Clone, Default)]
pub struct RedisTls {
    /// Who must have signed the servers' certificates; `None` for whom the system trusts.
    pub authority: Option<Vec<u8>>,
    /// What we show to servers that ask who we are.
    pub client: Option<ClientCertificate>,
}

/// A certificate of our own and its key, in PEM.
#[derive(Clone)]
pub struct ClientCertificate {
    /// The certificate, and those between it and its authority.
    pub certificate: Vec<u8>,
    /// Its key.
    pub key: Vec<u8>,
}

/// The connections to those servers.
pub(super) enum Servers {
    /// All keys are in one place.
    One(Lanes),
    /// Each slot has its place.
    Cluster(Arc<Cluster>),
}

impl Servers {
    /// Prepares connections; makes none.
    pub(super) fn new(config: &RedisConfig) -> Result<Self, StoreError> {
        let tls = config.tls.as_ref();
        let lanes = config.connections.max(1);
        match &config.servers {
            RedisServers::Single { url } => {
                let server = address::read(url, tls)?;
                Ok(Self::One(Lanes::new(Connector::to_server(server)?, lanes)))
            }
            RedisServers::Sentinel {
                sentinels,
                primary,
                login,
            } => {
                let login = address::read(login, tls)?;
                let sentinels = Sentinels::new(sentinels, primary, &login, tls)?;
                let connector = Connector::to_primary(sentinels);
                Ok(Self::One(Lanes::new(connector, lanes)))
            }
            RedisServers::Cluster { nodes } => {
                let nodes = nodes.iter().map(|url| address::read(url, tls));
                let nodes = nodes.collect::<Result<_, _>>()?;
                let cluster = Cluster::new(nodes, lanes, config.timeout)?;
                Ok(Self::Cluster(Arc::new(cluster)))
            }
        }
    }

    /// Runs a call within its limit.
    pub(super) async fn run(&self, call: &Call<'_>, limit: Limit) -> Result<Value, StoreError> {
        match self {
            Self::One(lanes) => match lanes.run(call, limit, Asking::No).await? {
                Answer::Value(value) => Ok(value),
                Answer::Moved(_) | Answer::Ask(_) | Answer::TryAgain => Err(StoreError::Refused(
                    "the server is a node of a Redis Cluster".to_owned(),
                )),
            },
            // Boxed: its future is large, and would be moved about on a single server too.
            Self::Cluster(cluster) => Box::pin(cluster.run(call, limit)).await,
        }
    }

    /// How many connections are open.
    pub(super) fn connections(&self) -> Connections {
        match self {
            Self::One(lanes) => lanes.connections(),
            Self::Cluster(cluster) => cluster.connections(),
        }
    }

    /// Whether a script may only touch keys of one slot.
    pub(super) fn are_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }

    /// Where the hash tags of keys begin.
    pub(super) fn tags(&self) -> Tags {
        match self {
            Self::One(_) => Tags::AfterPrefix,
            Self::Cluster(_) => Tags::AroundPrefix,
        }
    }
}
