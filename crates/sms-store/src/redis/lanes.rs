use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{
    AsyncConnectionConfig, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, PushInfo, PushKind,
    RedisError, cmd,
};
use deadpool_redis::{Connection, Manager, Pool, Runtime};

use super::server_clock::ServerClock;
use crate::{Connections, StoreError};

/// The connections to Redis: one for each thread, made on that thread and shared by all its
/// requests.
///
/// A connection pipelines: what many requests ask for at the same moment is written and answered
/// together. Taking one out of the pool for each request would cost a second round trip and give
/// Redis nothing to batch, so the pool only makes connections, and a lane keeps the one it got
/// until it breaks.
pub(super) struct Lanes {
    pool: Pool,
    lanes: Box<[Lane]>,
    /// Counts the connections that Redis closed. A connection made before the last of them may be
    /// among the closed ones, so it is replaced before anything is written to it.
    losses: Arc<AtomicU64>,
    next_serial: AtomicU64,
    clock: ServerClock,
}

#[derive(Default)]
struct Lane {
    current: Mutex<Option<Current>>,
    /// Held while connecting, so that waiting requests share one new connection.
    connecting: tokio::sync::Mutex<()>,
}

struct Current {
    connection: Connection,
    losses_before: u64,
    serial: u64,
}

/// A connection to ask through, and the name under which it is given up.
pub(super) struct Lease {
    pub(super) connection: MultiplexedConnection,
    lane: usize,
    serial: u64,
}

impl Lanes {
    /// Prepares `count` lanes to the server at `url`; connects none of them.
    pub(super) fn new(url: &str, count: usize) -> Result<Self, StoreError> {
        let losses = Arc::new(AtomicU64::new(0));
        let manager = Manager::new_with_config(connection_info(url)?, connection_config(&losses))
            .map_err(|error| StoreError::Address(error.to_string()))?;
        let pool = Pool::builder(manager)
            .max_size(count)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Address(error.to_string()))?;
        Ok(Self {
            pool,
            lanes: (0..count).map(|_| Lane::default()).collect(),
            losses,
            next_serial: AtomicU64::new(0),
            clock: ServerClock::new(),
        })
    }

    /// The connection of this thread, made now if there is none.
    pub(super) async fn connection(&self) -> Result<Lease, StoreError> {
        let lane = thread_number() % self.lanes.len();
        if let Some(lease) = self.live(lane) {
            return Ok(lease);
        }
        let _connecting = self.lanes[lane].connecting.lock().await;
        if let Some(lease) = self.live(lane) {
            return Ok(lease);
        }
        self.connect(lane).await
    }

    /// How many lanes have a connection, and how many there are.
    pub(super) fn connections(&self) -> Connections {
        let lanes = 0..self.lanes.len();
        Connections {
            open: lanes.filter(|lane| self.live(*lane).is_some()).count(),
            most: self.lanes.len(),
        }
    }

    /// What time it is on the server.
    pub(super) fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// Sets the clock by an answer that says `LATE`: it may not be the step that was late, but the
    /// clock that was slow.
    pub(super) fn observe_lateness(&self, error: &RedisError) {
        if error.code() == Some("LATE")
            && let Some(server_millis) = error.detail().and_then(|detail| detail.parse().ok())
        {
            self.clock.observe(server_millis);
        }
    }

    /// Gives up a connection that broke, unless it was replaced already.
    pub(super) fn give_up(&self, lease: &Lease) {
        let mut current = lock(&self.lanes[lease.lane].current);
        if current
            .as_ref()
            .is_some_and(|current| current.serial == lease.serial)
        {
            discard(current.take());
        }
    }

    fn live(&self, lane: usize) -> Option<Lease> {
        let current = lock(&self.lanes[lane].current);
        let current = current.as_ref()?;
        let is_live = current.losses_before == self.losses.load(Ordering::Acquire);
        is_live.then(|| current.lease(lane))
    }

    async fn connect(&self, lane: usize) -> Result<Lease, StoreError> {
        // The old one goes first: the pool counts it.
        discard(lock(&self.lanes[lane].current).take());
        // Read before connecting, so that a loss meanwhile is not missed.
        let losses_before = self.losses.load(Ordering::Acquire);
        let connection = self.pool.get().await;
        let connection = connection.map_err(|error| match error {
            deadpool_redis::PoolError::Backend(error) => StoreError::from(error),
            other => StoreError::Connection(other.to_string()),
        })?;
        let mut greeting = MultiplexedConnection::clone(&connection);
        let (seconds, micros): (i64, i64) = cmd("TIME").query_async(&mut greeting).await?;
        self.clock.observe(seconds * 1000 + micros / 1000);
        let current = Current {
            connection,
            losses_before,
            serial: self.next_serial.fetch_add(1, Ordering::Relaxed),
        };
        let lease = current.lease(lane);
        *lock(&self.lanes[lane].current) = Some(current);
        Ok(lease)
    }
}

impl Current {
    fn lease(&self, lane: usize) -> Lease {
        Lease {
            connection: MultiplexedConnection::clone(&self.connection),
            lane,
            serial: self.serial,
        }
    }
}

/// Takes a connection away from the pool, which would otherwise hand it out again.
fn discard(current: Option<Current>) {
    if let Some(current) = current {
        drop(Connection::take(current.connection));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Threads are numbered as they first come by.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.with(|number| {
        number.get().unwrap_or_else(|| {
            let new = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(Some(new));
            new
        })
    })
}

fn connection_info(url: &str) -> Result<ConnectionInfo, StoreError> {
    // The error of the parser repeats no part of the URL, which may hold a password.
    let info = url
        .into_connection_info()
        .map_err(|error| StoreError::Address(error.to_string()))?;
    // The third version of the protocol is what lets the client tell us of a closed connection.
    let redis = info
        .redis_settings()
        .clone()
        .set_protocol(ProtocolVersion::RESP3);
    Ok(info.set_redis_settings(redis))
}

fn connection_config(losses: &Arc<AtomicU64>) -> AsyncConnectionConfig {
    let losses = Arc::clone(losses);
    let count_losses = move |push: PushInfo| {
        if push.kind == PushKind::Disconnection {
            losses.fetch_add(1, Ordering::Release);
        }
        Ok::<(), deadpool_redis::redis::aio::SendError>(())
    };
    AsyncConnectionConfig::new()
        // Each step has a time limit of its own, which covers connecting too.
        .set_connection_timeout(None)
        .set_response_timeout(None)
        .set_push_sender(count_losses)
}
