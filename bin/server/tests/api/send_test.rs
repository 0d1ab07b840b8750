//! `sms-server send-test`, as a process of its own, with a stand-in for the provider.

use std::net::TcpListener;

use sms_testkit::{CcpFault, CcpStub};

use crate::app::MOBILE;
use crate::command_line::run;

/// A sender `trial` that leads to the stub. It is not in `gateway.order`.
fn trial<'a>(base_url: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let sender = [
        ("SMS__GATEWAY__SENDERS__TRIAL__KIND", "ccp"),
        ("SMS__GATEWAY__SENDERS__TRIAL__BASE_URL", base_url),
        (
            "SMS__GATEWAY__SENDERS__TRIAL__ACCOUNT_SID",
            CcpStub::ACCOUNT_SID,
        ),
        (
            "SMS__GATEWAY__SENDERS__TRIAL__AUTH_TOKEN",
            CcpStub::AUTH_TOKEN,
        ),
        ("SMS__GATEWAY__SENDERS__TRIAL__APP_ID", CcpStub::APP_ID),
    ];
    sender.into_iter().chain(more.iter().copied()).collect()
}

/// The exit code and what was told, when these faults come in the way.
fn try_through(faults: impl IntoIterator<Item = CcpFault>) -> (i32, String) {
    let stub = CcpStub::start().unwrap();
    stub.fail_next(faults);
    let (code, out, problem) = run(
        &["send-test", "--sender", "trial", MOBILE],
        &trial(&stub.base_url(), &[]),
    );
    for request in stub.requests() {
        let code = request.json()["datas"][0].as_str().unwrap().to_owned();
        for secret in [&*code, MOBILE, CcpStub::AUTH_TOKEN] {
            assert!(!out.contains(secret), "{secret} in {out}");
            assert!(!problem.contains(secret), "{secret} in {problem}");
        }
    }
    (code, out)
}

#[test]
fn a_message_that_is_accepted_is_told_with_its_id() {
    let (code, out) = try_through([]);
    assert_eq!(code, 0, "{out}");
    for line in [
        "to       138****8000\n",
        "sender   trial\n",
        "answer   accepted\n",
        "id       00000000000000000000000000000001\n",
    ] {
        assert!(out.contains(line), "{out}");
    }
}

#[test]
fn a_refusal_is_told_with_its_meaning_and_what_helps() {
    let (code, out) = try_through([CcpFault::Refuse("160032")]);
    assert_eq!(code, 1, "{out}");
    for line in [
        "answer   not accepted\n",
        "code     160032\n",
        "class    config\n",
        "meaning  template invalid\n",
        "advice   see that the template of this id is approved",
    ] {
        assert!(out.contains(line), "{out}");
    }
}

#[test]
fn an_outcome_that_nobody_knows_has_an_exit_code_of_its_own() {
    let (code, out) = try_through([CcpFault::LoseRequest, CcpFault::LoseAnswer]);
    assert_eq!(code, 2, "{out}");
    for line in [
        "answer   unknown\n",
        "advice   the message may still arrive",
    ] {
        assert!(out.contains(line), "{out}");
    }
}

#[test]
fn it_ends_when_the_time_for_a_send_is_up() {
    let stub = CcpStub::start().unwrap();
    stub.fail_next([CcpFault::Stall, CcpFault::Stall]);
    let limits = [
        ("SMS__GATEWAY__TIMEOUT_MS", "400"),
        ("SMS__GATEWAY__DEADLINE_MS", "500"),
    ];
    let (code, out, _) = run(
        &["send-test", "--sender", "trial", MOBILE],
        &trial(&stub.base_url(), &limits),
    );
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("gateway.deadline_ms"), "{out}");
}

#[test]
fn it_needs_neither_the_store_nor_the_listeners() {
    let stub = CcpStub::start().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let elsewhere = [
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL", "redis://127.0.0.1:1/0"),
        ("SMS__SERVER__LISTEN", &*taken),
    ];
    let (code, out, problem) = run(
        &["send-test", "--sender", "trial", MOBILE],
        &trial(&stub.base_url(), &elsewhere),
    );
    assert_eq!(code, 0, "{out}{problem}");
    assert_eq!(stub.accepted().len(), 1);
}

#[test]
fn what_can_not_be_sent_is_refused_before_anything_is_written() {
    let stub = CcpStub::start().unwrap();
    let base_url = stub.base_url();
    let rows = [
        ("trial", "12345", "MOBILE: not a phone number"),
        ("trial", "+862087654321", "MOBILE: not a mobile number"),
        (
            "nobody",
            MOBILE,
            "--sender: there is no sender \"nobody\" under gateway.senders, but mock, trial",
        ),
    ];
    for (sender, mobile, expected) in rows {
        let arguments = ["send-test", "--sender", sender, mobile];
        let (code, out, problem) = run(&arguments, &trial(&base_url, &[]));
        assert_eq!((code, out.as_str()), (1, ""), "{problem}");
        let problem = problem.strip_prefix("sms-server: ").unwrap();
        assert!(problem.starts_with(expected), "{problem}");
    }
    assert_eq!(stub.connections(), 0);
}

#[test]
fn a_sender_that_can_not_be_made_is_named() {
    let account = ("SMS__GATEWAY__SENDERS__TRIAL__ACCOUNT_SID", "a/b");
    let (code, _, problem) = run(
        &["send-test", "--sender", "trial", MOBILE],
        &trial("http://127.0.0.1:1", &[account]),
    );
    assert_eq!(code, 1);
    let expected = "sms-server: gateway.senders.trial.account_sid: must be";
    assert!(problem.starts_with(expected), "{problem}");
}

#[test]
fn it_takes_a_configuration_like_the_server() {
    let stub = CcpStub::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    std::fs::write(&file, "[sms_code]\nlength = 8\nttl_s = 120\n").unwrap();
    let file = file.to_str().unwrap();
    for arguments in [
        ["--config", file, "send-test", "--sender", "trial", MOBILE],
        ["send-test", "--sender", "trial", "--config", file, MOBILE],
    ] {
        let (code, out, problem) = run(&arguments, &trial(&stub.base_url(), &[]));
        assert_eq!(code, 0, "{out}{problem}");
    }
    for message in stub.accepted() {
        assert_eq!((message.datas[0].len(), &*message.datas[1]), (8, "2"));
    }
    assert_eq!(stub.accepted().len(), 2);
}
