use super::*;
use crate::request::Provider;
use crate::testing::{NOW, order, post, refusal};

const QUERY: &str = "PhoneNumbers=13800000000&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95\
    &TemplateCode=SMS_154950909&TemplateParam=%7B%22code%22%3A%221234%22%7D&OutId=m1";
const SIGNED: &str =
    "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";

fn unsigned() -> Request {
    let mut request = post(
        "/",
        &[
            ("x-acs-action", "SendSms"),
            ("x-acs-version", "2017-05-25"),
            ("x-acs-date", "2024-02-29T04:34:56Z"),
            ("x-acs-signature-nonce", "n1"),
            ("x-acs-content-sha256", &sign::hash(b"")),
        ],
        "",
    );
    request.query = QUERY.to_owned();
    request
}

/// Signs what is named, whatever it is.
fn sign_as(mut request: Request, signed: &str) -> Request {
    let names: Vec<_> = signed.split(';').collect();
    let signature = sign::signature(&request, &names, "testSecret");
    let authorization =
        format!("ACS3-HMAC-SHA256 Credential=testId,SignedHeaders={signed},Signature={signature}");
    request.set_header("authorization", &authorization);
    request
}

fn good() -> Request {
    sign_as(unsigned(), SIGNED)
}

fn account() -> AliyunAccount {
    AliyunAccount::default()
}

#[test]
fn a_signed_request_is_an_order() {
    assert_eq!(Provider::of(&good()), Some(Provider::Aliyun));
    let order = order(&account(), &good()).unwrap();
    assert_eq!(order.to, [Number::mainland("13800000000").unwrap()]);
    let text = "【阿里云短信测试】您正在使用阿里云短信测试服务，体验验证码是：1234，如非本人操作，请忽略本短信！";
    assert_eq!(order.text, text);
    assert_eq!(order.client_id.as_deref(), Some("m1"));
    assert_eq!((order.nonce.as_deref(), order.once), (Some("n1"), None));
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    type Change = fn(&mut Request);
    let rows: [(u16, &str, Change); 17] = [
        (403, "UnsupportedHTTPMethod", |r| {
            r.method = "PUT".to_owned();
        }),
        (400, "SignatureDoesNotMatch", |r| {
            r.method = "GET".to_owned();
        }),
        (400, "MissingParameter", |r| r.remove_header("x-acs-action")),
        (400, "InvalidAction.NotFound", |r| {
            r.set_header("x-acs-action", "SendBatchSms");
        }),
        (400, "MissingParameter", |r| {
            r.remove_header("x-acs-version");
        }),
        (400, "InvalidVersion", |r| {
            r.set_header("x-acs-version", "2014-05-26");
        }),
        (400, "MissingParameter", |r| {
            r.remove_header("x-acs-signature-nonce");
        }),
        (400, "MissingParameter", |r| r.remove_header("x-acs-date")),
        (400, "InvalidTimeStamp.Format", |r| {
            r.set_header("x-acs-date", "20240229T043456Z");
        }),
        (400, "InvalidTimeStamp.Expired", |r| {
            r.set_header("x-acs-date", "2024-02-29T04:19:55Z");
        }),
        (400, "InvalidTimeStamp.Expired", |r| {
            r.set_header("x-acs-date", "2024-02-29T04:49:57Z");
        }),
        (400, "IncompleteSignature", |r| {
            r.remove_header("authorization");
        }),
        (400, "SignatureDoesNotMatch", |r| {
            r.remove_header("x-acs-content-sha256");
        }),
        (400, "SignatureDoesNotMatch", |r| r.body = b"{}".to_vec()),
        (400, "SignatureDoesNotMatch", |r| {
            r.set_header("x-acs-signature-nonce", "n2");
        }),
        (400, "SignatureDoesNotMatch", |r| {
            r.set_header("host", "elsewhere");
        }),
        (400, "SignatureDoesNotMatch", |r| {
            r.query = QUERY.replace("13800000000", "13900000000");
        }),
    ];
    for (row, (status, code, change)) in rows.into_iter().enumerate() {
        let mut request = good();
        change(&mut request);
        assert_eq!(
            refusal(&account(), &request),
            (status, code.to_owned()),
            "row {row}"
        );
    }
}

#[test]
fn every_header_of_aliyuns_must_be_signed() {
    let wrong = (400, "SignatureDoesNotMatch".to_owned());
    let mut more = unsigned();
    more.set_header("x-acs-accesskey-id", "testId");
    assert_eq!(refusal(&account(), &sign_as(more.clone(), SIGNED)), wrong);
    let signed = SIGNED.replace("x-acs-action", "x-acs-accesskey-id;x-acs-action");
    order(&account(), &sign_as(more, &signed)).unwrap();

    for signed in [
        SIGNED.replace("host;", ""),
        SIGNED.replace(";x-acs-signature-nonce", ""),
        SIGNED.replace("host;x-acs-action", "x-acs-action;host"),
    ] {
        assert_eq!(
            refusal(&account(), &sign_as(unsigned(), &signed)),
            wrong,
            "{signed}"
        );
    }
    let mut typed = unsigned();
    typed.set_header("content-type", "application/json");
    assert_eq!(refusal(&account(), &sign_as(typed.clone(), SIGNED)), wrong);
    order(
        &account(),
        &sign_as(typed, &format!("content-type;{SIGNED}")),
    )
    .unwrap();
}

