//! What Twilio is told, and what becomes of a message whatever it answers.

use std::error::Error;
use std::time::Duration;

use serde_json::json;
use sms_core::Locale;
use sms_gateway::{
    ErrorClass, Localized, Message, Receipt, SendError, SmsSender, TextTemplate, TwilioConfig,
    TwilioOrigin, TwilioSender, TwilioUser,
};
use sms_testkit::{HttpReply, HttpStub};

use crate::{AMPLE, CODE, listener_on_a_kept_port, message, message_to};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "00000000000000000000000000000002";
const SID: &str = "SM0123456789abcdef0123456789abcdef";
const NUMBER: &str = "+33612345678";

fn config(base_url: String) -> TwilioConfig {
    TwilioConfig {
        name: "twilio".to_owned(),
        base_url,
        account_sid: ACCOUNT.to_owned(),
        user: TwilioUser::AuthToken(TOKEN.into()),
        origin: TwilioOrigin::From("+15005550006".to_owned()),
        status_callback: None,
        texts: Localized::new(
            "Code {code}, {minutes} min"
                .parse::<TextTemplate>()
                .unwrap(),
        ),
        timeout: AMPLE,
    }
}

fn accepted() -> HttpReply {
    HttpReply::Answer(201, json!({"sid": SID, "status": "queued"}).to_string())
}

fn refused(status: u16, code: u32) -> HttpReply {
    let told = format!("{NUMBER} {CODE}");
    let body = json!({"code": code, "message": told, "status": status});
    HttpReply::Answer(status, body.to_string())
}

struct Sent {
    outcome: Result<Receipt, SendError>,
    requests: usize,
}

/// Sends one message to a server that answers all requests like this.
async fn send_to(reply: HttpReply) -> Sent {
    let stub = HttpStub::start(reply).unwrap();
    let sender = TwilioSender::new(&config(stub.base_url())).unwrap();
    Sent {
        outcome: sender.send(&message_to(NUMBER)).await,
        requests: stub.requests().len(),
    }
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let stub = HttpStub::start(accepted()).unwrap();
    let sender = TwilioSender::new(&config(stub.base_url())).unwrap();
    let receipt = sender.send(&message_to(NUMBER)).await.unwrap();
    assert_eq!(receipt.provider_id.as_deref(), Some(SID));
    assert_eq!(&*receipt.sender, "twilio");

    let request = stub.requests().remove(0);
    assert_eq!(request.method, "POST");
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    assert_eq!(request.target, path);
    // The example of the documentation.
    let authorization = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMDAwMDAwMDAwMDAw\
        MDAwMDAwMDAwMDAwMDAwMDAwMg==";
    assert_eq!(request.header("authorization"), Some(authorization));
    let form = "application/x-www-form-urlencoded";
    assert_eq!(request.header("content-type"), Some(form));
    let body = format!(
        "To=%2B33612345678&Body=Code+{CODE}%2C+5+min&From=%2B15005550006&ValidityPeriod=300"
    );
    assert_eq!(String::from_utf8(request.body).unwrap(), body);
}

#[tokio::test]
async fn an_api_key_a_service_a_callback_and_a_language_are_heeded() {
    let stub = HttpStub::start(accepted()).unwrap();
    let chinese = "验证码{code}".parse().unwrap();
    let base = config(stub.base_url());
    let sender = TwilioSender::new(&TwilioConfig {
        user: TwilioUser::ApiKey("SK1".to_owned(), "secret".into()),
        origin: TwilioOrigin::MessagingService("MG1".to_owned()),
        status_callback: Some("https://h.example/r".into()),
        texts: base.texts.clone().with(Locale::ZhCn, chinese),
        ..base
    })
    .unwrap();
    sender.send(&message()).await.unwrap();
    let in_english = Message {
        locale: Locale::En,
        ..message()
    };
    sender.send(&in_english).await.unwrap();
    let requests = stub.requests();
    // `SK1:secret` in base64; the path keeps the account.
    assert_eq!(
        requests[0].header("authorization"),
        Some("Basic U0sxOnNlY3JldA==")
    );
    assert!(requests[0].target.contains(ACCOUNT));
    let bodies: Vec<_> = requests
        .iter()
        .map(|r| String::from_utf8(r.body.clone()).unwrap())
        .collect();
    let (zh, en) = ("%E9%AA%8C%E8%AF%81%E7%A0%81", "Code+");
    assert!(
        bodies[0].starts_with(&format!("To=%2B8613800000000&Body={zh}{CODE}&")),
        "{}",
        bodies[0]
    );
    assert!(
        bodies[1].contains(&format!("Body={en}{CODE}")),
        "{}",
        bodies[1]
    );
    for body in bodies {
        assert!(body.contains("MessagingServiceSid=MG1"), "{body}");
        assert!(
            body.ends_with("StatusCallback=https%3A%2F%2Fh.example%2Fr"),
            "{body}"
        );
    }
    assert_eq!(stub.connections(), 1);
}

