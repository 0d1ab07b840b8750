use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::resp;

const START_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// A `redis-server` process of its own, on a free port of the loopback interface, that keeps
/// nothing on disk unless it is a durable one.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    directory: TempDir,
    process: Option<Child>,
    options: Vec<String>,
}

impl RedisServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    ///
    /// If there is no `redis-server` to run: a test that needs one must not pass without it.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a server that answers to nothing before it is on disk: it comes back with all it
    /// ever confirmed, however it ended.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start_durable() -> Self {
        Self::start_with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// Starts a server that also speaks TLS, on the port that is the second of the pair: with the
    /// certificate and key, and to clients whose certificates that authority signed. All are
    /// files in PEM.
    ///
    /// # Panics
    ///
    /// As [`RedisServer::start`] does.
    #[must_use]
    pub fn start_with_tls(certificate: &Path, key: &Path, authority: &Path) -> (Self, u16) {
        let port = free_port();
        let path = |path: &Path| path.display().to_string();
        let server = Self::start_with(&[
            "--tls-port",
            &port.to_string(),
            "--tls-cert-file",
            &path(certificate),
            "--tls-key-file",
            &path(key),
            "--tls-ca-cert-file",
            &path(authority),
        ]);
        (server, port)
    }

    /// Starts a server with further options of its command line.
    pub(crate) fn start_with(options: &[&str]) -> Self {
        // The port may be taken between being found free and being bound by redis-server.
        for _ in 0..10 {
            let mut server = Self {
                port: free_port(),
                directory: TempDir::new().expect("a directory for redis-server"),
                process: None,
                options: options.iter().map(ToString::to_string).collect(),
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

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Gives a command that must be carried out, and gives the answer as the texts in it.
    ///
    /// # Panics
    ///
    /// If the answer is an error, or none comes.
    pub fn tell(&self, command: &str) -> Vec<String> {
        let answer = resp::ask(self.port, command);
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Gives a command again and again until the answer is as it should be.
    ///
    /// # Panics
    ///
    /// If that takes too long.
    pub fn wait_until(&self, command: &str, is_right: impl Fn(&[String]) -> bool) {
        let limit = Instant::now() + START_LIMIT;
        loop {
            let answer = resp::ask(self.port, command);
            if answer.as_ref().is_ok_and(|answer| is_right(answer)) {
                return;
            }
            assert!(Instant::now() < limit, "{command}: {answer:?}");
            std::thread::sleep(POLL);
        }
    }

    /// Waits until a replica has all that was written so far. `WAIT` would not do: it asks about
    /// what was written on its own connection.
    ///
    /// # Panics
    ///
    /// If that takes too long.
    pub fn wait_until_copied(&self) {
        // master, how far it is, and of each replica: address, port, how far it is.
        self.wait_until("ROLE", |role| role.len() > 4 && role[4] == role[1]);
    }

    /// Kills the server, with SIGKILL; what it held is gone unless it is durable.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts a server again on the same port: empty, unless it is durable.
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
        signal(self.process.as_ref().expect("a running redis-server"), name);
    }

    fn try_start(&mut self) -> bool {
        let process = Command::new("redis-server")
            .args(["--port", &self.port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            // By itself it would take the port 10,000 above, which may be none.
            .args(["--cluster-port", &free_port().to_string()])
            .args(&self.options)
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
            if resp::ask(self.port, "PING").is_ok() {
                return true;
            }
            std::thread::sleep(POLL);
        }
        panic!("redis-server did not answer within {START_LIMIT:?}");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Sends a process a signal by name.
pub(crate) fn signal(process: &Child, name: &str) {
    // The shell has a `kill` of its own; the program of that name is not on every machine.
    let kill = format!("kill -{name} {}", process.id());
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(status.is_ok_and(|status| status.success()), "kill -{name}");
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}
