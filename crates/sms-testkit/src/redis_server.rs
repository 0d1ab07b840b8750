use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const START_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// A `redis-server` process of its own, on a free port of the loopback interface, that keeps
/// nothing on disk.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    directory: TempDir,
    process: Option<Child>,
    is_cluster_node: bool,
}

impl RedisServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    ///
    /// If there is no `redis-server` to run: a test that needs one must not pass without it.
    #[must_use]
    pub fn start() -> Self {
        Self::start_as(false)
    }

    /// Starts a server that is a Redis Cluster all by itself: it holds every slot, and refuses
    /// commands and scripts whose keys are not all in one.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start_cluster_node() -> Self {
        let server = Self::start_as(true);
        let added = server.command("CLUSTER ADDSLOTSRANGE 0 16383");
        assert_eq!(added.as_deref(), Some("+OK"), "slots");
        let limit = Instant::now() + START_LIMIT;
        // An absent key answers `$-1`, a cluster that is not up yet answers with an error.
        while server.command("GET x").as_deref() != Some("$-1") {
            assert!(
                Instant::now() < limit,
                "the cluster did not come up within {START_LIMIT:?}"
            );
            std::thread::sleep(POLL);
        }
        server
    }

    fn start_as(is_cluster_node: bool) -> Self {
        // The port may be taken between being found free and being bound by redis-server.
        for _ in 0..10 {
            let mut server = Self {
                port: free_port(),
                directory: TempDir::new().expect("a directory for redis-server"),
                process: None,
                is_cluster_node,
            };
            if server.try_start() {
                return server;
            }
        }
        panic!("redis-server found no free port");
    }

    /// `redis://127.0.0.1:PORT/0`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Kills the server; what it held is gone.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts a stopped server on the same port, empty.
    ///
    /// # Panics
    ///
    /// If somebody else took the port.
    pub fn restart(&mut self) {
        self.stop();
        assert!(
            self.try_start(),
            "redis-server did not come back on port {}",
            self.port
        );
    }

    /// Sends the process a signal by name, such as `STOP` or `CONT`: a server that is there but
    /// does not answer.
    ///
    /// # Panics
    ///
    /// If the server is stopped.
    pub fn signal(&self, name: &str) {
        let pid = self.process.as_ref().expect("a running redis-server").id();
        // The shell has a `kill` of its own; the program of that name is not on every machine.
        let kill = format!("kill -{name} {pid}");
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -{name}");
    }

    fn try_start(&mut self) -> bool {
        let process = Command::new("redis-server")
            .args(["--port", &self.port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args([
                "--cluster-enabled",
                if self.is_cluster_node { "yes" } else { "no" },
            ])
            .arg("--dir")
            .arg(self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is not installed (Debian: apt-get install redis-server)");
        self.process = Some(process);
        self.is_answering()
    }

    /// Waits for the first answer; `false` if the process ended instead.
    fn is_answering(&mut self) -> bool {
        let limit = Instant::now() + START_LIMIT;
        while Instant::now() < limit {
            let process = self.process.as_mut().expect("just started");
            if process.try_wait().is_ok_and(|status| status.is_some()) {
                return false;
            }
            if self.command("PING").as_deref() == Some("+PONG") {
                return true;
            }
            std::thread::sleep(POLL);
        }
        panic!("redis-server did not answer within {START_LIMIT:?}");
    }

    /// The first line of the answer to a command; `None` if there is none.
    fn command(&self, command: &str) -> Option<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
        stream.write_all(format!("{command}\r\n").as_bytes()).ok()?;
        let answer = BufReader::new(stream).lines().next()?;
        answer.ok()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}
