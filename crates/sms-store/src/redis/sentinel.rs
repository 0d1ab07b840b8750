use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use deadpool_redis::redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use deadpool_redis::redis::{
    Client, ConnectionAddr, ConnectionInfo, ProtocolVersion, TlsCertificates, TlsMode,
};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::watch::watch;
use super::{RedisTls, address};
use crate::StoreError;

/// The processes that watch a primary and say which server it is now.
pub(super) struct Sentinels {
    clients: Vec<Arc<Mutex<SentinelClient>>>,
    addresses: Vec<ConnectionInfo>,
    name: Arc<str>,
}

impl Sentinels {
    /// Sentinels at `urls` that watch the primary called `name`; servers are reached with the
    /// login, the database and the TLS of `server`.
    pub(super) fn new(
        urls: &[String],
        name: &str,
        server: &ConnectionInfo,
        tls: Option<&RedisTls>,
    ) -> Result<Self, StoreError> {
        let read = |url: &String| {
            let is_secure = url.starts_with("rediss://");
            let sentinel = address::read(url, tls.filter(|_| is_secure))?;
            if sentinel.redis_settings().db() != 0 {
                let problem = "the database is that of the primary, not of a Sentinel";
                return Err(StoreError::Address(problem.to_owned()));
            }
            Ok(sentinel)
        };
        let addresses: Vec<_> = urls.iter().map(read).collect::<Result<_, StoreError>>()?;
        if addresses.is_empty() {
            return Err(StoreError::Address("no sentinel is named".to_owned()));
        }
        let client = |sentinel: &ConnectionInfo| {
            build(sentinel, name, server, tls.map(address::certificates))
                .map(|client| Arc::new(Mutex::new(client)))
                .map_err(|error| StoreError::Address(error.to_string()))
        };
        Ok(Self {
            clients: addresses.iter().map(client).collect::<Result<_, _>>()?,
            addresses,
            name: name.into(),
        })
    }

    /// Begins to count in `switches` whenever a Sentinel says that another server is the primary
    /// now: a connection that was idle meanwhile must not be used, even if the old primary wakes
    /// up and takes itself for one still. Ends when what it gives is dropped.
    pub(super) fn watch(&self, switches: &Arc<AtomicU64>) -> JoinSet<()> {
        let mut watches = JoinSet::new();
        for sentinel in &self.addresses {
            let (name, switches) = (Arc::clone(&self.name), Arc::clone(switches));
            watches.spawn(watch(sentinel.clone(), name, switches));
        }
        watches
    }

    /// The primary, as the first sentinel says that answers, and as that server confirms.
    ///
    /// All of them are asked at the same time: one that hangs is often on the machine that also
    /// took the old primary with it, and must not hold up the others.
    pub(super) async fn primary(&self) -> Result<Client, StoreError> {
        let mut asked = JoinSet::new();
        for sentinel in &self.clients {
            let sentinel = Arc::clone(sentinel);
            asked.spawn(async move { sentinel.lock().await.async_get_client().await });
        }
        let mut last_error = StoreError::Connection("no sentinel answered".to_owned());
        while let Some(answer) = asked.join_next().await {
            match answer {
                Ok(Ok(primary)) => return Ok(primary),
                Ok(Err(error)) => last_error = StoreError::Connection(error.to_string()),
                Err(_) => {}
            }
        }
        Err(last_error)
    }
}

fn build(
    sentinel: &ConnectionInfo,
    name: &str,
    server: &ConnectionInfo,
    certificates: Option<TlsCertificates>,
) -> Result<SentinelClient, deadpool_redis::redis::RedisError> {
    let at = [sentinel.addr().clone()];
    let mut builder = SentinelClientBuilder::new(at, name, SentinelServerType::Master)?
        .set_client_to_redis_protocol(ProtocolVersion::RESP3)
        .set_client_to_redis_db(server.redis_settings().db());
    if let Some(username) = server.redis_settings().username() {
        builder = builder.set_client_to_redis_username(username);
    }
    if let Some(password) = server.redis_settings().password() {
        builder = builder.set_client_to_redis_password(password);
    }
    if let Some(username) = sentinel.redis_settings().username() {
        builder = builder.set_client_to_sentinel_username(username);
    }
    if let Some(password) = sentinel.redis_settings().password() {
        builder = builder.set_client_to_sentinel_password(password);
    }
    if let Some(mode) = tls_mode(server) {
        builder = builder.set_client_to_redis_tls_mode(mode);
    }
    if let Some(certificates) = certificates {
        if tls_mode(sentinel).is_some() {
            builder = builder.set_client_to_sentinel_certificates(certificates.clone());
        }
        builder = builder.set_client_to_redis_certificates(certificates);
    }
    builder.build()
}

fn tls_mode(info: &ConnectionInfo) -> Option<TlsMode> {
    match info.addr() {
        ConnectionAddr::TcpTls { insecure: true, .. } => Some(TlsMode::Insecure),
        ConnectionAddr::TcpTls { .. } => Some(TlsMode::Secure),
        _ => None,
    }
}
