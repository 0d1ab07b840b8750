//! Aliyun: requests as they come over the wire, judged by a check of its own, and answers.

use std::collections::BTreeMap;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sms_core::Locale;
use sms_gateway::{
    AliyunConfig, AliyunSender, ErrorClass, Localized, NamedTemplate, SmsSender, Variable,
};
use sms_testkit::{HttpReply, HttpRequest, HttpStub};
use time::{Date, Month, OffsetDateTime};

use crate::no_second_try::{self, Trial};
use crate::{AMPLE, CODE, NUMBER, message, message_to};

const ID: &str = "LTAI5tEXAMPLE";
const SECRET: &str = "aliyunEXAMPLEsecret";
const ACCEPTED: &str =
    r#"{"Code":"OK","Message":"OK","RequestId":"r","BizId":"900619746936498440^0"}"#;

fn config(endpoint: String) -> AliyunConfig {
    let named = |name: &str, variable| (name.to_owned(), variable);
    let template = NamedTemplate {
        id: "SMS_154950909".to_owned(),
        variables: vec![
            named("code", Variable::Code),
            named("ttl", Variable::Minutes),
        ],
    };
    let english = NamedTemplate {
        id: "SMS_2".to_owned(),
        variables: vec![named("number", Variable::Code)],
    };
    AliyunConfig {
        name: "aliyun".to_owned(),
        endpoint,
        access_key_id: ID.to_owned(),
        access_key_secret: SECRET.into(),
        security_token: None,
        sign_name: "阿里云 短信*测试~".to_owned(),
        templates: Localized::new(template).with(Locale::En, english),
        timeout: AMPLE,
    }
}

fn stub_and_sender() -> (HttpStub, AliyunSender) {
    let stub = HttpStub::start(HttpReply::Answer(200, ACCEPTED.to_owned())).unwrap();
    let sender = AliyunSender::new(&config(stub.base_url())).unwrap();
    (stub, sender)
}

