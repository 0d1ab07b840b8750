use serde_json::{Value, json};

use super::*;
use crate::request::Provider;
use crate::testing::{NOW, order, post, refusal};

const PATH: &str = "/2013-12-26/Accounts/8aaf0708000000000000000000000a01/SMS/TemplateSMS";

fn good_body() -> Value {
    json!({
        "to": "13800000000",
        "appId": "8aaf0708000000000000000000000a02",
        "templateId": "1",
        "datas": ["6532", "5"],
        "reqId": "m1",
    })
}

/// The worked example of the vendor's SDK, with a body of one's own.
fn request(body: &str) -> Request {
    let mut request = post(
        PATH,
        &[
            ("accept", "application/json"),
            ("content-type", "application/json;charset=utf-8"),
            (
                "authorization",
                "OGFhZjA3MDgwMDAwMDAwMDAwMDAwMDAwMDAwMDBhMDE6MjAyNDAyMjkxMjM0NTY=",
            ),
        ],
        body,
    );
    request.query = "sig=6C91553B075FFCD72CB016F0844DC68B".to_owned();
    request
}

fn good() -> Request {
    request(&good_body().to_string())
}

fn account() -> CcpAccount {
    CcpAccount::default()
}

#[test]
fn a_request_of_the_sdk_is_an_order() {
    assert_eq!(Provider::of(&good()), Some(Provider::Ccp));
    let order = order(&account(), &good()).unwrap();
    assert_eq!(order.to, [Number::mainland("13800000000").unwrap()]);
    let text = "【云通讯】您使用的是云通讯短信模板，您的验证码是6532，请于5分钟内正确输入";
    assert_eq!((order.text.as_str(), order.from.as_str()), (text, "云通讯"));
    assert_eq!(order.once.as_deref(), Some("m1"));
}

