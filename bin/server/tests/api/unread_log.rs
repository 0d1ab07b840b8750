//! A log that nobody reads holds nobody up.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Client;

use crate::app::client;
use crate::process::command;

/// Gives the address that a line of the log has behind `before`.
fn address(log: &mut impl BufRead, before: &str) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        let count = log.read_line(&mut line).unwrap();
        assert_ne!(count, 0, "the log ended without {before:?}");
        if let Some((_, rest)) = line.split_once(before) {
            return rest.split('/').next().unwrap().to_owned();
        }
    }
}

/// The value of a series without labels.
async fn metric(client: &Client, ops: &str, name: &str) -> f64 {
    let response = client.get(format!("http://{ops}/metrics")).send().await;
    let text = response.unwrap().text().await.unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")));
    let (_, value) = line.unwrap().split_once(' ').unwrap();
    value.parse().unwrap()
}

/// A process that is killed when dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_log_nobody_reads_goes_on_and_tells_what_was_lost() {
    let mut command = command(&[("SMS__LOG__LEVEL", "info")]);
    command.env("SMS__SERVER__LISTEN", "127.0.0.1:0");
    command.env("SMS__SERVER__OPS_LISTEN", "127.0.0.1:0");
    let mut child = Killed(command.stderr(Stdio::piped()).spawn().unwrap());
    let mut log = BufReader::new(child.0.stderr.take().unwrap());
    let public = address(&mut log, "demo page at http://");
    let ops = address(&mut log, "health and metrics at http://");

    // From here on nobody reads.
    let client = client();
    let url = Arc::new(format!("http://{public}/sms_codes/13800138000/verify/"));
    let limit = Instant::now() + Duration::from_secs(120);
    while metric(&client, &ops, "sms_log_lines_dropped_total").await == 0.0 {
        assert!(Instant::now() < limit, "no line was dropped");
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (client, url) = (client.clone(), Arc::clone(&url));
                tokio::spawn(async move {
                    for _ in 0..100 {
                        let request = client.post(&*url).body("sms_code=123456");
                        let answer = request.timeout(Duration::from_secs(10)).send().await;
                        assert_eq!(answer.unwrap().status(), 200);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }

    let dropped = metric(&client, &ops, "sms_log_lines_dropped_total").await;
    let told = tokio::task::spawn_blocking(move || {
        let mut lines = log.lines().map_while(Result::ok);
        lines.find(|line| line.contains("log lines were dropped"))
    });
    let told = told.await.unwrap().unwrap();
    assert!(
        told.ends_with(&format!("dropped={dropped}")),
        "{told}, not {dropped}"
    );
}
