//! A request that comes again under its `Idempotency-Key` is answered as the first time.

use sms_testkit::RedisServer;

use crate::app::App;
use crate::verify::{ACCOUNT, BANK, Caller, SHOP, TO, Told, key, settings, told};

/// Asks for a code under a key; whether the answer is said to be an older one.
async fn start(caller: &Caller<'_>, service: &str, to: &str, key: &str) -> (Told, bool) {
    let path = format!("/Services/{service}/Verifications");
    let request = caller.request(reqwest::Method::POST, &path);
    let form = format!("To={}&Channel=sms", to.replace('+', "%2B"));
    let request = request.header("Idempotency-Key", key).body(form);
    let response = request.send().await.unwrap();
    let is_older = response.headers().contains_key("idempotent-replayed");
    (told(response).await, is_older)
}

async fn repeats(app: &App) {
    let caller = Caller::account(app);
    let (first, is_older) = start(&caller, SHOP, TO, "a").await;
    assert_eq!((first.status, is_older), (201, false));
    let (again, is_older) = start(&caller, SHOP, TO, "a").await;
    assert_eq!((again.status, is_older), (201, true));
    assert_eq!(again.body, first.body);
    let (_, is_older) = start(&caller, SHOP, TO, "b").await;
    assert!(!is_older, "another key is another request");
    let fetched = caller.fetch(SHOP, TO).await;
    let sends = fetched.body["send_code_attempts"].as_array().unwrap().len();
    assert_eq!(sends, 2);

    for (service, to) in [(BANK, TO), (SHOP, "+8613900139000")] {
        let (other, _) = start(&caller, service, to, "a").await;
        assert_eq!(
            (other.status, &other.body["code"]),
            (422, &20422.into()),
            "{other:?}"
        );
    }
}

#[tokio::test]
async fn a_message_is_sent_once_however_often_it_is_asked_for() {
    repeats(&App::start_with(&settings(""))).await;
}

#[tokio::test]
async fn a_message_is_sent_once_over_a_redis() {
    let server = RedisServer::start();
    repeats(&App::start_on_url(&server.url(), &settings(""))).await;
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again() {
    let app = App::start_with(&settings("max_sends = 1"));
    let caller = Caller::account(&app);
    caller.start(SHOP, TO).await;
    for _ in 0..2 {
        let (refused, _) = start(&caller, SHOP, TO, "a").await;
        assert_eq!(refused.body["code"], 60203);
    }
    let sid = caller.fetch(SHOP, TO).await.body["sid"].clone();
    caller.end(SHOP, sid.as_str().unwrap(), "canceled").await;
    let (sent, is_older) = start(&caller, SHOP, TO, "a").await;
    assert_eq!((sent.status, is_older), (201, false));
}

#[tokio::test]
async fn a_key_belongs_to_the_account_whoever_shows_it() {
    let sid = "SK00000000000000000000000000000001";
    let app = App::start_with(&settings(&key("web", sid, "")));
    let (first, _) = start(&Caller::account(&app), SHOP, TO, "a").await;
    assert_eq!(first.body["account_sid"], ACCOUNT);
    let web = Caller::new(&app, sid, "the secret of web");
    let (again, is_older) = start(&web, SHOP, TO, "a").await;
    assert!(is_older);
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn a_key_that_is_none_is_named() {
    let app = App::start_with(&settings(""));
    for bad in [String::new(), "x".repeat(256)] {
        let (refused, _) = start(&Caller::account(&app), SHOP, TO, &bad).await;
        assert_eq!(
            refused.body["message"],
            "Invalid parameter: Idempotency-Key"
        );
    }
}
