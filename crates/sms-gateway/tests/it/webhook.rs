//! What a receiver is told, and what becomes of a message whatever it answers.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sms_gateway::{
    ErrorClass, Receipt, SendError, SmsSender, TextTemplate, WebhookConfig, WebhookSender,
};
use sms_testkit::{HttpReply, HttpRequest, HttpStub};

use crate::{AMPLE, CODE, listener_on_a_kept_port, message};

/// The bytes 0 to 31, and 32 to 63.
const SECRETS: [&str; 2] = [
    "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
];

fn config(url: String) -> WebhookConfig {
    WebhookConfig {
        name: "webhook".to_owned(),
        url,
        secrets: SECRETS.map(Into::into).to_vec(),
        allow_private: true,
        texts: TextTemplate::defaults(),
        timeout: AMPLE,
    }
}

fn sender_to(stub: &HttpStub) -> WebhookSender {
    let url = format!("{}/codes?shop=1", stub.base_url());
    WebhookSender::new(&config(url)).unwrap()
}

fn answer(status: u16, body: &Value) -> HttpReply {
    HttpReply::Answer(status, body.to_string())
}

/// HMAC-SHA256 as RFC 2104 spells it out, for a receiver that trusts no library of ours.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let digest = |pad: u8, text: &[u8]| {
        let padded = block.map(|byte| byte ^ pad);
        Sha256::new()
            .chain_update(padded)
            .chain_update(text)
            .finalize()
    };
    digest(0x5c, &digest(0x36, text)).to_vec()
}

/// Judges a request as a receiver does that knows one of the secrets.
fn is_signed(request: &HttpRequest, key: &[u8]) -> bool {
    let header = |name| request.header(name).unwrap();
    let signed = [
        header("webhook-id").as_bytes(),
        header("webhook-timestamp").as_bytes(),
        &request.body,
    ]
    .join(&b"."[..]);
    let expected = format!("v1,{}", STANDARD.encode(hmac(key, &signed)));
    header("webhook-signature")
        .split(' ')
        .any(|signature| signature == expected)
}

struct Sent {
    outcome: Result<Receipt, SendError>,
    requests: Vec<HttpRequest>,
}

impl Sent {
    fn class(&self) -> Option<ErrorClass> {
        self.outcome.as_ref().err().map(SendError::class)
    }
}

/// Sends one message to a server that answers so, and then with 204.
async fn send_through(replies: impl IntoIterator<Item = HttpReply>) -> Sent {
    let stub = HttpStub::start(HttpReply::Answer(204, String::new())).unwrap();
    stub.answer_next(replies);
    Sent {
        outcome: sender_to(&stub).send(&message()).await,
        requests: stub.requests(),
    }
}

#[tokio::test]
async fn the_request_is_the_documented_one_and_signed_by_each_secret() {
    let stub = HttpStub::start(answer(200, &json!({"id": "r-1"}))).unwrap();
    let message = message();
    let receipt = sender_to(&stub).send(&message).await.unwrap();
    assert_eq!(receipt.provider_id.as_deref(), Some("r-1"));

    let request = stub.requests().remove(0);
    assert_eq!(
        (&*request.method, &*request.target),
        ("POST", "/codes?shop=1")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("webhook-id"), Some(message.id.as_str()));
    let body = request.json();
    assert_eq!(body["type"], "sms.code");
    let data = json!({
        "to": "+8613800000000",
        "code": CODE,
        "minutes": 5,
        "locale": "zh-CN",
        "text": format!("您的验证码是{CODE}，请于5分钟内正确输入"),
    });
    assert_eq!(body["data"], data);
    let time = body["timestamp"].as_str().unwrap();
    assert_eq!((time.len(), &time[10..11], &time[19..]), (20, "T", "Z"));
    let timestamp: u64 = request
        .header("webhook-timestamp")
        .unwrap()
        .parse()
        .unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs();
    assert!(now.abs_diff(timestamp) <= 60);

    let keys: Vec<u8> = (0..64).collect();
    assert!(is_signed(&request, &keys[..32]));
    assert!(is_signed(&request, &keys[32..]));
    assert!(!is_signed(&request, &keys[16..48]));
    let mut changed = request;
    changed.body.push(b' ');
    assert!(!is_signed(&changed, &keys[..32]));
}

