//! `sms-server simulate-carrier`, as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::app::{MOBILE, client};
use crate::command_line::run;
use crate::process::command;

/// The simulator in a process. It is killed when dropped.
struct Carrier {
    child: Child,
    /// What it printed at the start.
    printed: String,
    base_url: String,
}

impl Carrier {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(&[])
            .args(["simulate-carrier", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut printed, mut base_url) = (String::new(), None);
        for line in lines.map_while(Result::ok) {
            printed += &format!("{line}\n");
            let rest = line.strip_prefix("# http://");
            if let Some((address, _)) = rest.and_then(|rest| rest.split_once(' ')) {
                base_url = Some(format!("http://{address}"));
                break;
            }
        }
        let base_url = base_url.unwrap_or_else(|| panic!("it does not listen: {printed}"));
        Self {
            child,
            printed,
            base_url,
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[actix_web::test]
async fn it_plays_a_script_until_it_is_told_to_stop() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("script.toml");
    fs::write(&file, "[ccp]\nauth_token = 'mine'").unwrap();
    let mut carrier = Carrier::start(&[
        "--script",
        file.to_str().unwrap(),
        "--callback",
        "aliyun=http://127.0.0.1:9/",
    ]);
    for told in ["auth_token = \"mine\"", "aliyun = \"http://127.0.0.1:9/\""] {
        assert!(carrier.printed.contains(told), "{}", carrier.printed);
    }
    let url = format!("{}/inbox?mobile={MOBILE}", carrier.base_url);
    let inbox = client().get(url).send().await.unwrap();
    assert_eq!(inbox.text().await.unwrap(), "[]");

    let kill = format!("kill -TERM {}", carrier.child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
    assert!(carrier.child.wait().unwrap().success());
}

#[test]
fn a_code_may_be_tried_against_it() {
    let carrier = Carrier::start(&[]);
    let sender = "SMS__GATEWAY__SENDERS__CCP__";
    let variables = [
        ("KIND", "ccp"),
        ("BASE_URL", &*carrier.base_url),
        ("ACCOUNT_SID", "8aaf0708000000000000000000000a01"),
        ("AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("APP_ID", "8aaf0708000000000000000000000a02"),
    ];
    let variables = variables.map(|(key, value)| (format!("{sender}{key}"), value));
    let variables = variables.each_ref().map(|(key, value)| (&**key, *value));
    let (code, out, problem) = run(&["send-test", "--sender", "ccp", MOBILE], &variables);
    assert_eq!(code, 0, "{out}{problem}");
    assert!(out.contains("answer   accepted\n"), "{out}");
}

#[test]
fn what_can_not_be_played_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("script.toml");
    let file = file.to_str().unwrap();
    fs::write(file, "[ccp]\nauth_tokn = 'mine'").unwrap();
    let rows: [(&[&str], i32, &str); 5] = [
        (&["--script", file], 1, "unknown field `auth_tokn`"),
        (&["--script", "/nonexistent"], 1, "/nonexistent: "),
        (&["--callback", "aliyun=ftp://a"], 1, "callbacks.aliyun: "),
        (
            &["--callback", "twilio=http://a"],
            2,
            "must be ccp, aliyun or tencent",
        ),
        (&["--listen", "192.0.2.1:1"], 1, "--listen 192.0.2.1:1: "),
    ];
    for (arguments, expected, complaint) in rows {
        let arguments = [&["simulate-carrier"], arguments].concat();
        let (code, _, problem) = run(&arguments, &[]);
        assert_eq!(code, expected, "{problem}");
        assert!(problem.contains(complaint), "{problem}");
    }
}
