//! The life of a verification.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sms_core::Timestamp;
use sms_gateway::{Behaviour, ErrorClass};
use sms_store::{ManualClock, MemoryStore};

use crate::app::{App, MOBILE};
use crate::verify::{ACCOUNT, BANK, Caller, SHOP, TO, Told, settings};

/// The name of a verification in a message that it was not found by.
fn check_path(service: &str) -> String {
    format!("/Services/{service}/VerificationCheck")
}

/// Asserts that `told` is about a verification as the reference has it, with so many messages.
#[track_caller]
fn is_whole(app: &App, told: &Told, sends: usize) {
    let sid = told.text("sid");
    assert!(sid.starts_with("VE") && sid.len() == 34, "{sid}");
    let is_time = |text: &Value| {
        let text = text.as_str().unwrap();
        text.len() == 20 && text.ends_with('Z') && &text[10..11] == "T"
    };
    let attempts = told.body["send_code_attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), sends, "{told:?}");
    for attempt in attempts {
        let sid = attempt["attempt_sid"].as_str().unwrap();
        assert!(sid.starts_with("VL") && sid.len() == 34, "{sid}");
        assert!(is_time(&attempt["time"]) && attempt["channel"] == "sms");
        assert_eq!(attempt.as_object().unwrap().len(), 3);
    }
    let mut rest = told.body.clone();
    for time in ["date_created", "date_updated"] {
        assert!(is_time(&rest[time]), "{rest}");
        rest.as_object_mut().unwrap().remove(time);
    }
    let url = format!(
        "http://{}/v2/Services/{SHOP}/Verifications/{sid}",
        app.public
    );
    let expected = json!({
        "sid": sid,
        "service_sid": SHOP,
        "account_sid": ACCOUNT,
        "to": TO,
        "channel": "sms",
        "status": "pending",
        "valid": false,
        "lookup": {"carrier": null},
        "amount": null,
        "payee": null,
        "send_code_attempts": attempts,
        "sna": null,
        "url": url,
    });
    assert_eq!(rest, expected);
}

#[tokio::test]
async fn a_number_is_verified_by_the_code_that_it_got() {
    let app = App::start_with(&settings("code_length = 8"));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    assert_eq!(begun.status, 201);
    is_whole(&app, &begun, 1);
    let sid = begun.text("sid");
    let code = app.received_code(MOBILE);
    assert_eq!((code.len(), app.sender.sent()[0].minutes), (8, 10));
    assert!(!begun.body.to_string().contains(&code));
    for name in [sid, TO, "%2B8613800138000"] {
        let fetched = caller.fetch(SHOP, name).await;
        assert_eq!((fetched.status, &fetched.body), (200, &begun.body));
    }

    let wrong = caller.check(SHOP, TO, "000000000").await;
    wrong.is_verification(200, "pending");
    let approved = caller.check(SHOP, TO, &code).await;
    approved.is_verification(200, "approved");
    let mut rest = approved.body.clone();
    for time in ["date_created", "date_updated"] {
        assert!(rest.as_object_mut().unwrap().remove(time).is_some());
    }
    let expected = json!({
        "sid": sid,
        "service_sid": SHOP,
        "account_sid": ACCOUNT,
        "to": TO,
        "channel": "sms",
        "status": "approved",
        "valid": true,
        "amount": null,
        "payee": null,
        "sna_attempts_error_codes": [],
    });
    assert_eq!(rest, expected);

    let again = caller.check(SHOP, TO, &code).await;
    again.is_not_found(&check_path(SHOP));
    let gone = caller.fetch(SHOP, sid).await;
    gone.is_not_found(&format!("/Services/{SHOP}/Verifications/{sid}"));
    let gone = caller.fetch(SHOP, TO).await;
    gone.is_not_found(&format!("/Services/{SHOP}/Verifications/+86138****8000"));
    let next = caller.start(SHOP, TO).await;
    assert_ne!(next.text("sid"), sid);
    is_whole(&app, &next, 1);
}

#[tokio::test]
async fn a_code_is_checked_by_the_name_of_its_verification_too() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    let path = format!("/Services/{SHOP}/VerificationCheck/");
    let code = app.received_code(MOBILE);
    // The name wins.
    let parameters = [
        ("VerificationSid", begun.text("sid")),
        ("To", "+8613900139000"),
        ("Code", &code),
    ];
    let approved = caller.post(&path, &parameters).await;
    approved.is_verification(200, "approved");
    assert_eq!(approved.text("to"), TO);
}

