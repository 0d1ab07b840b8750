use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{ConnectionInfo, Value, cmd};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::address;
use super::call::Call;
use super::connector::Connector;
use super::lanes::Lanes;
use super::run::{Answer, Asking, Limit};
use super::slots::{Node, SlotMap, read_node, slot_of};
use crate::{Connections, StoreError};

/// How long to wait while keys are on their way between two nodes, or nodes disagree.
const UNSETTLED: Duration = Duration::from_millis(10);
/// How long a new map is good at least, however many steps doubt it.
const MAP_LASTS: Duration = Duration::from_millis(100);

/// The primaries of a Redis Cluster, and which of them has which keys.
///
/// Every step has its keys in one slot, so it goes to one node, and it goes there once: only a node
/// that says that it did nothing (`MOVED`, `ASK`, `TRYAGAIN`) lets it go on to another.
pub(super) struct Cluster {
    /// Where to ask when nobody else is known.
    seeds: Vec<Arc<Server>>,
    lanes_each: usize,
    timeout: Duration,
    known: RwLock<Known>,
    is_doubtful: AtomicBool,
    /// Held while the map is asked for.
    learning: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Known {
    map: Option<Arc<SlotMap>>,
    servers: HashMap<Node, Arc<Server>>,
}

struct Server {
    info: ConnectionInfo,
    lanes: Lanes,
}

impl Cluster {
    /// The Cluster that the nodes at `seeds` belong to, with that many connections to each node;
    /// asking for its map takes `timeout` at most.
    pub(super) fn new(
        seeds: Vec<ConnectionInfo>,
        lanes_each: usize,
        timeout: Duration,
    ) -> Result<Self, StoreError> {
        if seeds.iter().any(|seed| seed.redis_settings().db() != 0) {
            let problem = "a Redis Cluster has database 0 alone";
            return Err(StoreError::Address(problem.to_owned()));
        }
        let seeds: Vec<_> = seeds
            .into_iter()
            .map(|info| Ok(Arc::new(Server::new(info, 1)?)))
            .collect::<Result<_, StoreError>>()?;
        if seeds.is_empty() {
            return Err(StoreError::Address("no node is named".to_owned()));
        }
        Ok(Self {
            seeds,
            lanes_each,
            timeout,
            known: RwLock::default(),
            is_doubtful: AtomicBool::new(false),
            learning: Arc::default(),
        })
    }

    /// Runs a call where its keys are.
    pub(super) async fn run(
        self: &Arc<Self>,
        call: &Call<'_>,
        limit: Limit,
    ) -> Result<Value, StoreError> {
        let slot = slot_of(call.first_key());
        let mut server = limit.hold(self.primary(slot)).await?;
        let mut asking = Asking::No;
        let mut has_been_sent_on = false;
        loop {
            let answer = server.lanes.run(call, limit, asking).await;
            let asked = address::host(&server.info);
            (server, asking) = match answer.inspect_err(|_| self.doubt())? {
                Answer::Value(value) => return Ok(value),
                Answer::Moved(node) => {
                    self.doubt();
                    (self.named(&node, asked)?, Asking::No)
                }
                Answer::Ask(node) => (self.named(&node, asked)?, Asking::Yes),
                Answer::TryAgain => (limit.hold(self.primary(slot)).await?, Asking::No),
            };
            // The first redirection is the way; more of them say that nodes don't agree yet.
            if has_been_sent_on {
                limit.pause(UNSETTLED).await?;
            }
            has_been_sent_on = true;
        }
    }

    /// The connections to all nodes that are known.
    pub(super) fn connections(&self) -> Connections {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = Connections { open: 0, most: 0 };
        for server in known.servers.values() {
            let connections = server.lanes.connections();
            all.open += connections.open;
            all.most += connections.most;
        }
        all
    }

    /// The next step asks for a new map. It does not wait for it: most slots are where they were.
    fn doubt(&self) {
        self.is_doubtful.store(true, Ordering::Release);
    }

