//! What the Verify face refuses, and in which order.

use reqwest::Method;
use serde_json::json;
use sms_gateway::{Behaviour, ErrorClass};
use sms_testkit::RedisServer;

use crate::app::App;
use crate::verify::{BANK, Caller, Form, SHOP, TO, limited, settings, told};

const LANDLINE: &str = "+861065529988";
const FRENCH: &str = "+33612345678";

#[tokio::test]
async fn what_is_missing_or_bad_is_named_and_no_number_is_repeated() {
    let app = App::start_with(&settings("custom_code_enabled = true"));
    let caller = Caller::account(&app);
    let (to, sms) = (("To", TO), ("Channel", "sms"));
    let start: [(Form<'_>, &str); 12] = [
        (&[], "Invalid parameter: To"),
        (&[("To", ""), sms], "Invalid parameter: To"),
        (&[("To", "somebody"), sms], "Invalid parameter: To"),
        (
            &[("To", "13800138000"), sms],
            "Invalid parameter `To`: 138****8000",
        ),
        (
            &[("To", "+0123456789"), sms],
            "Invalid parameter `To`: +012****89",
        ),
        (
            &[("To", "+9991234567"), sms],
            "Invalid parameter `To`: +999****67",
        ),
        (&[to], "Invalid parameter: Channel"),
        (&[to, ("Channel", "pigeon")], "Invalid parameter: Channel"),
        (
            &[to, sms, ("CustomCode", "123")],
            "Invalid parameter: CustomCode",
        ),
        (
            &[to, sms, ("CustomCode", "12345678901")],
            "Invalid parameter: CustomCode",
        ),
        (
            &[to, sms, ("RateLimits", "ip")],
            "Invalid parameter: RateLimits",
        ),
        (
            &[to, sms, ("RateLimits", "{\"ip\":[]}")],
            "Invalid parameter: RateLimits",
        ),
    ];
    for (parameters, message) in start {
        let path = format!("/Services/{SHOP}/Verifications");
        let told = caller.post(&path, parameters).await;
        told.is_problem(400, 60200, message);
    }
    assert!(app.sender.sent().is_empty());
}

#[tokio::test]
async fn a_check_says_which_code_and_whose() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    caller.start(SHOP, TO).await;
    let path = format!("/Services/{SHOP}/VerificationCheck");
    let to = ("To", TO);
    let rows: [(Form<'_>, u32, &str); 6] = [
        (&[to], 60200, "Invalid parameter: Code"),
        (&[to, ("Code", "")], 60200, "Invalid parameter: Code"),
        (&[to, ("Code", "123")], 60200, "Invalid parameter: Code"),
        (
            &[to, ("Code", "12345678901")],
            60200,
            "Invalid parameter: Code",
        ),
        (
            &[("Code", "123456")],
            60221,
            "No target verification specified",
        ),
        (
            &[("Code", "123456"), ("To", "13800138000")],
            60200,
            "Invalid parameter `To`: 138****8000",
        ),
    ];
    for (parameters, code, message) in rows {
        let told = caller.post(&path, parameters).await;
        told.is_problem(400, code, message);
    }
    let nowhere: [(&str, &str); 4] = [
        ("To", "+8613900139000"),
        ("To", LANDLINE),
        ("VerificationSid", "VE00000000000000000000000000000000"),
        ("VerificationSid", "VE1"),
    ];
    for target in nowhere {
        let told = caller.post(&path, &[target, ("Code", "123456")]).await;
        told.is_not_found(&path);
    }
    // None of these was an attempt.
    let code = app.received_code("13800138000");
    for _ in 0..4 {
        caller.check(SHOP, TO, "wrong").await;
    }
    let check = caller.check(SHOP, TO, &code).await;
    check.is_verification(200, "approved");
}

#[tokio::test]
async fn an_end_is_one_of_two() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    for status in ["", "pending", "expired"] {
        let told = caller.end(SHOP, begun.text("sid"), status).await;
        told.is_problem(400, 60200, "Invalid parameter: Status");
    }
    for name in ["VE00000000000000000000000000000000", "VE1"] {
        let path = format!("/Services/{SHOP}/Verifications/{name}");
        caller.end(SHOP, name, "canceled").await.is_not_found(&path);
    }
}