#[tokio::test]
async fn sending_again_keeps_the_code_until_it_was_sent_often_enough() {
    let app = App::start_with(&settings("max_sends = 3"));
    let caller = Caller::account(&app);
    let first = caller.start(SHOP, TO).await;
    let code = app.received_code(MOBILE);
    for sends in 2..=3 {
        let again = caller.start(SHOP, TO).await;
        assert_eq!(again.status, 201);
        is_whole(&app, &again, sends);
        assert_eq!(again.text("sid"), first.text("sid"));
        assert_eq!(again.text("date_created"), first.text("date_created"));
        assert_eq!(app.received_code(MOBILE), code);
    }
    let refused = caller.start(SHOP, TO).await;
    refused.is_problem(429, 60203, "Max send attempts reached");
    assert_eq!(app.sender.sent().len(), 3);
    let approved = caller.check(SHOP, TO, &code).await;
    approved.is_verification(200, "approved");
    assert_eq!(caller.start(SHOP, TO).await.status, 201);
}

#[tokio::test]
async fn a_verification_is_locked_after_too_many_wrong_codes() {
    let app = App::start_with(&settings("max_checks = 3"));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    let code = app.received_code(MOBILE);
    for _ in 0..3 {
        let wrong = caller.check(SHOP, TO, "wrong").await;
        wrong.is_verification(200, "pending");
    }
    let fetched = caller.fetch(SHOP, begun.text("sid")).await;
    fetched.is_verification(200, "max_attempts_reached");
    let refused = caller.check(SHOP, TO, &code).await;
    refused.is_problem(429, 60202, "Max check attempts reached");
    let refused = caller.start(SHOP, TO).await;
    refused.is_problem(429, 60202, "Max check attempts reached");
    let ended = caller.end(SHOP, begun.text("sid"), "approved").await;
    assert_eq!(ended.status, 404);
}

#[tokio::test]
async fn a_verification_ends_without_a_code() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    let sid = begun.text("sid");
    let canceled = caller.end(SHOP, sid, "canceled").await;
    canceled.is_verification(200, "canceled");
    assert_eq!(canceled.text("sid"), sid);
    let fetched = caller.fetch(SHOP, sid).await;
    assert_eq!(fetched.body, canceled.body);
    let check = caller.check(SHOP, TO, &app.received_code(MOBILE)).await;
    check.is_not_found(&check_path(SHOP));
    for status in ["canceled", "approved"] {
        let path = format!("/Services/{SHOP}/Verifications/{sid}");
        caller.end(SHOP, sid, status).await.is_not_found(&path);
    }

    let next = caller.start(SHOP, TO).await;
    assert_ne!(next.text("sid"), sid);
    let approved = caller.end(SHOP, next.text("sid"), "approved").await;
    approved.is_verification(200, "approved");
    assert_eq!(caller.fetch(SHOP, next.text("sid")).await.status, 404);
}