#[test]
fn what_is_wrong_with_the_head_has_its_code_or_status() {
    type Change = fn(&mut Request);
    let rows: [(u16, &str, Change); 19] = [
        (405, "", |r| r.method = "GET".to_owned()),
        (404, "", |r| {
            r.path = PATH.replace("TemplateSMS", "Template");
        }),
        (200, "111110", |r| {
            r.path = PATH.replace("2013-12-26", "2013-03-22");
        }),
        (200, "111100", |r| r.path = PATH.replace("0a01", "0a0")),
        (406, "", |r| r.remove_header("accept")),
        (411, "", |r| r.remove_header("content-length")),
        (411, "", |r| r.set_header("transfer-encoding", "chunked")),
        (415, "", |r| r.remove_header("content-type")),
        (415, "", |r| {
            r.set_header("content-type", "application/json;charset=gbk");
        }),
        (200, "111101", |r| r.remove_header("authorization")),
        (200, "111102", |r| {
            let basic = format!("Basic {}", r.header("authorization").unwrap());
            r.set_header("authorization", &basic);
        }),
        (200, "111103", |r| r.set_header("authorization", "YWJj")),
        (200, "111104", |r| r.set_header("authorization", "OjIwMjQ=")),
        (200, "111105", |r| r.set_header("authorization", "YWJjOg==")),
        (200, "111107", |r| r.path = PATH.replace("0a01", "0a09")),
        (200, "111108", |r| r.query.clear()),
        (200, "111108", |r| r.query = "sig=".to_owned()),
        (200, "111109", |r| r.query = r.query.replace('6', "7")),
        (200, "111109", |r| {
            r.query = r.query.replace("6C91553B", "6c91553b");
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
fn a_timestamp_is_good_for_a_day() {
    let code = |offset: Duration| {
        let refusal = account().check(&good(), NOW + offset).err();
        refusal.map(|refusal| refusal.code.into_owned())
    };
    assert_eq!(code(Duration::hours(24)), None);
    assert_eq!(code(Duration::hours(-24)), None);
    assert_eq!(code(Duration::seconds(86_401)).as_deref(), Some("111106"));
    assert_eq!(code(Duration::seconds(-86_401)).as_deref(), Some("111106"));
    let mut request = good();
    // 2024-02-29 in another form.
    let header = "OGFhZjA3MDgwMDAwMDAwMDAwMDAwMDAwMDAwMDBhMDE6MjAyNC0wMi0yOQ==";
    request.set_header("authorization", header);
    assert_eq!(refusal(&account(), &request).1, "111113");
}

#[test]
fn the_secret_and_the_account_are_those_of_the_script() {
    let other = CcpAccount {
        auth_token: "other".to_owned(),
        ..account()
    };
    assert_eq!(refusal(&other, &good()).1, "111109");
    let other = CcpAccount {
        account_sid: "8aaf0708000000000000000000000a09".to_owned(),
        ..account()
    };
    assert_eq!(refusal(&other, &good()).1, "111141");
}

#[test]
fn what_is_wrong_with_the_body_has_its_code() {
    let rows = [
        ("appId", json!(""), "111169"),
        ("appId", json!("8aaf0708000000000000000000000a03"), "111182"),
        ("templateId", json!(""), "112307"),
        ("templateId", json!("one"), "160057"),
        ("templateId", json!("2"), "160032"),
        ("templateId", json!(1), "160031"),
        ("to", json!(""), "160044"),
        ("to", json!("+8613800000000"), "160042"),
        ("to", json!("12800000000"), "160042"),
        ("to", json!("13800000000,13800000000"), "160045"),
        ("to", json!(vec!["13800000000"; 201].join(",")), "160048"),
        ("datas", json!(["6532"]), "160052"),
        ("datas", json!(["6532", "5", "6"]), "160052"),
        ("datas", json!(["6532", "five"]), "160069"),
        ("datas", json!([6532, 5]), "160031"),
        ("subAppend", json!("12345"), "160065"),
        ("reqId", json!("a".repeat(33)), "160055"),
        ("reqId", json!("a-b"), "160031"),
    ];
    for (name, value, code) in rows {
        let mut body = good_body();
        body[name] = value;
        let request = request(&body.to_string());
        assert_eq!(
            refusal(&account(), &request),
            (200, code.to_owned()),
            "{body}"
        );
    }
    assert_eq!(refusal(&account(), &request("")).1, "160030");
    assert_eq!(refusal(&account(), &request("{'to':'1'}")).1, "160031");
}

#[test]
fn answers_are_in_the_format_that_is_accepted() {
    let message = message();
    let answer = account().accepted(&good(), std::slice::from_ref(&message), NOW);
    let expected = json!({
        "statusCode": "000000",
        "templateSMS": {"dateCreated": "20240229123456", "smsMessageSid": message.provider_id},
    });
    assert_eq!(answer, Answer::json(200, &expected));
    let refused = refuse("160032", "a < b");
    let expected = json!({"statusCode": "160032", "statusMsg": "a < b"});
    assert_eq!(
        account().refused(&good(), &refused),
        Answer::json(200, &expected)
    );

    let mut xml = good();
    xml.set_header("accept", "application/xml");
    let answer = account().accepted(&xml, &[message], NOW).body;
    assert!(answer.ends_with(
        "<Response><statusCode>000000</statusCode><TemplateSMS><smsMessageSid>\
         00000000000000000000000000000007</smsMessageSid><dateCreated>20240229123456</dateCreated>\
         </TemplateSMS></Response>"
    ));
    let answer = account().refused(&xml, &refused).body;
    assert!(answer.contains("<statusCode>160032</statusCode><statusMsg>a &lt; b</statusMsg>"));
}

#[test]
fn an_order_may_be_xml() {
    let body = "<TemplateSMS><appId>8aaf0708000000000000000000000a02</appId><to>13800000000</to>\
        <templateId>1</templateId><datas><data>6532</data><data>5</data></datas></TemplateSMS>";
    let mut request = request(body);
    request.set_header("content-type", "application/xml;charset=utf-8");
    assert!(order(&account(), &request).unwrap().text.contains("6532"));
    request.set_header("content-type", "application/json;charset=utf-8");
    assert_eq!(refusal(&account(), &request).1, "160031");
}

fn message() -> Received {
    Received {
        id: 7,
        provider: Provider::Ccp,
        to: Number::mainland("13912345678").unwrap(),
        from: String::new(),
        text: "码".repeat(71),
        at: NOW,
        provider_id: account().message_id(7),
        client_id: Some("m1".to_owned()),
        reports: Vec::new(),
    }
}

#[test]
fn a_report_has_the_fields_of_the_push() {
    let at = NOW + Duration::seconds(10);
    let push = |form, failed: Option<&str>| {
        let receipts = crate::Receipts {
            failed: failed.map(str::to_owned),
            ..crate::Receipts::default()
        };
        let account = CcpAccount {
            reports: form,
            ..account()
        };
        let plan = receipts.over(&crate::Receipts::default());
        account
            .reports(&message(), &plan, at, "http://a/")
            .remove(0)
    };
    let delivered = push(ReportForm::Json, None);
    let expected = json!({"Request": {
        "action": "SMSArrived",
        "smsType": "1",
        "apiVersion": "2013-12-26",
        "content": "00000000000000000000000000000007",
        "fromNum": "13912345678",
        "dateSent": "20240229123456",
        "recvTime": "20240229123506",
        "status": "0",
        "deliverCode": "DELIVRD",
        "reqId": "m1",
        "smsCount": "2",
    }});
    assert_eq!(
        serde_json::from_str::<Value>(&delivered.body).unwrap(),
        expected
    );
    let failed = push(ReportForm::Xml, Some("MK:0001"));
    assert!(
        failed
            .body
            .starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><Request>")
    );
    assert!(
        failed.body.contains("<status>1</status>"),
        "{}",
        failed.body
    );
    assert!(
        failed.body.contains("<deliverCode>MK:0001</deliverCode>"),
        "{}",
        failed.body
    );
}

#[test]
fn a_pull_asks_for_a_number_of_reports() {
    let rows = [
        (json!({}), Ok(100)),
        (json!({"smsType": "1", "count": "500"}), Ok(500)),
        (json!({"smsType": "0"}), Ok(0)),
        (json!({"smsType": "2"}), Err("160047")),
        (json!({"count": "501"}), Err("112330")),
        (json!({"count": "0"}), Err("112329")),
        (json!({"count": "x"}), Err("112329")),
    ];
    for (mut body, expected) in rows {
        body["appId"] = json!(account().app_id);
        let mut request = request(&body.to_string());
        request.path = PATH.replace("TemplateSMS", "GetArrived");
        let asked = match account().check(&request, NOW) {
            Ok(Call::Pull(count)) => Ok(count),
            Ok(Call::Send(order)) => panic!("{order:?}"),
            Err(refusal) => Err(refusal.code.into_owned()),
        };
        assert_eq!(asked, expected.map_err(str::to_owned), "{body}");
    }
}
