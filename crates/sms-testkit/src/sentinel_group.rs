use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::redis_server::{free_port, signal};
use crate::{RedisServer, resp};

/// How long a server must be silent until a Sentinel thinks it is down.
const DOWN_AFTER: Duration = Duration::from_millis(1000);
const LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// A primary with a replica, and three Sentinels that watch them.
#[derive(Debug)]
pub struct SentinelGroup {
    servers: Vec<RedisServer>,
    sentinels: Vec<Sentinel>,
}

#[derive(Debug)]
struct Sentinel {
    port: u16,
    process: Child,
    _directory: TempDir,
}

impl SentinelGroup {
    /// The name by which the Sentinels know the primary.
    pub const PRIMARY: &'static str = "mymaster";

    /// Starts all of them and waits until they know each other.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start() -> Self {
        let primary = RedisServer::start();
        let port = primary.port().to_string();
        let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]);
        let group = Self {
            sentinels: (0..3).map(|_| Sentinel::start(&primary)).collect(),
            servers: vec![primary, replica],
        };
        for sentinel in &group.sentinels {
            sentinel.wait_for_others();
        }
        group
    }

    /// The URLs of the Sentinels.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        let ports = self.sentinels.iter().map(|sentinel| sentinel.port);
        ports
            .map(|port| format!("redis://127.0.0.1:{port}"))
            .collect()
    }

    /// The server that is the primary, as the Sentinels say.
    ///
    /// # Panics
    ///
    /// If they say nothing.
    #[must_use]
    pub fn primary(&self) -> &RedisServer {
        let port = self.primary_port();
        let server = self.servers.iter().find(|server| server.port() == port);
        server.expect("one of ours")
    }

    /// Gives every Sentinel a command.
    ///
    /// # Panics
    ///
    /// If one of them refuses.
    pub fn tell_sentinels(&self, command: &str) {
        for sentinel in &self.sentinels {
            let answer = resp::ask(sentinel.port, command);
            answer.unwrap_or_else(|error| panic!("{command}: {error}"));
        }
    }

    /// Sends the first of the Sentinels a signal by name, such as `STOP`.
    ///
    /// # Panics
    ///
    /// If that fails.
    pub fn signal_sentinel(&self, name: &str) {
        signal(&self.sentinels[0].process, name);
    }

    /// Kills the primary without a word.
    pub fn kill_primary(&mut self) {
        let port = self.primary_port();
        let server = self.servers.iter_mut().find(|server| server.port() == port);
        server.expect("one of ours").stop();
    }

    /// Waits until the Sentinels name another primary than `old`, and gives how long that took.
    ///
    /// # Panics
    ///
    /// If it takes too long.
    pub fn wait_for_other_primary(&self, old: u16) -> Duration {
        let started = Instant::now();
        while self.primary_port() == old {
            assert!(started.elapsed() < LIMIT, "no failover within {LIMIT:?}");
            std::thread::sleep(POLL);
        }
        started.elapsed()
    }

    fn primary_port(&self) -> u16 {
        let question = format!("SENTINEL GET-MASTER-ADDR-BY-NAME {}", Self::PRIMARY);
        let last = self.sentinels.last().expect("three of them");
        let answer = resp::ask(last.port, &question).expect("a Sentinel answers");
        answer[1].parse().expect("a port")
    }
}

impl Sentinel {
    fn start(primary: &RedisServer) -> Self {
        // The port may be taken between being found free and being bound.
        for _ in 0..10 {
            if let Some(sentinel) = Self::try_start(primary) {
                return sentinel;
            }
        }
        panic!("a Sentinel found no free port");
    }

    fn try_start(primary: &RedisServer) -> Option<Self> {
        let directory = TempDir::new().expect("a directory for a Sentinel");
        let port = free_port();
        let file = directory.path().join("sentinel.conf");
        let (name, watched) = (SentinelGroup::PRIMARY, primary.port());
        let down_after = DOWN_AFTER.as_millis();
        let configuration = format!(
            "port {port}\nbind 127.0.0.1\n\
             sentinel monitor {name} 127.0.0.1 {watched} 2\n\
             sentinel down-after-milliseconds {name} {down_after}\n\
             sentinel failover-timeout {name} 3000\n"
        );
        fs::write(&file, configuration).expect("a file for a Sentinel");
        let process = Command::new("redis-server")
            .arg(&file)
            .arg("--sentinel")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is not installed (Debian: apt-get install redis-server)");
        let mut sentinel = Self {
            port,
            process,
            _directory: directory,
        };
        let limit = Instant::now() + LIMIT;
        while resp::ask(port, "PING").is_err() {
            if sentinel.process.try_wait().is_ok_and(|end| end.is_some()) {
                return None;
            }
            assert!(Instant::now() < limit, "a Sentinel does not answer");
            std::thread::sleep(POLL);
        }
        Some(sentinel)
    }

    /// Waits until it knows the replica and both other Sentinels.
    fn wait_for_others(&self) {
        let question = format!("SENTINEL MASTER {}", SentinelGroup::PRIMARY);
        let limit = Instant::now() + LIMIT;
        loop {
            let answer = resp::ask(self.port, &question).unwrap_or_default();
            let has = |name: &str, value: &str| {
                answer
                    .windows(2)
                    .any(|pair| pair[0] == name && pair[1] == value)
            };
            if has("num-slaves", "1") && has("num-other-sentinels", "2") {
                return;
            }
            assert!(
                Instant::now() < limit,
                "the Sentinels don't meet: {answer:?}"
            );
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
