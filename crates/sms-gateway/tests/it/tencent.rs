//! Tencent Cloud: requests as they come over the wire, judged by a check of its own, and answers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};
use sms_core::{Locale, Region};
use sms_gateway::{
    ErrorClass, Localized, SmsSender, TENCENT_REGION, Template, TencentConfig, TencentSender,
    Variable,
};
use sms_testkit::{HttpReply, HttpRequest, HttpStub};
use time::OffsetDateTime;

use crate::no_second_try::{self, Trial};
use crate::{AMPLE, CODE, message, message_to};

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "tencentEXAMPLEsecret";
const ACCEPTED: &str = r#"{"Response":{"SendStatusSet":[{"SerialNo":"5000:1045710669157053657849499619","PhoneNumber":"+8613800000000","Fee":1,"SessionContext":"","Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"r"}}"#;

fn config(endpoint: String) -> TencentConfig {
    let template = |id: &str, variables: &[Variable]| Template {
        id: id.to_owned(),
        variables: variables.to_vec(),
    };
    TencentConfig {
        name: "tencent".to_owned(),
        endpoint,
        region: TENCENT_REGION.to_owned(),
        secret_id: ID.to_owned(),
        secret_key: SECRET.into(),
        security_token: None,
        sdk_app_id: "1400000001".to_owned(),
        sign_name: Some("腾讯云".to_owned()),
        templates: Localized::new(template("1234", &Variable::ALL)).with(
            Locale::En,
            template("5678", &[Variable::Minutes, Variable::Code]),
        ),
        timeout: AMPLE,
    }
}

fn stub_and_sender() -> (HttpStub, TencentSender) {
    let stub = HttpStub::start(HttpReply::Answer(200, ACCEPTED.to_owned())).unwrap();
    let sender = TencentSender::new(&config(stub.base_url())).unwrap();
    (stub, sender)
}

fn digits(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    hmac.update(text.as_bytes());
    hmac.finalize().into_bytes().to_vec()
}

/// Checks the signature of a request by the steps of the vendor's description: what is signed is
/// put together from the raw request, not from what was meant to be in it.
fn verify(request: &HttpRequest) {
    assert_eq!((&*request.method, &*request.target), ("POST", "/"));
    let header = |name: &str| request.header(name).unwrap();
    let timestamp: u64 = header("x-tc-timestamp").parse().unwrap();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!(now.abs_diff(timestamp) < 300);
    let date = OffsetDateTime::from_unix_timestamp(timestamp as i64)
        .unwrap()
        .date();
    let scope = format!("{date}/sms/tc3_request");

    let signed = "content-type;host;x-tc-action";
    let canonical = format!(
        "POST\n/\n\ncontent-type:{}\nhost:{}\nx-tc-action:{}\n\n{signed}\n{}",
        header("content-type"),
        header("host"),
        header("x-tc-action").to_lowercase(),
        digits(Sha256::digest(&request.body)),
    );
    let text = format!(
        "TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}",
        digits(Sha256::digest(canonical.as_bytes()))
    );
    let day_key = hmac(format!("TC3{SECRET}").as_bytes(), &date.to_string());
    let key = hmac(&hmac(&day_key, "sms"), "tc3_request");
    let signature = digits(hmac(&key, &text));
    let expected = format!(
        "TC3-HMAC-SHA256 Credential={ID}/{scope}, SignedHeaders={signed}, Signature={signature}"
    );
    assert_eq!(header("authorization"), expected, "for\n{canonical}");
}

