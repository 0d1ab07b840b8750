//! The program itself, as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::Duration;

/// A running `sms-server`. It is killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) public: SocketAddr,
    log: Arc<(Mutex<String>, Condvar)>,
}

impl Process {
    /// Starts the program on free ports with these environment variables, and waits until it
    /// listens.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_with(&[], variables)
    }

    /// The same with these arguments.
    pub(crate) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = command(variables)
            .args(arguments)
            .env("SMS__SERVER__LISTEN", "127.0.0.1:0")
            .env("SMS__SERVER__OPS_LISTEN", "")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let (listening, address) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let collected = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, url)) = line.split_once("demo page at ") {
                    let address = url.split('/').nth(2).unwrap().parse();
                    let _ = listening.send(address.unwrap());
                }
                let mut log = collected.0.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
                collected.1.notify_all();
            }
        });
        let public = address
            .recv()
            .expect("the program ended before it listened");
        Self { child, public, log }
    }

    /// Sends a signal by name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        // The shell has a `kill` of its own; the program of that name is not on every machine.
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Everything that it wrote to the log so far.
    pub(crate) fn log(&self) -> String {
        self.log.0.lock().unwrap().clone()
    }

    /// Waits until the log has `text` in it.
    pub(crate) fn wait_for_log(&self, text: &str) {
        let (log, changed) = &*self.log;
        let limit = Duration::from_secs(30);
        let lacks = |log: &mut String| !log.contains(text);
        let log = log.lock().unwrap();
        let (log, _) = changed.wait_timeout_while(log, limit, lacks).unwrap();
        assert!(log.contains(text), "{text} is not in the log:\n{log}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with these environment variables and no others of its own.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sms-server"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SMS__")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    command
}
