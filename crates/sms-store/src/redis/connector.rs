use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use deadpool_redis::redis::aio::{MultiplexedConnection, SendError};
use deadpool_redis::redis::{AsyncConnectionConfig, ConnectionInfo, PushInfo, PushKind};
use deadpool_redis::{Connection, Manager, Pool, PoolError, Runtime};
use tokio::task::JoinSet;

use super::sentinel::Sentinels;
use crate::StoreError;

/// Makes connections to one server: to a certain one, or to whichever is the primary now.
pub(super) struct Connector {
    target: Target,
    /// Counts the connections that the server closed, and primaries that were replaced.
    losses: Arc<AtomicU64>,
    /// Listens to Sentinels, from the first connection on.
    watches: OnceLock<JoinSet<()>>,
}

enum Target {
    Server(Pool),
    Primary(Sentinels),
}

impl Connector {
    /// To the server at `info`.
    pub(super) fn to_server(info: ConnectionInfo) -> Result<Self, StoreError> {
        let losses = Arc::default();
        let manager = Manager::new_with_config(info, connection_config(&losses))
            .map_err(|error| StoreError::Address(error.to_string()))?;
        let pool = Pool::builder(manager)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Address(error.to_string()))?;
        Ok(Self {
            target: Target::Server(pool),
            losses,
            watches: OnceLock::new(),
        })
    }

    /// To the primary that `sentinels` name at that moment.
    pub(super) fn to_primary(sentinels: Sentinels) -> Self {
        Self {
            target: Target::Primary(sentinels),
            losses: Arc::default(),
            watches: OnceLock::new(),
        }
    }

    /// A new connection, made on the thread that asks.
    pub(super) async fn connect(&self) -> Result<MultiplexedConnection, StoreError> {
        match &self.target {
            Target::Server(pool) => {
                // It leaves the pool for good: nobody else gets it, and nobody gets it again.
                pool.get()
                    .await
                    .map(Connection::take)
                    .map_err(|error| match error {
                        PoolError::Backend(error) => StoreError::from(error),
                        other => StoreError::Connection(other.to_string()),
                    })
            }
            Target::Primary(sentinels) => {
                self.watches.get_or_init(|| sentinels.watch(&self.losses));
                let primary = sentinels.primary().await?;
                let config = connection_config(&self.losses);
                Ok(primary
                    .get_multiplexed_async_connection_with_config(&config)
                    .await?)
            }
        }
    }

    /// Whether every connection leads to the same server, however old it is.
    pub(super) fn is_to_one_server(&self) -> bool {
        matches!(self.target, Target::Server(_))
    }

    /// How many connections were closed by the server, and how many primaries replaced, so far. A
    /// connection made before the last of them may be among the closed ones, or lead to an old
    /// primary.
    pub(super) fn losses(&self) -> u64 {
        self.losses.load(Ordering::Acquire)
    }
}

fn connection_config(losses: &Arc<AtomicU64>) -> AsyncConnectionConfig {
    let losses = Arc::clone(losses);
    let count_losses = move |push: PushInfo| {
        if push.kind == PushKind::Disconnection {
            losses.fetch_add(1, Ordering::Release);
        }
        Ok::<(), SendError>(())
    };
    AsyncConnectionConfig::new()
        // Each step has a time limit of its own, which covers connecting too.
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_push_sender(count_losses)
}