#[test]
fn key_and_secret_are_those_of_the_script() {
    let other = AliyunAccount {
        access_key_secret: "other".to_owned(),
        ..account()
    };
    assert_eq!(
        refusal(&other, &good()),
        (400, "SignatureDoesNotMatch".to_owned())
    );
    let other = AliyunAccount {
        access_key_id: "other".to_owned(),
        ..account()
    };
    assert_eq!(
        refusal(&other, &good()),
        (404, "InvalidAccessKeyId.NotFound".to_owned())
    );
}

#[test]
fn what_is_wrong_with_a_parameter_has_its_code() {
    let rows = [
        ("PhoneNumbers", "", 400, "MissingPhoneNumbers"),
        ("SignName", "", 400, "MissingSignName"),
        ("TemplateCode", "", 400, "MissingTemplateCode"),
        (
            "PhoneNumbers",
            "1380000000a",
            200,
            "isv.MOBILE_NUMBER_ILLEGAL",
        ),
        ("PhoneNumbers", "1", 200, "isv.MOBILE_NUMBER_ILLEGAL"),
        ("SignName", "别人", 200, "isv.SMS_SIGNATURE_ILLEGAL"),
        ("TemplateCode", "SMS_1", 200, "isv.SMS_TEMPLATE_ILLEGAL"),
        ("TemplateParam", "", 200, "isv.TEMPLATE_MISSING_PARAMETERS"),
        (
            "TemplateParam",
            "{'code':'1'}",
            200,
            "isv.INVALID_JSON_PARAM",
        ),
        ("TemplateParam", "[]", 200, "isv.INVALID_JSON_PARAM"),
        (
            "TemplateParam",
            r#"{"kode":"1"}"#,
            200,
            "isv.TEMPLATE_MISSING_PARAMETERS",
        ),
        (
            "TemplateParam",
            r#"{"code":1}"#,
            200,
            "isv.TEMPLATE_PARAMS_ILLEGAL",
        ),
    ];
    for (name, value, status, code) in rows {
        let request = sign_as(with(name, value), SIGNED);
        assert_eq!(
            refusal(&account(), &request),
            (status, code.to_owned()),
            "{name}={value}"
        );
    }
    let many = with("PhoneNumbers", &vec!["13800000000"; 1001].join(","));
    let expected = (200, "isv.MOBILE_COUNT_OVER_LIMIT".to_owned());
    assert_eq!(refusal(&account(), &sign_as(many, SIGNED)), expected);
}

fn with(name: &str, value: &str) -> Request {
    let mut request = unsigned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (other, old) in request.query_pairs() {
        query.append_pair(&other, if other == name { value } else { &old });
    }
    request.query = query.finish();
    request
}

#[test]
fn numbers_have_the_forms_that_aliyun_takes() {
    for (written, expected) in [
        ("8613800000000", "+8613800000000"),
        ("+8613800000000", "+8613800000000"),
        ("008613800000000", "+8613800000000"),
        ("447700900123", "+447700900123"),
    ] {
        let order = order(&account(), &sign_as(with("PhoneNumbers", written), SIGNED)).unwrap();
        assert_eq!(order.to[0].as_str(), expected);
    }
}

fn message() -> Received {
    Received {
        id: 7,
        provider: Provider::Aliyun,
        to: Number::mainland("13912345678").unwrap(),
        from: String::new(),
        text: "text".to_owned(),
        at: NOW,
        provider_id: account().message_id(7),
        client_id: Some("m1".to_owned()),
        reports: Vec::new(),
    }
}

#[test]
fn answers_have_their_members() {
    let answer = account().accepted(&good(), &[message()], NOW);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status, &body["Code"], &body["BizId"]),
        (200, &json!("OK"), &json!("000000000000000007^0"))
    );
    let refusal = account().refusal("isv.BUSINESS_LIMIT_CONTROL");
    let answer = account().refused(&good(), &refusal);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status, &body["Code"]),
        (200, &json!("isv.BUSINESS_LIMIT_CONTROL"))
    );
    assert_eq!(account().refusal("Throttling.User").status, 400);
    assert_eq!(account().refusal("ServiceUnavailable").status, 503);
}

#[test]
fn a_report_is_an_array_of_one() {
    let receipts = crate::Receipts::default();
    let at = NOW + Duration::seconds(10);
    let push = account()
        .reports(&message(), &receipts.over(&receipts), at, "http://a/")
        .remove(0);
    let expected = json!([{
        "phone_number": "13912345678",
        "send_time": "2024-02-29 12:34:56",
        "report_time": "2024-02-29 12:35:06",
        "success": true,
        "err_code": "DELIVERED",
        "err_msg": "用户接收成功",
        "sms_size": "1",
        "biz_id": "000000000000000007^0",
        "out_id": "m1",
    }]);
    assert_eq!(serde_json::from_str::<Value>(&push.body).unwrap(), expected);
    assert!(account().is_taken(200, br#"{"code":0,"msg":"ok"}"#));
    for (status, body) in [
        (200, "{}"),
        (200, r#"{"code":1}"#),
        (200, r#"{"code":"0"}"#),
        (204, ""),
        (500, r#"{"code":0}"#),
    ] {
        assert!(
            !account().is_taken(status, body.as_bytes()),
            "{status} {body}"
        );
    }
}