#[tokio::test]
async fn a_verification_is_gone_when_its_time_is_over() {
    let clock = ManualClock::new(Timestamp::from_millis(1_795_342_830_000));
    let store = Arc::new(MemoryStore::new(clock.clock()));
    let app = App::start_on(store, &settings("ttl_s = 120"));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    assert_eq!(begun.text("date_created"), "2026-11-22T10:20:30Z");
    assert_eq!(app.sender.sent()[0].minutes, 2);
    clock.advance(Duration::from_secs(61));
    // Sending again does not prolong it.
    let again = caller.start(SHOP, TO).await;
    assert_eq!(again.text("date_updated"), "2026-11-22T10:21:31Z");
    assert_eq!(app.sender.sent()[0].minutes, 1);
    clock.advance(Duration::from_secs(59));
    assert_eq!(caller.fetch(SHOP, begun.text("sid")).await.status, 404);
    let check = caller.check(SHOP, TO, &app.received_code(MOBILE)).await;
    check.is_not_found(&check_path(SHOP));
    let next = caller.start(SHOP, TO).await;
    assert_ne!(next.text("sid"), begun.text("sid"));
}

#[tokio::test]
async fn codes_are_good_where_they_are_from_and_nowhere_else() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let of_shop = caller.start(SHOP, TO).await;
    let code = app.received_code(MOBILE);
    let elsewhere = caller.check(BANK, TO, &code).await;
    elsewhere.is_not_found(&check_path(BANK));
    assert_eq!(caller.fetch(BANK, of_shop.text("sid")).await.status, 404);
    let ended = caller.end(BANK, of_shop.text("sid"), "canceled").await;
    assert_eq!(ended.status, 404);
    app.check(MOBILE, &code).await.is_refusal("短信验证码失效");

    let of_bank = caller.start(BANK, TO).await;
    assert_ne!(of_bank.text("sid"), of_shop.text("sid"));
    app.send(MOBILE).await.is_success("发送短信成功");
    let of_other_face = app.received_code(MOBILE);
    let check = caller.check(SHOP, TO, &of_other_face).await;
    check.is_verification(200, "pending");
    let check = caller.check(SHOP, TO, &code).await;
    check.is_verification(200, "approved");
    app.check(MOBILE, &of_other_face)
        .await
        .is_success("短信验证码正确");
}

#[tokio::test]
async fn a_message_that_was_not_sent_leaves_nothing() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    app.sender.behave(Behaviour::Refuse(ErrorClass::Temporary));
    let unavailable = "Service is unavailable. Please try again";
    caller
        .start(SHOP, TO)
        .await
        .is_problem(503, 20503, unavailable);
    assert_eq!(caller.fetch(SHOP, TO).await.status, 404);

    app.sender.behave(Behaviour::Accept);
    let begun = caller.start(SHOP, TO).await;
    app.sender.behave(Behaviour::Refuse(ErrorClass::Temporary));
    caller
        .start(SHOP, TO)
        .await
        .is_problem(503, 20503, unavailable);
    let fetched = caller.fetch(SHOP, TO).await;
    is_whole(&app, &fetched, 1);
    // It may have been sent after all.
    app.sender.behave(Behaviour::LoseAnswer);
    let again = caller.start(SHOP, TO).await;
    assert_eq!((again.status, again.text("sid")), (201, begun.text("sid")));
    is_whole(&app, &again, 2);
    let check = caller.check(SHOP, TO, &app.received_code(MOBILE)).await;
    check.is_verification(200, "approved");
}

#[tokio::test]
async fn a_caller_may_choose_the_code_and_the_language() {
    let app = App::start_with(&settings("custom_code_enabled = true"));
    let caller = Caller::account(&app);
    let path = format!("/Services/{SHOP}/Verifications");
    let chosen = [
        ("To", TO),
        ("Channel", "SMS"),
        ("CustomCode", "Ab-12!"),
        ("Locale", "en"),
        // What has no effect.
        ("CustomFriendlyName", "Shop"),
        ("Tags", "{\"x\":\"y\"}"),
        ("RiskCheck", "disable"),
        ("AppHash", "xxxxxxxxxxx"),
        ("TemplateSid", "HJ1"),
        ("DeviceIp", "203.0.113.7"),
    ];
    assert_eq!(caller.post(&path, &chosen).await.status, 201);
    assert_eq!(app.received_code(MOBILE), "Ab-12!");
    let check = caller.check(SHOP, TO, "Ab-12!").await;
    check.is_verification(200, "approved");
}
