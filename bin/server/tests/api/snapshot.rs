//! What the embedded store keeps, from one process to the next.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use sms_core::{ImageCode, ImageId};
use sms_store::{Clock, CodeStore, MemoryStore, Snapshot};
use sms_testkit::wait_until;
use tempfile::TempDir;

use crate::app::{Answer, MOBILE, answer, client};
use crate::command_line::run;
use crate::process::Process;

/// Long enough that a snapshot is written at the end alone.
const NEVER: &str = "3600";
/// The shortest interval there is.
const OFTEN: &str = "1";

/// A directory for a snapshot.
struct Place {
    directory: TempDir,
    interval: &'static str,
}

impl Place {
    fn new() -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            interval: NEVER,
        }
    }

    /// With a snapshot in which the pictures `a` and `b` show `AbCd`.
    async fn with_pictures() -> Self {
        let place = Self::new();
        let store = MemoryStore::new(Clock::system());
        for name in ["a", "b"] {
            let (id, text) = (ImageId::parse(name), ImageCode::new("AbCd").unwrap());
            let ttl = Duration::from_secs(300);
            let put = store.put_image_code(id.as_ref().unwrap(), &text, ttl);
            put.await.unwrap();
        }
        Snapshot::claim(place.path())
            .unwrap()
            .write(&store)
            .unwrap();
        place
    }

    /// The same, with a snapshot every second.
    fn often(self) -> Self {
        Self {
            interval: OFTEN,
            ..self
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("SMS__STORE__SNAPSHOT", self.path().display().to_string()),
            ("SMS__STORE__SNAPSHOT_INTERVAL_S", self.interval.to_owned()),
        ]
    }

    fn start(&self) -> Process {
        let variables = self.variables();
        Process::start(&variables.each_ref().map(|(name, value)| (*name, &**value)))
    }

    /// Exit code and standard error of a process that should not start.
    fn fail_to_start(&self) -> (i32, String) {
        let [snapshot, interval] = &self.variables();
        let variables = [
            (snapshot.0, &*snapshot.1),
            (interval.0, &interval.1),
            ("SMS__SERVER__LISTEN", "127.0.0.1:0"),
            ("SMS__SERVER__OPS_LISTEN", ""),
        ];
        let (code, _, problem) = run(&[], &variables);
        (code, problem)
    }

    fn written_at(&self) -> SystemTime {
        fs::metadata(self.path()).unwrap().modified().unwrap()
    }
}

async fn get(process: &Process, path: &str) -> reqwest::Response {
    let url = format!("http://{}{path}", process.public);
    client().get(url).send().await.unwrap()
}

async fn send(process: &Process, picture: &str) -> Answer {
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id={picture}");
    answer(get(process, &path).await).await
}

async fn received_code(process: &Process) -> String {
    let outbox = get(process, &format!("/dev/outbox?mobile={MOBILE}")).await;
    let messages: Value = outbox.json().await.unwrap();
    messages[0]["code"].as_str().unwrap().to_owned()
}

async fn check(process: &Process, code: &str) -> Answer {
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", process.public);
    let body = serde_json::json!({ "sms_code": code });
    answer(client().post(url).json(&body).send().await.unwrap()).await
}

/// Fails unless the process knows of the message that an earlier one sent.
async fn knows_of(process: &Process, code: &str) {
    let again = send(process, "b").await;
    again.is_refusal("发送短信过于频繁");
    check(process, code).await.is_success("短信验证码正确");
    check(process, code).await.is_refusal("短信验证码失效");
}

#[tokio::test]
async fn quotas_and_a_pending_code_outlive_a_restart() {
    let place = Place::with_pictures().await;
    let mut process = place.start();
    send(&process, "a").await.is_success("发送短信成功");
    let code = received_code(&process).await;
    process.signal("TERM");
    assert!(process.wait().success());
    let log = process.log();
    assert!(log.contains("store.snapshot: written"), "{log}");

    let mut process = place.start();
    let used_up = send(&process, "a").await;
    used_up.is_refusal("图形验证码失效");
    knows_of(&process, &code).await;
    process.signal("TERM");
    assert!(process.wait().success());

    let process = place.start();
    check(&process, &code).await.is_refusal("短信验证码失效");
}

#[tokio::test]
async fn a_killed_process_forgets_no_more_than_the_last_interval() {
    let place = Place::with_pictures().await.often();
    let mut process = place.start();
    send(&process, "a").await.is_success("发送短信成功");
    let code = received_code(&process).await;
    // The first file that is new now may have been begun before.
    for _ in 0..2 {
        let last = place.written_at();
        wait_until("a newer snapshot", || place.written_at() != last);
    }
    process.signal("KILL");
    process.wait();
    knows_of(&place.start(), &code).await;
}

#[test]
fn two_processes_do_not_share_a_snapshot() {
    let place = Place::new();
    let _first = place.start();
    let (code, problem) = place.fail_to_start();
    assert_eq!(code, 1);
    let reason = format!("sms-server: store.snapshot: {}", place.path().display());
    assert!(problem.contains(&reason), "{problem}");
    assert!(problem.contains("in use by another process"), "{problem}");
}

#[test]
fn a_snapshot_that_cannot_be_written_stops_the_start() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    let (code, problem) = place.fail_to_start();
    assert_eq!(code, 1);
    assert!(
        problem.contains("sms-server: store.snapshot: "),
        "{problem}"
    );
    let variables = [("SMS__STORE__SNAPSHOT", "/nowhere/state")];
    let (code, _, problem) = run(&[], &variables);
    assert_eq!(code, 1);
    assert!(problem.contains("/nowhere/state.lock"), "{problem}");
}

#[test]
fn only_the_memory_store_has_a_snapshot() {
    let variables = [
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__SNAPSHOT", "state"),
    ];
    let (code, _, problem) = run(&["--check-config"], &variables);
    assert_eq!(code, 1);
    assert!(problem.starts_with("sms-server: store.snapshot: "));
}

#[test]
fn a_torn_snapshot_is_set_aside_and_said() {
    let place = Place::new();
    fs::write(place.path(), "sms-store snapshot 3\nhalf of").unwrap();
    let process = place.start();
    let log = process.log();
    let line = log.lines().find(|line| line.contains("store.snapshot"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    let refused = format!("{} is refused", place.path().display());
    for part in ["ERROR", &refused, "torn", "state.refused-"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let names = fs::read_dir(place.directory.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let refused: Vec<_> = names.filter(|name| name.contains("refused-")).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
}

#[tokio::test]
async fn a_write_that_fails_is_said_and_tried_again() {
    let place = Place::new().often();
    let process = place.start();
    let in_the_way = place.directory.path().join("state.new");
    // It may be there already, while a snapshot is being written.
    wait_until("a directory", || fs::create_dir(&in_the_way).is_ok());
    wait_until("an error", || {
        process.log().contains("store.snapshot: not written")
    });
    // Nobody can write it now.
    let _ = fs::remove_file(place.path());
    fs::remove_dir(&in_the_way).unwrap();
    wait_until("a snapshot", || place.path().exists());
}
