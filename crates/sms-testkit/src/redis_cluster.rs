use crate::RedisServer;

/// How long a node must be silent until the others think it is down, in milliseconds.
const NODE_TIMEOUT: &str = "1000";
const PRIMARIES: usize = 3;
const SLOTS: usize = 16384;

/// A Redis Cluster: three primaries with a third of the slots each, and perhaps a replica of each.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts three primaries and waits until the Cluster is up.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start() -> Self {
        let cluster = Self {
            nodes: (0..PRIMARIES).map(|_| start_node()).collect(),
        };
        for (index, node) in cluster.nodes.iter().enumerate() {
            let first = index * SLOTS / PRIMARIES;
            let last = (index + 1) * SLOTS / PRIMARIES - 1;
            node.tell(&format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
            node.tell(&format!("CLUSTER SET-CONFIG-EPOCH {}", index + 1));
        }
        cluster.introduce();
        cluster.wait_until_up();
        cluster
    }

    /// The same with a replica of each primary, so that one may be lost.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start_with_replicas() -> Self {
        let mut cluster = Self::start();
        let ids: Vec<String> = cluster.nodes.iter().map(id).collect();
        cluster.nodes.extend(ids.iter().map(|_| start_node()));
        cluster.introduce();
        for (replica, primary) in cluster.nodes[PRIMARIES..].iter().zip(&ids) {
            replica.wait_until("CLUSTER NODES", |nodes| nodes[0].contains(primary.as_str()));
            replica.tell(&format!("CLUSTER REPLICATE {primary}"));
        }
        for replica in &cluster.nodes[PRIMARIES..] {
            replica.wait_until("INFO replication", |info| {
                info[0].contains("master_link_status:up")
            });
        }
        cluster.wait_until_up();
        cluster
    }

    /// Starts a node that belongs to no Cluster, or no more: it knows of no slots.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start_stranger() -> RedisServer {
        start_node()
    }

    /// The URLs of its first nodes.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes[..PRIMARIES]
            .iter()
            .map(RedisServer::url)
            .collect()
    }

    /// Every node: the first three, then their replicas in the same order.
    #[must_use]
    pub fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }

    /// Which of the first three had `key` at the start.
    ///
    /// # Panics
    ///
    /// If no node tells.
    #[must_use]
    pub fn index_of(&self, key: &str) -> usize {
        let slot: usize = self.nodes[0].tell(&format!("CLUSTER KEYSLOT {key}"))[0]
            .parse()
            .expect("a slot");
        (0..PRIMARIES)
            .find(|index| slot < (index + 1) * SLOTS / PRIMARIES)
            .expect("all slots are given out")
    }

    /// Kills a node without a word.
    pub fn kill(&mut self, index: usize) {
        self.nodes[index].stop();
    }

    /// Waits until the replica of a node that was killed has taken its place, and every other node
    /// says that the Cluster is up again.
    ///
    /// # Panics
    ///
    /// If it takes too long.
    pub fn wait_for_successor(&self, index: usize) {
        self.nodes[index + PRIMARIES].wait_until("ROLE", |role| role[0] == "master");
        for (other, node) in self.nodes.iter().enumerate() {
            if other != index {
                node.wait_until("CLUSTER INFO", |info| info[0].contains("cluster_state:ok"));
            }
        }
    }

    /// Moves the slot of `key` with all that is in it.
    pub fn move_slot(&self, key: &str, from: usize, to: usize) {
        let slot = &self.nodes[from].tell(&format!("CLUSTER KEYSLOT {key}"))[0];
        self.begin_move(key, from, to);
        loop {
            let keys = self.nodes[from].tell(&format!("CLUSTER GETKEYSINSLOT {slot} 100"));
            if keys.is_empty() {
                break;
            }
            for key in keys {
                self.move_key(&key, from, to);
            }
        }
        self.end_move(key, from, to);
    }

    /// Begins to move the slot of `key` between two primaries; keys go one by one.
    pub fn begin_move(&self, key: &str, from: usize, to: usize) {
        let slot = &self.nodes[from].tell(&format!("CLUSTER KEYSLOT {key}"))[0];
        let (source, target) = (id(&self.nodes[from]), id(&self.nodes[to]));
        self.nodes[to].tell(&format!("CLUSTER SETSLOT {slot} IMPORTING {source}"));
        self.nodes[from].tell(&format!("CLUSTER SETSLOT {slot} MIGRATING {target}"));
    }

    /// Moves one key, whose slot is being moved.
    pub fn move_key(&self, key: &str, from: usize, to: usize) {
        let port = self.nodes[to].port();
        self.nodes[from].tell(&format!("MIGRATE 127.0.0.1 {port} {key} 0 5000"));
    }

    /// Ends the move of the slot of `key`.
    pub fn end_move(&self, key: &str, from: usize, to: usize) {
        let slot = &self.nodes[from].tell(&format!("CLUSTER KEYSLOT {key}"))[0];
        let target = id(&self.nodes[to]);
        for index in [to, from] {
            self.nodes[index].tell(&format!("CLUSTER SETSLOT {slot} NODE {target}"));
        }
    }

    fn introduce(&self) {
        for node in &self.nodes {
            for other in &self.nodes {
                let (port, bus) = (other.port(), bus_port(other));
                node.tell(&format!("CLUSTER MEET 127.0.0.1 {port} {bus}"));
            }
        }
    }

    fn wait_until_up(&self) {
        let all = format!("cluster_known_nodes:{}", self.nodes.len());
        for node in &self.nodes {
            node.wait_until("CLUSTER INFO", |info| {
                info[0].contains("cluster_state:ok") && info[0].contains(&all)
            });
        }
    }
}

fn start_node() -> RedisServer {
    RedisServer::start_with(&[
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        NODE_TIMEOUT,
    ])
}

fn id(node: &RedisServer) -> String {
    node.tell("CLUSTER MYID").remove(0)
}

fn bus_port(node: &RedisServer) -> String {
    node.tell("CONFIG GET cluster-port").remove(1)
}