/// A wish for a verification that meets with everything that can stand against one.
struct Wish<'a> {
    service: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Wish<'a> {
    fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.parameters.retain(|(other, _)| *other != name);
        self.parameters.push((name, value));
        self
    }

    async fn meets(&self, caller: &Caller<'_>, status: u16, code: u32, message: &str) {
        let path = format!("/Services/{}/Verifications", self.service);
        let told = caller.post(&path, &self.parameters).await;
        told.is_problem(status, code, message);
    }
}

#[tokio::test]
async fn a_wish_meets_with_problems_in_their_order() {
    let limits = "per_mobile = []\nfailures_per_mobile = ['2/1h']\nglobal = ['4/1h']";
    let app = App::start_with(&limited(limits, "max_checks = 1\nmax_sends = 2"));
    let caller = Caller::account(&app);
    let unknown = "VA00000000000000000000000000000009";
    let wish = Wish {
        service: unknown,
        parameters: vec![("CustomCode", "123456")],
    };
    let not_found =
        format!("The requested resource /Services/{unknown}/Verifications was not found");
    wish.meets(&caller, 404, 20404, &not_found).await;
    let wish = Wish {
        service: SHOP,
        ..wish
    };
    wish.meets(&caller, 400, 60200, "Invalid parameter: To")
        .await;
    let wish = wish.with("To", LANDLINE).with("Channel", "call");
    let message = "SMS is not supported by landline phone number";
    wish.meets(&caller, 403, 60205, message).await;
    let wish = wish.with("To", FRENCH);
    let message = "The destination phone number has been blocked by Verify Geo-Permissions. FR is \
                   blocked for sms channel for all services";
    wish.meets(&caller, 403, 60605, message).await;

    // One number has failed too often.
    let blocked = "+8613900139000";
    for service in [SHOP, BANK] {
        caller.start(service, blocked).await;
        caller.check(service, blocked, "wrong").await;
    }
    let wish = wish.with("To", blocked);
    let message = "The destination phone number has been temporarily blocked due to suspicious \
                   activity";
    wish.meets(&caller, 403, 60410, message).await;

    let wish = wish.with("To", TO);
    for (channel, shown) in [
        ("call", "CALL"),
        ("Email", "EMAIL"),
        ("whatsapp", "WHATSAPP"),
        ("sna", "SNA"),
    ] {
        let message = format!("Delivery channel disabled: {shown}");
        let wish = Wish {
            service: SHOP,
            parameters: wish.parameters.clone(),
        };
        let wish = wish.with("Channel", channel);
        wish.meets(&caller, 400, 60223, &message).await;
    }
    let wish = wish.with("Channel", "sms");
    let message = "Service does not support this feature";
    wish.meets(&caller, 403, 60204, message).await;
    // Nothing of all that counts.
    assert_eq!(caller.start(SHOP, TO).await.status, 201);
}