    async fn primary(self: &Arc<Self>, slot: u16) -> Result<Arc<Server>, StoreError> {
        let map = match self.map() {
            Some(map) => map,
            None => self.first_map().await?,
        };
        if self.is_doubtful.load(Ordering::Acquire)
            && let Ok(turn) = Arc::clone(&self.learning).try_lock_owned()
        {
            let cluster = Arc::clone(self);
            tokio::spawn(async move { cluster.renew_map(turn).await });
        }
        match map.primary(slot) {
            Some(node) => self.server(node),
            None => {
                self.doubt();
                Err(StoreError::Connection("no node has this slot".to_owned()))
            }
        }
    }

    fn map(&self) -> Option<Arc<SlotMap>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.map.clone()
    }

    async fn first_map(&self) -> Result<Arc<SlotMap>, StoreError> {
        let _learning = self.learning.lock().await;
        match self.map() {
            Some(map) => Ok(map),
            None => self.learn().await,
        }
    }

    /// Asks for the map again, and keeps the turn for a while.
    async fn renew_map(&self, turn: OwnedMutexGuard<()>) {
        // A doubt that comes up from here on is about the new map.
        self.is_doubtful.store(false, Ordering::Release);
        if self.learn().await.is_err() {
            self.doubt();
        }
        sleep(MAP_LASTS).await;
        drop(turn);
    }

    /// Asks all nodes at once for the map and takes the first that has all slots: a node that hangs
    /// must not hold up the others, and one that lost its Cluster knows of no slots. If there is no
    /// such map, the one with the most slots.
    async fn learn(&self) -> Result<Arc<SlotMap>, StoreError> {
        let mut asked = JoinSet::new();
        for server in self.everybody() {
            let limit = Limit::new(self.timeout);
            asked.spawn(async move { server.slots(limit).await });
        }
        let mut best: Option<SlotMap> = None;
        let mut last_error = StoreError::Connection("no node answered".to_owned());
        while let Some(answer) = asked.join_next().await {
            match answer {
                Ok(Ok(map)) if map.is_whole() => return Ok(self.remember(map)),
                Ok(Ok(map)) if best.as_ref().is_none_or(|best| best.len() < map.len()) => {
                    best = Some(map);
                }
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(error)) => last_error = error,
            }
        }
        best.map(|map| self.remember(map)).ok_or(last_error)
    }

    fn everybody(&self) -> Vec<Arc<Server>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        self.seeds
            .iter()
            .chain(known.servers.values())
            .cloned()
            .collect()
    }

    fn remember(&self, map: SlotMap) -> Arc<SlotMap> {
        let map = Arc::new(map);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let primaries = map.primaries();
        known.servers.retain(|node, _| primaries.contains(node));
        known.map = Some(Arc::clone(&map));
        map
    }

    fn named(&self, node: &str, asked: &str) -> Result<Arc<Server>, StoreError> {
        let node = read_node(node, asked);
        let node = node.ok_or_else(|| StoreError::Refused("unreadable redirection".to_owned()))?;
        self.server(&node)
    }

    fn server(&self, node: &Node) -> Result<Arc<Server>, StoreError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = known.servers.get(node) {
            return Ok(Arc::clone(server));
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = known.servers.get(node) {
            return Ok(Arc::clone(server));
        }
        let info = address::elsewhere(&self.seeds[0].info, &node.0, node.1);
        let server = Arc::new(Server::new(info, self.lanes_each)?);
        known.servers.insert(node.clone(), Arc::clone(&server));
        Ok(server)
    }
}

impl Server {
    fn new(info: ConnectionInfo, lanes: usize) -> Result<Self, StoreError> {
        Ok(Self {
            lanes: Lanes::new(Connector::to_server(info.clone())?, lanes),
            info,
        })
    }

    /// The map as this node knows it.
    async fn slots(&self, limit: Limit) -> Result<SlotMap, StoreError> {
        let mut question = cmd("CLUSTER");
        question.arg("SLOTS");
        let ask = async |connection: &mut MultiplexedConnection| {
            Ok(question.query_async(connection).await?)
        };
        let answer: Value = self.lanes.within(limit, ask).await?;
        SlotMap::read(&answer, address::host(&self.info))
    }
}