fn digits(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn encoded(text: &str) -> String {
    let is_unreserved = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let mut buffer = [0; 4];
    let encode = |c: char| match is_unreserved(c) {
        true => c.to_string(),
        false => (c.encode_utf8(&mut buffer).bytes())
            .map(|byte| format!("%{byte:02X}"))
            .collect(),
    };
    text.chars().map(encode).collect()
}

/// Fails unless `date`, as `yyyy-MM-ddTHH:mm:ssZ` in UTC, is within minutes of now.
fn assert_is_now(date: &str) {
    let part = |range: std::ops::Range<usize>| date[range].parse::<u8>().unwrap();
    let year = date[..4].parse().unwrap();
    let month = Month::try_from(part(5..7)).unwrap();
    let day = Date::from_calendar_date(year, month, part(8..10)).unwrap();
    let time = day.with_hms(part(11..13), part(14..16), part(17..19));
    let apart = OffsetDateTime::now_utc() - time.unwrap().assume_utc();
    assert!(apart.abs() < time::Duration::minutes(5), "{date}");
}

/// The parameters of a request, whose signature is checked by the steps of the vendor's page: what
/// is signed is put together from the raw request, not from what was meant to be in it.
fn verified(request: &HttpRequest) -> BTreeMap<String, String> {
    assert_eq!((request.method.as_str(), request.path()), ("POST", "/"));
    let (_, query) = request.target.split_once('?').unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    let parameters: BTreeMap<_, _> = pairs.map(|(k, v)| (decoded(k), decoded(v))).collect();
    let canonical_query: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();

    assert_is_now(request.header("x-acs-date").unwrap());
    let body_digest = digits(Sha256::digest(&request.body));
    assert_eq!(request.header("x-acs-content-sha256"), Some(&*body_digest));
    let authorization = request.header("authorization").unwrap();
    let rest = authorization
        .strip_prefix("ACS3-HMAC-SHA256 Credential=")
        .unwrap();
    let parts: Vec<_> = rest.split(',').collect();
    let [ID, signed, signature] = parts[..] else {
        panic!("{authorization}");
    };
    let signed = signed.strip_prefix("SignedHeaders=").unwrap();
    let names: Vec<_> = signed.split(';').collect();
    assert!(names.is_sorted());
    let must_be_signed = request.headers.iter().map(|(name, _)| name.to_lowercase());
    for name in must_be_signed.filter(|name| name == "host" || name.starts_with("x-acs-")) {
        assert!(names.contains(&&*name), "{name} is not signed");
    }
    let headers: String = names
        .iter()
        .map(|name| format!("{name}:{}\n", request.header(name).unwrap().trim()))
        .collect();
    let canonical = format!(
        "POST\n/\n{}\n{headers}\n{signed}\n{body_digest}",
        canonical_query.join("&")
    );
    let text = format!(
        "ACS3-HMAC-SHA256\n{}",
        digits(Sha256::digest(canonical.as_bytes()))
    );
    let mut hmac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    hmac.update(text.as_bytes());
    let expected = format!("Signature={}", digits(hmac.finalize().into_bytes()));
    assert_eq!(signature, expected, "for\n{canonical}");
    parameters
}

#[tokio::test]
async fn a_message_is_accepted_and_has_an_id() {
    let (stub, sender) = stub_and_sender();
    let message = message();
    let receipt = sender.send(&message).await.unwrap();
    assert_eq!(&*receipt.sender, "aliyun");
    assert_eq!(receipt.provider_id.as_deref(), Some("900619746936498440^0"));

    let request = stub.requests().remove(0);
    let parameters = verified(&request);
    let param = format!(r#"{{"code":"{CODE}","ttl":"5"}}"#);
    let expected = [
        ("OutId", message.id.as_str()),
        ("PhoneNumbers", NUMBER),
        ("SignName", "阿里云 短信*测试~"),
        ("TemplateCode", "SMS_154950909"),
        ("TemplateParam", &param),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(parameters, BTreeMap::from(expected));
    assert_eq!(request.header("x-acs-action"), Some("SendSms"));
    assert_eq!(request.header("x-acs-version"), Some("2017-05-25"));
    assert_eq!(request.header("content-length"), Some("0"));
    assert_eq!(request.header("x-acs-security-token"), None);
    assert_eq!(request.body, b"");
}

#[tokio::test]
async fn a_token_of_temporary_keys_goes_along_and_is_signed() {
    let (stub, _) = stub_and_sender();
    let sender = AliyunSender::new(&AliyunConfig {
        security_token: Some("CAISexample/+=".into()),
        ..config(stub.base_url())
    })
    .unwrap();
    sender.send(&message()).await.unwrap();
    let request = stub.requests().remove(0);
    verified(&request);
    assert_eq!(
        request.header("x-acs-security-token"),
        Some("CAISexample/+=")
    );
}

#[tokio::test]
async fn a_foreign_number_has_its_calling_code_and_no_plus() {
    let (stub, sender) = stub_and_sender();
    sender.send(&message_to("+33612345678")).await.unwrap();
    let parameters = verified(&stub.requests()[0]);
    assert_eq!(parameters["PhoneNumbers"], "33612345678");
}

#[tokio::test]
async fn each_language_has_its_template() {
    let (stub, sender) = stub_and_sender();
    let mut message = message();
    message.locale = Locale::En;
    sender.send(&message).await.unwrap();
    let parameters = verified(&stub.requests()[0]);
    assert_eq!(parameters["TemplateCode"], "SMS_2");
    let param: Value = serde_json::from_str(&parameters["TemplateParam"]).unwrap();
    assert_eq!(param, json!({"number": CODE}));
}

#[tokio::test]
async fn no_two_requests_have_the_same_nonce_and_all_travel_on_one_connection() {
    let (stub, sender) = stub_and_sender();
    let message = message();
    for _ in 0..3 {
        sender.send(&message).await.unwrap();
    }
    let nonces: Vec<_> = stub
        .requests()
        .iter()
        .map(|request| {
            verified(request);
            request.header("x-acs-signature-nonce").unwrap().to_owned()
        })
        .collect();
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2] && nonces[0] != nonces[2]);
    assert_eq!(stub.connections(), 1);
}

#[tokio::test]
async fn a_refusal_has_the_class_of_its_code_whatever_the_http_status() {
    let rows = [
        (200, "isv.BUSINESS_LIMIT_CONTROL", ErrorClass::RateNumber),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", ErrorClass::Config),
        (400, "SignatureDoesNotMatch", ErrorClass::Auth),
        (404, "InvalidAccessKeyId.NotFound", ErrorClass::Auth),
        (400, "InvalidTimeStamp.Expired", ErrorClass::Auth),
        (400, "Throttling.User", ErrorClass::RateAccount),
        (503, "ServiceUnavailable", ErrorClass::Temporary),
        (200, "isp.SYSTEM_ERROR", ErrorClass::Unknown),
        (400, "isv.NEVER_HEARD_OF", ErrorClass::Unknown),
        (200, "ok", ErrorClass::Unknown),
    ];
    for (status, code, class) in rows {
        let (stub, sender) = stub_and_sender();
        let body = json!({"Code": code, "Message": NUMBER, "RequestId": "r"}).to_string();
        stub.answer_next([HttpReply::Answer(status, body)]);
        let error = sender.send(&message()).await.unwrap_err();
        assert_eq!((error.class(), error.provider_code()), (class, Some(code)));
        assert_eq!(stub.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_not_asked_for_again() {
    no_second_try::check(&Trial {
        accepted: ACCEPTED,
        secrets: &[SECRET, "Signature="],
        make: &|endpoint, timeout: Duration| {
            let config = AliyunConfig {
                timeout,
                ..config(endpoint)
            };
            Box::new(AliyunSender::new(&config).unwrap())
        },
    })
    .await;
}

#[test]
fn a_sender_does_not_print_its_secrets() {
    let (_stub, sender) = stub_and_sender();
    let shown = format!("{sender:?}");
    assert!(shown.contains(ID), "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
}