#[tokio::test]
async fn any_success_is_an_acceptance_whatever_is_in_it() {
    for (status, body) in [(200, ""), (201, "<html>"), (202, "{}"), (204, "")] {
        let sent = send_through([HttpReply::Answer(status, body.to_owned())]).await;
        assert_eq!(sent.outcome.unwrap().provider_id, None, "{status}");
        assert_eq!(sent.requests.len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_is_final_and_its_class_is_that_of_the_status_or_the_answer() {
    let rows = [
        (answer(422, &json!({})), ErrorClass::Argument),
        (answer(401, &json!({})), ErrorClass::Auth),
        (answer(410, &json!({})), ErrorClass::Config),
        (answer(307, &json!({})), ErrorClass::Config),
        (answer(429, &json!({})), ErrorClass::RateAccount),
        (
            answer(503, &json!({"error": "temporary"})),
            ErrorClass::Temporary,
        ),
        (
            answer(422, &json!({"error": "blocked"})),
            ErrorClass::Blocked,
        ),
        (
            answer(429, &json!({"error": "rate_number"})),
            ErrorClass::RateNumber,
        ),
        (
            answer(400, &json!({"error": "unknown"})),
            ErrorClass::Argument,
        ),
    ];
    for (reply, class) in rows {
        let sent = send_through([reply.clone()]).await;
        assert_eq!(sent.class(), Some(class), "{reply:?}");
        assert_eq!(sent.requests.len(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_once_more_under_the_same_id() {
    let lost = [
        HttpReply::Close,
        HttpReply::BreakOff(200),
        HttpReply::Answer(500, String::new()),
        HttpReply::Answer(502, String::new()),
        HttpReply::Answer(503, String::new()),
        HttpReply::Answer(504, String::new()),
        HttpReply::Answer(200, "a".repeat(100_000)),
    ];
    for reply in lost {
        let sent = send_through([reply.clone()]).await;
        assert!(sent.outcome.is_ok(), "{reply:?}");
        let [first, second] = &sent.requests[..] else {
            panic!("{reply:?}: {} requests", sent.requests.len());
        };
        assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
        assert_eq!(first.body, second.body);

        let sent = send_through([reply.clone(), reply.clone()]).await;
        assert_eq!(sent.class(), Some(ErrorClass::Unknown), "{reply:?}");
        assert_eq!(sent.requests.len(), 2, "{reply:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_second_request_counts_if_the_first_would_have_been_refused_too() {
    let rows = [
        ("auth", ErrorClass::Auth),
        ("config", ErrorClass::Config),
        ("argument", ErrorClass::Argument),
        ("blocked", ErrorClass::Blocked),
        ("rate_number", ErrorClass::Unknown),
        ("rate_account", ErrorClass::Unknown),
        ("temporary", ErrorClass::Unknown),
    ];
    for (name, class) in rows {
        let refusal = answer(400, &json!({"error": name}));
        let sent = send_through([HttpReply::Close, refusal]).await;
        assert_eq!(sent.class(), Some(class), "{name}");
    }
}

#[tokio::test]
async fn invariant_5_a_status_alone_does_not_make_a_lost_answer_a_refusal() {
    // 409 and 422 may say that there is a message of this id already.
    for status in [307, 401, 404, 409, 422, 429, 503] {
        let sent = send_through([HttpReply::Close, answer(status, &json!({}))]).await;
        assert_eq!(sent.class(), Some(ErrorClass::Unknown), "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_asked_for_when_the_time_is_up() {
    let stub = HttpStub::start(HttpReply::Stall).unwrap();
    let sender = WebhookSender::new(&WebhookConfig {
        timeout: Duration::from_millis(300),
        ..config(stub.base_url())
    })
    .unwrap();
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unknown);
    assert_eq!(stub.requests().len(), 2);
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_sent() {
    let (listener, keeper) = listener_on_a_kept_port().unwrap();
    drop(listener);
    let url = format!("http://{}", keeper.local_addr().unwrap());
    let sender = WebhookSender::new(&config(url)).unwrap();
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Temporary);
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_even_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("https://localhost:{port}/");
    let sender = WebhookSender::new(&WebhookConfig {
        allow_private: false,
        ..config(url)
    })
    .unwrap();
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Config);
    // Whoever had connected would be waiting here.
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn no_error_and_no_sender_tells_what_must_not_be_told() {
    let echo = json!({"id": "13800000000 x", "error": CODE});
    for reply in [answer(400, &echo), answer(500, &echo), HttpReply::Close] {
        let sent = send_through([reply.clone(), reply]).await;
        let shown = format!("{:?}", sent.outcome.unwrap_err());
        for secret in [CODE, "13800000000", "AAECAwQF", "v1,"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    let sender = WebhookSender::new(&config("http://127.0.0.1:1".to_owned())).unwrap();
    assert!(!format!("{sender:?}").contains("AAECAwQF"));
}
