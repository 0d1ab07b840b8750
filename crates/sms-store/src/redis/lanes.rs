use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::cmd;

use super::connector::Connector;
use super::server_clock::ServerClock;
use crate::{Connections, StoreError};

/// The connections to one server: one for each thread, made on that thread and shared by all its
/// requests.
///
/// A connection pipelines: what many requests ask for at the same moment is written and answered
/// together. Taking one out of a pool for each request would cost a second round trip and give
/// Redis nothing to batch, so a lane keeps the one it got until it breaks.
pub(super) struct Lanes {
    connector: Connector,
    lanes: Box<[Lane]>,
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
    connection: MultiplexedConnection,
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
    /// Prepares `count` lanes of what `connector` makes; connects none of them.
    pub(super) fn new(connector: Connector, count: usize) -> Self {
        Self {
            connector,
            lanes: (0..count).map(|_| Lane::default()).collect(),
            next_serial: AtomicU64::new(0),
            clock: ServerClock::new(),
        }
    }

    /// The connection of this thread, made now if there is none.
    pub(super) async fn connection(&self) -> Result<Lease, StoreError> {
        let lane = thread_number() % self.lanes.len();
        match self.live(lane) {
            Some(lease) => Ok(lease),
            // Boxed: it happens once, and its future is large.
            None => Box::pin(self.connect_once(lane)).await,
        }
    }

    async fn connect_once(&self, lane: usize) -> Result<Lease, StoreError> {
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

    /// Gives up a connection that broke, unless it was replaced already.
    pub(super) fn give_up(&self, lease: &Lease) {
        let mut current = lock(&self.lanes[lease.lane].current);
        if current
            .as_ref()
            .is_some_and(|current| current.serial == lease.serial)
        {
            *current = None;
        }
    }

    fn live(&self, lane: usize) -> Option<Lease> {
        let current = lock(&self.lanes[lane].current);
        let current = current.as_ref()?;
        let is_live = current.losses_before == self.connector.losses();
        is_live.then(|| current.lease(lane))
    }

    async fn connect(&self, lane: usize) -> Result<Lease, StoreError> {
        // Read before connecting, so that a loss meanwhile is not missed.
        let losses_before = self.connector.losses();
        let connection = match self.greet().await {
            Ok(connection) => connection,
            Err(error) => return self.older(lane, losses_before).ok_or(error),
        };
        let current = Current {
            connection,
            losses_before,
            serial: self.next_serial.fetch_add(1, Ordering::Relaxed),
        };
        let lease = current.lease(lane);
        *lock(&self.lanes[lane].current) = Some(current);
        Ok(lease)
    }

    async fn greet(&self) -> Result<MultiplexedConnection, StoreError> {
        let connection = self.connector.connect().await?;
        let mut greeting = connection.clone();
        let (seconds, micros): (i64, i64) = cmd("TIME").query_async(&mut greeting).await?;
        self.clock.observe(seconds * 1000 + micros / 1000);
        Ok(connection)
    }

    /// The connection that a lane has, where no new one is to be had: it may not be the one that
    /// was lost, and a server that has no room for more still answers on those it has. If it was
    /// lost, writing to it fails, and it is given up.
    fn older(&self, lane: usize, losses_before: u64) -> Option<Lease> {
        let mut current = lock(&self.lanes[lane].current);
        let current = current
            .as_mut()
            .filter(|_| self.connector.is_to_one_server())?;
        current.losses_before = losses_before;
        Some(current.lease(lane))
    }
}

impl Current {
    fn lease(&self, lane: usize) -> Lease {
        Lease {
            connection: self.connection.clone(),
            lane,
            serial: self.serial,
        }
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
