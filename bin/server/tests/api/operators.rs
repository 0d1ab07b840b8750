//! `sms-server number`, `unblock`, `stats` and `watch`, beside a server on a real Redis.

use std::fs;

use sms_testkit::RedisServer;
use tempfile::TempDir;

use crate::app::{App, MOBILE};
use crate::command_line::run;
use crate::verify::{Caller, SHOP, TO, limited, settings};

/// A server on a Redis, and the configuration that its operator has.
struct Scene {
    app: App,
    redis: RedisServer,
    directory: TempDir,
}

impl Scene {
    fn start(toml: &str) -> Self {
        let redis = RedisServer::start();
        let app = App::start_on_url(&redis.url(), toml);
        Self::of(app, redis, toml)
    }

    /// With codes and numbers as digests.
    fn start_in_secret(toml: &str) -> Self {
        let redis = RedisServer::start();
        let toml = format!(
            "{toml}\n[store]\nbackend = 'redis'\nurl = '{}'\ncode_at_rest = 'hmac'\n\
             hmac_key = 'a key of codes that is secret'\nhide_numbers = true\n",
            redis.url()
        );
        let app = App::start_with_its_senders(&toml);
        Self::of(app, redis, &toml)
    }

    fn of(app: App, redis: RedisServer, toml: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("sms.toml"), toml).unwrap();
        Self {
            app,
            redis,
            directory,
        }
    }

    /// What the command tells on the standard output and error; it must succeed.
    #[track_caller]
    fn tell(&self, arguments: &[&str]) -> (String, String) {
        let file = self.directory.path().join("sms.toml");
        let (url, ops) = (self.redis.url(), self.app.ops.to_string());
        let variables = [
            ("SMS__STORE__BACKEND", "redis"),
            ("SMS__STORE__URL", &url),
            ("SMS__SERVER__OPS_LISTEN", &ops),
        ];
        let mut all = vec!["--config", file.to_str().unwrap()];
        all.extend(arguments);
        let (code, out, problem) = run(&all, &variables);
        assert_eq!(code, 0, "{out}{problem}");
        for told in [&out, &problem] {
            assert!(!told.contains(MOBILE), "{told}");
        }
        (out, problem)
    }
}

#[track_caller]
fn assert_has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn a_number_is_told_without_its_code_and_unblocked() {
    let scene = Scene::start(&limited("per_mobile = ['1/1h']", ""));
    scene.app.send(MOBILE).await.is_success("发送短信成功");
    let code = scene.app.received_code(MOBILE);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    scene.app.check(MOBILE, wrong).await;
    scene.app.send(MOBILE).await.is_refusal("发送短信过于频繁");

    let (told, _) = scene.tell(&["number", MOBILE]);
    assert!(!told.contains(&code), "{told}");
    assert_has(
        &told,
        &[
            "number     138****8000 (CN)\n",
            "sends      1 of 1 in 1h\n",
            "failures   1 of 20 in 1d\n",
            "code       pending since ",
            "; 4 of 5 attempts left\n",
            ": limits.per_mobile\n",
            "service    shop\ncode       none pending\n",
        ],
    );
    let (told, log) = scene.tell(&["unblock", MOBILE]);
    assert_has(
        &told,
        &[
            "forgotten  1 send, 1 failure, 0 void codes\n",
            "; 4 of 5 attempts left\nnext send  now\n",
        ],
    );
    let record = "audit record event=unblock mobile=138****8000 sends=1 failures=1 ";
    assert_has(&log, &[record]);
    scene
        .app
        .check(MOBILE, &code)
        .await
        .is_success("短信验证码正确");
    scene.app.send(MOBILE).await.is_success("发送短信成功");
}

#[tokio::test]
async fn a_number_that_is_kept_as_a_digest_is_found_too() {
    let scene = Scene::start_in_secret(&limited("per_mobile = ['1/1h']", ""));
    scene.app.send(MOBILE).await.is_success("发送短信成功");
    let lines = ["sends      1 of 1 in 1h\n", "code       pending since "];
    assert_has(&scene.tell(&["number", MOBILE]).0, &lines);
    scene.tell(&["unblock", MOBILE]);
    scene.app.send(MOBILE).await.is_success("发送短信成功");
}