#[tokio::test]
async fn a_message_is_accepted_and_has_an_id() {
    let (stub, sender) = stub_and_sender();
    let message = message();
    let receipt = sender.send(&message).await.unwrap();
    assert_eq!(&*receipt.sender, "tencent");
    let id = receipt.provider_id.unwrap();
    assert_eq!(id, "5000:1045710669157053657849499619");

    let request = stub.requests().remove(0);
    verify(&request);
    let body = json!({
        "PhoneNumberSet": ["+8613800000000"],
        "SmsSdkAppId": "1400000001",
        "SignName": "腾讯云",
        "TemplateId": "1234",
        "TemplateParamSet": [CODE, "5"],
        "SessionContext": message.id.as_str(),
    });
    assert_eq!(request.json(), body);
    let expected = [
        ("content-type", "application/json; charset=utf-8"),
        ("x-tc-action", "SendSms"),
        ("x-tc-version", "2021-01-11"),
        ("x-tc-region", "ap-guangzhou"),
    ];
    for (name, value) in expected {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    assert_eq!(request.header("x-tc-token"), None);
}

#[tokio::test]
async fn a_token_of_temporary_keys_goes_along() {
    let (stub, _) = stub_and_sender();
    let sender = TencentSender::new(&TencentConfig {
        security_token: Some("example/+=".into()),
        ..config(stub.base_url())
    })
    .unwrap();
    sender.send(&message()).await.unwrap();
    let request = stub.requests().remove(0);
    verify(&request);
    assert_eq!(request.header("x-tc-token"), Some("example/+="));
}

#[tokio::test]
async fn each_language_has_its_template() {
    let (stub, sender) = stub_and_sender();
    let mut message = message();
    message.locale = Locale::En;
    sender.send(&message).await.unwrap();
    let request = stub.requests().remove(0);
    verify(&request);
    let body = request.json();
    assert_eq!(
        (&body["TemplateId"], &body["TemplateParamSet"]),
        (&json!("5678"), &json!(["5", CODE]))
    );
}

#[tokio::test]
async fn without_a_name_for_the_brackets_only_foreign_numbers_are_sent_to() {
    let (stub, with_name) = stub_and_sender();
    let sender = TencentSender::new(&TencentConfig {
        sign_name: None,
        ..config(stub.base_url())
    })
    .unwrap();
    // A failover does not even ask it, so that its breaker knows nothing of the mainland.
    let abroad = message_to("+33612345678");
    assert!(with_name.serves(Region::CN) && !sender.serves(Region::CN));
    assert!(with_name.serves(abroad.to.region()) && sender.serves(abroad.to.region()));
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Config);
    assert_eq!(stub.connections(), 0);
    sender.send(&abroad).await.unwrap();
    let request = stub.requests().remove(0);
    verify(&request);
    let body = request.json();
    assert_eq!(body["PhoneNumberSet"], json!(["+33612345678"]));
    assert_eq!(body.get("SignName"), None);
}

#[tokio::test]
async fn messages_travel_on_one_connection() {
    let (stub, sender) = stub_and_sender();
    for _ in 0..3 {
        sender.send(&message()).await.unwrap();
    }
    assert_eq!((stub.requests().len(), stub.connections()), (3, 1));
}

#[tokio::test]
async fn a_refusal_has_the_class_of_its_code_wherever_it_stands() {
    let rows = [
        (
            "LimitExceeded.PhoneNumberThirtySecondLimit",
            ErrorClass::RateNumber,
        ),
        ("LimitExceeded.AppDailyLimit", ErrorClass::RateAccount),
        (
            "InvalidParameterValue.IncorrectPhoneNumber",
            ErrorClass::Argument,
        ),
        (
            "FailedOperation.SignatureIncorrectOrUnapproved",
            ErrorClass::Config,
        ),
        (
            "FailedOperation.PhoneNumberInBlacklist",
            ErrorClass::Blocked,
        ),
        ("AuthFailure.SignatureExpire", ErrorClass::Auth),
        ("InternalError.Timeout", ErrorClass::Unknown),
        ("FailedOperation.NeverHeardOf", ErrorClass::Unknown),
        ("OK", ErrorClass::Unknown),
    ];
    for (code, class) in rows {
        let status = json!({"SerialNo": "", "Code": code, "Message": "x"});
        for response in [
            json!({"SendStatusSet": [status], "RequestId": "r"}),
            json!({"Error": {"Code": code, "Message": "x"}, "RequestId": "r"}),
        ] {
            let (stub, sender) = stub_and_sender();
            let body = json!({"Response": response}).to_string();
            stub.answer_next([HttpReply::Answer(200, body)]);
            let error = sender.send(&message()).await.unwrap_err();
            assert_eq!((error.class(), error.provider_code()), (class, Some(code)));
            assert_eq!(stub.requests().len(), 1, "{code}");
        }
    }
}

#[tokio::test]
async fn an_error_that_calls_itself_ok_is_no_acceptance() {
    let (stub, sender) = stub_and_sender();
    let body = json!({"Response": {"Error": {"Code": "Ok"}}}).to_string();
    stub.answer_next([HttpReply::Answer(200, body)]);
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unknown);
}

#[tokio::test]
async fn a_lost_answer_is_not_asked_for_again() {
    no_second_try::check(&Trial {
        accepted: ACCEPTED,
        secrets: &[SECRET, "Signature="],
        make: &|endpoint, timeout: Duration| {
            let config = TencentConfig {
                timeout,
                ..config(endpoint)
            };
            Box::new(TencentSender::new(&config).unwrap())
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