#[tokio::test]
async fn a_refusal_has_the_class_of_its_code() {
    let rows = [
        (401, 20003, ErrorClass::Auth),
        (429, 20429, ErrorClass::RateAccount),
        (400, 21211, ErrorClass::Argument),
        (400, 21408, ErrorClass::Config),
        (400, 21610, ErrorClass::Blocked),
        (429, 21611, ErrorClass::RateAccount),
        // In no list: the status tells.
        (400, 29999, ErrorClass::Config),
        (401, 29999, ErrorClass::Auth),
        (429, 29999, ErrorClass::RateAccount),
    ];
    for (status, code, class) in rows {
        let sent = send_to(refused(status, code)).await;
        let error = sent.outcome.unwrap_err();
        let expected = code.to_string();
        assert_eq!(
            (error.class(), error.provider_code()),
            (class, Some(&*expected))
        );
        assert_eq!(sent.requests, 1);
    }
    let bare = send_to(HttpReply::Answer(403, "<html>".to_owned())).await;
    let error = bare.outcome.unwrap_err();
    assert_eq!(
        (error.class(), error.provider_code()),
        (ErrorClass::Auth, None)
    );
}

#[tokio::test]
async fn whatever_else_comes_leaves_it_open_and_is_not_asked_about() {
    let rows = [
        HttpReply::Answer(200, json!({"sid": SID}).to_string()),
        HttpReply::Answer(201, "<html>".to_owned()),
        HttpReply::Answer(201, "{}".to_owned()),
        HttpReply::Answer(
            201,
            json!({"sid": SID, "x": "a".repeat(100_000)}).to_string(),
        ),
        HttpReply::Answer(302, String::new()),
        HttpReply::Answer(500, json!({"code": 21211}).to_string()),
        HttpReply::Answer(503, String::new()),
        HttpReply::Close,
        HttpReply::BreakOff(201),
    ];
    for reply in rows {
        let sent = send_to(reply.clone()).await;
        assert_eq!(
            sent.outcome.unwrap_err().class(),
            ErrorClass::Unknown,
            "{reply:?}"
        );
        assert_eq!(sent.requests, 1, "{reply:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_leaves_it_open_when_the_time_is_up() {
    let stub = HttpStub::start(HttpReply::Stall).unwrap();
    let timeout = Duration::from_millis(300);
    let sender = TwilioSender::new(&TwilioConfig {
        timeout,
        ..config(stub.base_url())
    })
    .unwrap();
    let started = std::time::Instant::now();
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unknown);
    assert!(started.elapsed() >= timeout);
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_sent() {
    let (listener, keeper) = listener_on_a_kept_port().unwrap();
    drop(listener);
    let base_url = format!("http://{}", keeper.local_addr().unwrap());
    let sender = TwilioSender::new(&config(base_url)).unwrap();
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Temporary);
}

#[tokio::test]
async fn no_error_tells_what_must_not_be_told() {
    let replies = [
        refused(400, 21211),
        refused(400, 29999),
        HttpReply::Answer(500, format!("{NUMBER} {CODE} {TOKEN}")),
        HttpReply::Answer(201, json!({"sid": NUMBER}).to_string()),
        HttpReply::Close,
    ];
    for reply in replies {
        let error = send_to(reply).await.outcome.unwrap_err();
        let mut shown = format!("{error} {error:?}");
        let mut cause = error.source();
        while let Some(error) = cause {
            shown += &format!(" {error} {error:?}");
            cause = error.source();
        }
        for secret in [CODE, TOKEN, "612345678", ACCOUNT] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn a_sender_does_not_print_its_secret() {
    let sender = TwilioSender::new(&config("http://127.0.0.1:1".to_owned())).unwrap();
    let shown = format!("{sender:?}");
    assert!(shown.contains(ACCOUNT) && !shown.contains(TOKEN), "{shown}");
}
