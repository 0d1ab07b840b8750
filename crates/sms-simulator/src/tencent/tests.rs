use super::*;
use crate::request::Provider;
use crate::testing::{NOW, order, post, refusal};

const SCOPE: &str = "2024-02-29/sms/tc3_request";

fn good_body() -> Value {
    json!({
        "PhoneNumberSet": ["+8613800000000"],
        "SmsSdkAppId": "1400000001",
        "SignName": "腾讯云",
        "TemplateId": "1234",
        "TemplateParamSet": ["6532", "5"],
        "SessionContext": "m1",
    })
}

fn unsigned(body: &str) -> Request {
    post(
        "/",
        &[
            ("content-type", "application/json; charset=utf-8"),
            ("x-tc-action", "SendSms"),
            ("x-tc-version", "2021-01-11"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-timestamp", "1709181296"),
        ],
        body,
    )
}

/// Signs what is named, whatever it is.
fn sign_as(mut request: Request, signed: &str, scope: &str) -> Request {
    let names: Vec<_> = signed.split(';').collect();
    let secret = "EXAMPLESECRETKEY0000000000000000";
    let signature = sign::signature(&request, &names, 1_709_181_296, scope, secret);
    let authorization = format!(
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={signed}, Signature={signature}"
    );
    request.set_header("authorization", &authorization);
    request
}

fn signed(body: &Value) -> Request {
    sign_as(unsigned(&body.to_string()), "content-type;host", SCOPE)
}

fn account() -> TencentAccount {
    TencentAccount::default()
}

#[test]
fn a_signed_request_is_an_order() {
    let request = signed(&good_body());
    assert_eq!(Provider::of(&request), Some(Provider::Tencent));
    let order_ = order(&account(), &request).unwrap();
    assert_eq!(order_.to, [Number::mainland("13800000000").unwrap()]);
    let text = "【腾讯云】您的验证码是6532，请于5分钟内填写。如非本人操作，请忽略本短信。";
    assert_eq!(
        (order_.text.as_str(), order_.from.as_str()),
        (text, "腾讯云")
    );
    assert_eq!(order_.client_id.as_deref(), Some("m1"));

    let unsigned = unsigned(&good_body().to_string());
    order(
        &account(),
        &sign_as(unsigned, "content-type;host;x-tc-action", SCOPE),
    )
    .unwrap();
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    type Change = fn(&mut Request);
    let rows: [(&str, Change); 19] = [
        ("UnsupportedProtocol", |r| r.method = "PUT".to_owned()),
        ("UnsupportedProtocol", |r| {
            r.set_header("content-type", "text/plain");
        }),
        ("MissingParameter", |r| r.remove_header("x-tc-action")),
        ("InvalidAction", |r| r.set_header("x-tc-action", "PullSms")),
        ("MissingParameter", |r| r.remove_header("x-tc-version")),
        ("NoSuchVersion", |r| {
            r.set_header("x-tc-version", "2019-07-11");
        }),
        ("MissingParameter", |r| r.remove_header("x-tc-region")),
        ("AuthFailure.TokenFailure", |r| {
            r.set_header("x-tc-token", "t");
        }),
        ("MissingParameter", |r| r.remove_header("x-tc-timestamp")),
        ("InvalidParameter", |r| {
            r.set_header("x-tc-timestamp", "now");
        }),
        ("AuthFailure.SignatureExpire", |r| {
            r.set_header("x-tc-timestamp", "1709180995");
        }),
        ("AuthFailure.SignatureExpire", |r| {
            r.set_header("x-tc-timestamp", "1709181597");
        }),
        ("AuthFailure.SignatureFailure", |r| {
            r.set_header("x-tc-timestamp", "1709181297");
        }),
        ("AuthFailure.InvalidAuthorization", |r| {
            r.remove_header("authorization");
        }),
        ("AuthFailure.SignatureFailure", |r| {
            r.set_header("host", "elsewhere");
        }),
        ("AuthFailure.SignatureFailure", |r| {
            r.set_header("content-type", "application/json");
        }),
        ("AuthFailure.SignatureFailure", |r| r.body.push(b' ')),
        ("AuthFailure.SignatureFailure", |r| {
            r.query = "a=b".to_owned();
        }),
        ("AuthFailure.SecretIdNotFound", |r| {
            let header = r
                .header("authorization")
                .unwrap()
                .replace("AKIDEXAMPLE", "other");
            r.set_header("authorization", &header);
        }),
    ];
    for (row, (code, change)) in rows.into_iter().enumerate() {
        let mut request = signed(&good_body());
        change(&mut request);
        assert_eq!(
            refusal(&account(), &request),
            (200, code.to_owned()),
            "row {row}"
        );
    }
}

#[test]
fn the_signature_covers_what_it_must() {
    let wrong = (200, "AuthFailure.SignatureFailure".to_owned());
    let unsigned = || unsigned(&good_body().to_string());
    for names in ["content-type", "host", "host;content-type"] {
        assert_eq!(
            refusal(&account(), &sign_as(unsigned(), names, SCOPE)),
            wrong,
            "{names}"
        );
    }
    for scope in [
        "2024-03-01/sms/tc3_request",
        "2024-02-29/cvm/tc3_request",
        "2024-02-29/sms/x",
    ] {
        let request = sign_as(unsigned(), "content-type;host", scope);
        assert_eq!(refusal(&account(), &request), wrong, "{scope}");
    }
    let other = TencentAccount {
        secret_key: "other".to_owned(),
        ..account()
    };
    assert_eq!(refusal(&other, &signed(&good_body())), wrong);
}

#[test]
fn what_is_wrong_with_the_body_has_its_code() {
    let rows = [
        ("PhoneNumberSet", json!([]), "MissingParameter"),
        (
            "PhoneNumberSet",
            json!(vec!["+8613800000000"; 201]),
            "LimitExceeded.PhoneNumberCountLimit",
        ),
        (
            "PhoneNumberSet",
            json!(["12"]),
            "InvalidParameterValue.IncorrectPhoneNumber",
        ),
        (
            "PhoneNumberSet",
            json!("+8613800000000"),
            "InvalidParameter",
        ),
        (
            "PhoneNumberSet",
            json!(["+33612345678", "13800000000"]),
            "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
        ),
        (
            "SmsSdkAppId",
            json!("1"),
            "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
        ),
        (
            "SignName",
            json!("别人"),
            "FailedOperation.SignatureIncorrectOrUnapproved",
        ),
        (
            "SignName",
            json!(null),
            "FailedOperation.SignatureIncorrectOrUnapproved",
        ),
        (
            "TemplateId",
            json!("1"),
            "FailedOperation.TemplateIncorrectOrUnapproved",
        ),
        (
            "TemplateParamSet",
            json!(["6532"]),
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ),
        ("TemplateParamSet", json!([6532, 5]), "InvalidParameter"),
        (
            "SessionContext",
            json!("a".repeat(512)),
            "InvalidParameterValue.ContentLengthLimit",
        ),
        ("Extra", json!("a"), "InvalidParameter"),
    ];
    for (name, value, code) in rows {
        let mut body = good_body();
        body[name] = value;
        assert_eq!(
            refusal(&account(), &signed(&body)),
            (200, code.to_owned()),
            "{body}"
        );
    }
}

#[test]
fn a_message_abroad_needs_no_name_in_brackets() {
    let mut body = good_body();
    body["PhoneNumberSet"] = json!(["+33612345678"]);
    let text = "您的验证码是6532，请于5分钟内填写。如非本人操作，请忽略本短信。";
    let order_ = order(&account(), &signed(&body)).unwrap();
    assert_eq!(order_.text, format!("【腾讯云】{text}"));
    for none in [json!(null), json!("")] {
        body["SignName"] = none;
        let order_ = order(&account(), &signed(&body)).unwrap();
        assert_eq!((order_.text.as_str(), order_.from.as_str()), (text, ""));
    }
    body["SignName"] = json!("别人");
    let code = "FailedOperation.SignatureIncorrectOrUnapproved".to_owned();
    assert_eq!(refusal(&account(), &signed(&body)), (200, code));
}

fn message() -> Received {
    Received {
        id: 7,
        provider: Provider::Tencent,
        to: Number::mainland("13912345678").unwrap(),
        from: String::new(),
        text: String::new(),
        at: NOW,
        provider_id: account().message_id(7),
        client_id: Some("m1".to_owned()),
        reports: Vec::new(),
    }
}

#[test]
fn what_the_service_refuses_is_the_status_of_each_number() {
    let request = signed(&good_body());
    let response = |answer: Answer| -> Value {
        assert_eq!(answer.status, 200);
        serde_json::from_str::<Value>(&answer.body).unwrap()["Response"].clone()
    };
    let accepted = response(account().accepted(&request, &[message()], NOW));
    let expected = json!([{
        "SerialNo": "5000:0000000000000000000000000007",
        "PhoneNumber": "+8613912345678",
        "Fee": 1,
        "SessionContext": "m1",
        "Code": "Ok",
        "Message": "send success",
        "IsoCode": "CN",
    }]);
    assert_eq!(accepted["SendStatusSet"], expected);
    let refused = |code| response(account().refused(&request, &account().refusal(code)));
    for code in [
        "LimitExceeded.PhoneNumberDailyLimit",
        "FailedOperation.PhoneNumberInBlacklist",
    ] {
        let item = &refused(code)["SendStatusSet"][0];
        assert_eq!(
            (&item["Code"], &item["PhoneNumber"]),
            (&json!(code), &json!("+8613800000000"))
        );
    }
    for code in [
        "AuthFailure.SignatureFailure",
        "RequestLimitExceeded",
        "InternalError.Timeout",
    ] {
        assert_eq!(refused(code)["Error"]["Code"], code);
    }
}

#[test]
fn a_report_is_an_array_of_one() {
    let receipts = crate::Receipts {
        failed: Some("MK:0001".to_owned()),
        ..crate::Receipts::default()
    };
    let plan = receipts.over(&crate::Receipts::default());
    let push = account()
        .reports(&message(), &plan, NOW, "http://a/")
        .remove(0);
    let expected = json!([{
        "user_receive_time": "2024-02-29 12:34:56",
        "nationcode": "86",
        "mobile": "13912345678",
        "report_status": "FAIL",
        "errmsg": "MK:0001",
        "description": "用户短信接收失败",
        "sid": "5000:0000000000000000000000000007",
        "ext": "m1",
    }]);
    assert_eq!(serde_json::from_str::<Value>(&push.body).unwrap(), expected);
    assert!(account().is_taken(200, br#"{"result":0,"errmsg":"OK"}"#));
    assert!(!account().is_taken(200, b"OK"));
    assert!(!account().is_taken(500, br#"{"result":0}"#));
}