#[tokio::test]
async fn limits_are_met_in_their_order_and_a_refusal_counts_for_nothing() {
    let limits = "per_mobile = ['3/1h']\nglobal = ['4/1h']";
    let app = App::start_with(&limited(limits, "max_checks = 1\nmax_sends = 2"));
    let caller = Caller::account(&app);
    let limit = format!("/Services/{SHOP}/RateLimits");
    let made = caller.post(&limit, &[("UniqueName", "ip")]).await;
    let bucket = format!("{limit}/{}/Buckets", made.text("sid"));
    let size = [("Max", "2"), ("Interval", "3600")];
    assert_eq!(caller.post(&bucket, &size).await.status, 201);
    let path = format!("/Services/{SHOP}/Verifications");
    let rate_limits = json!({"ip": "203.0.113.7"}).to_string();
    let ask = async |to: &str| {
        let parameters = [("To", to), ("Channel", "sms"), ("RateLimits", &rate_limits)];
        caller.post(&path, &parameters).await
    };
    // Two of two messages of the verification, of the bucket; two of three to the number.
    assert_eq!(ask(TO).await.status, 201);
    assert_eq!(ask(TO).await.status, 201);
    let sends = "Max send attempts reached";
    ask(TO).await.is_problem(429, 60203, sends);
    caller.check(SHOP, TO, "wrong").await;
    let checks = "Max check attempts reached";
    ask(TO).await.is_problem(429, 60202, checks);
    let other = "+8613900139000";
    let too_many = "Too many requests";
    ask(other).await.is_problem(429, 20429, too_many);
    // Three of three to the number, and three of four of all.
    assert_eq!(caller.start(BANK, TO).await.status, 201);
    let number = "Too many concurrent requests for phone number";
    caller.start(BANK, TO).await.is_problem(429, 60212, number);
    app.sender.behave(Behaviour::Refuse(ErrorClass::Temporary));
    let unavailable = "Service is unavailable. Please try again";
    let refused = caller.start(SHOP, other).await;
    refused.is_problem(503, 20503, unavailable);
    app.sender.behave(Behaviour::Refuse(ErrorClass::RateNumber));
    let refused = caller.start(SHOP, "+8613700137000").await;
    refused.is_problem(429, 60212, number);
    app.sender.behave(Behaviour::Accept);
    assert_eq!(caller.start(SHOP, other).await.status, 201);
    let refused = caller.start(SHOP, other).await;
    refused.is_problem(429, 20429, too_many);
    assert_eq!(app.sender.sent().len(), 4);
}

#[tokio::test]
async fn a_number_that_failed_too_often_is_checked_no_more() {
    let limits = "per_mobile = []\nfailures_per_mobile = ['1/1h']";
    let app = App::start_with(&limited(limits, ""));
    let caller = Caller::account(&app);
    caller.start(SHOP, TO).await;
    let code = app.received_code("13800138000");
    let wrong = caller.check(SHOP, TO, "wrong").await;
    wrong.is_verification(200, "pending");
    let refused = caller.check(SHOP, TO, &code).await;
    refused.is_problem(429, 60202, "Max check attempts reached");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let path = format!("/Services/{SHOP}/Verifications");
    let tags = "x".repeat(17_000);
    let parameters = [("To", TO), ("Channel", "sms"), ("Tags", &*tags)];
    let told_large = caller.post(&path, &parameters).await;
    told_large.is_problem(413, 20413, "Request Entity Too Large");
    // What is no form has no parameters.
    let request = caller.request(Method::POST, &path);
    let request = request.body(format!("{{\"To\":\"{TO}\",\"Channel\":\"sms\"}}"));
    let json = told(request.send().await.unwrap()).await;
    json.is_problem(400, 60200, "Invalid parameter: To");
}

#[tokio::test]
async fn a_store_out_of_reach_is_said_on_every_path() {
    let mut redis = RedisServer::start();
    let app = App::start_on_url(&redis.url(), &settings(""));
    let caller = Caller::account(&app);
    let begun = caller.start(SHOP, TO).await;
    redis.stop();
    let unavailable = "Service is unavailable. Please try again";
    let limits = format!("/Services/{SHOP}/RateLimits");
    for told in [
        caller.start(SHOP, TO).await,
        caller.check(SHOP, TO, "123456").await,
        caller.fetch(SHOP, TO).await,
        caller.fetch(SHOP, begun.text("sid")).await,
        caller.end(SHOP, begun.text("sid"), "canceled").await,
        caller.get("/Attempts").await,
        caller.get("/Attempts/Summary").await,
        caller
            .get("/Attempts/VL00000000000000000000000000000001")
            .await,
        caller.get(&format!("/SafeList/Numbers/{TO}")).await,
        caller.delete(&format!("/SafeList/Numbers/{TO}")).await,
        caller
            .post("/SafeList/Numbers", &[("PhoneNumber", TO)])
            .await,
        caller.get(&limits).await,
        caller.post(&limits, &[("UniqueName", "ip")]).await,
    ] {
        told.is_problem(503, 20503, unavailable);
    }
    assert_eq!(caller.get("/Services").await.status, 200);
}