#[tokio::test]
async fn a_verification_that_was_guessed_at_too_often_is_unblocked() {
    let scene = Scene::start(&settings("max_checks = 1"));
    let caller = Caller::account(&scene.app);
    caller.start(SHOP, TO).await;
    caller.check(SHOP, TO, "wrong").await;
    let refused = caller.start(SHOP, TO).await;
    refused.is_problem(429, 60202, "Max check attempts reached");
    let (told, _) = scene.tell(&["number", MOBILE]);
    assert_has(
        &told,
        &[
            "code       void for wrong codes, until ",
            ": verify.services.shop.max_checks\n",
        ],
    );
    let (told, _) = scene.tell(&["unblock", MOBILE]);
    assert_has(&told, &["forgotten  0 sends, 1 failure, 1 void code\n"]);
    assert_eq!(caller.start(SHOP, TO).await.status, 201);
}

#[tokio::test]
async fn a_client_address_is_unblocked() {
    let scene = Scene::start("[limits]\nper_ip = ['1/1h']\nper_mobile = []\n");
    scene.app.send(MOBILE).await.is_success("发送短信成功");
    scene.app.send(MOBILE).await.is_refusal("访问过于频繁");
    let (told, log) = scene.tell(&["unblock", "127.0.0.1"]);
    assert_has(
        &told,
        &["address    127.0.0.1\nforgotten  1 request for a code, 0 pictures\n"],
    );
    let record = "audit record event=unblock address=127.0.0.1 requests=1 pictures=0 ";
    assert_has(&log, &[record]);
    scene.app.send(MOBILE).await.is_success("发送短信成功");
}

#[tokio::test]
async fn messages_are_told_by_hour_and_by_instance() {
    let scene = Scene::start(&settings(""));
    let caller = Caller::account(&scene.app);
    caller.start(SHOP, TO).await;
    caller.start(SHOP, TO).await;
    let code = scene.app.received_code(MOBILE);
    caller.check(SHOP, TO, "wrong").await;
    caller.check(SHOP, TO, &code).await;
    scene.app.send(MOBILE).await.is_success("发送短信成功");
    scene.app.get("/image_codes/i/").await;
    let (told, problem) = scene.tell(&["stats"]);
    assert_eq!(problem, "");
    let rows = ["all                   2          0       0      1        50 %\n"];
    assert_has(&told, &rows);
    let place = scene.app.ops.to_string();
    let row = told.lines().find(|line| line.starts_with(&place)).unwrap();
    let cells: Vec<_> = row.split_whitespace().skip(2).collect();
    assert_eq!(cells, ["1", "3", "0", "1", "1", "33", "%"], "{told}");
}

#[tokio::test]
async fn the_funnel_is_watched_a_line_a_reading() {
    let scene = Scene::start(&settings(""));
    scene.app.send(MOBILE).await.is_success("发送短信成功");
    let code = scene.app.received_code(MOBILE);
    scene
        .app
        .check(MOBILE, &code)
        .await
        .is_success("短信验证码正确");
    let (told, _) = scene.tell(&["watch", "--count", "1"]);
    let line = " pictures=0(+0) sends=1(+0) delivered=0(+0) right=1(+0)\n";
    assert!(told.ends_with(line) && told.lines().count() == 1, "{told}");
}

#[test]
fn what_can_not_be_reached_is_named() {
    let nobody = [("SMS__SERVER__OPS_LISTEN", "127.0.0.1:1")];
    let off = [("SMS__SERVER__OPS_LISTEN", "")];
    let redis = [
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL", "redis://127.0.0.1:1/0"),
    ];
    let embedded = "store.backend: \"memory\" is inside the process that serves";
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let rows: [Row<'_>; 9] = [
        (&["number", MOBILE], &[], embedded),
        (&["unblock", MOBILE], &[], embedded),
        (&["unblock", "127.0.0.1"], &[], embedded),
        (&["number", MOBILE], &redis, "the store is out of reach: "),
        (&["number", "12"], &redis, "NUMBER: not a phone number"),
        (&["unblock", "x"], &redis, "NUMBER|ADDRESS: it is no client"),
        (
            &["watch"],
            &nobody,
            "listener at 127.0.0.1:1: Connection refused",
        ),
        (
            &["watch"],
            &off,
            "server.ops_listen: there is no operator's listener",
        ),
        (
            &["stats"],
            &nobody,
            "store.backend: messages by hour are inside",
        ),
    ];
    for (arguments, variables, expected) in rows {
        let (code, out, problem) = run(arguments, variables);
        assert_eq!((code, &*out), (1, ""), "{arguments:?}");
        assert!(problem.contains(expected), "{arguments:?}: {problem}");
        assert!(!problem.contains(MOBILE), "{problem}");
    }
}
