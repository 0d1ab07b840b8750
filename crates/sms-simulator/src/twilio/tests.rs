use serde_json::Value;

use super::*;
use crate::request::Provider;
use crate::testing::{NOW, order, post, refusal};

const PATH: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json";
const BASIC: &str = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMg==";
const FORM: [(&str, &str); 4] = [
    ("To", "+447700900123"),
    ("From", "+15005550006"),
    ("Body", "Your code is 6532"),
    ("StatusCallback", "https://a.example/r?t=1"),
];

fn request(form: &[(&str, &str)]) -> Request {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.extend_pairs(form).finish();
    let media_type = "application/x-www-form-urlencoded";
    post(
        PATH,
        &[("authorization", BASIC), ("content-type", media_type)],
        &body,
    )
}

/// The good form with one field of another value, or without it.
fn with(name: &str, value: &str) -> Request {
    let mut form: Vec<_> = FORM
        .into_iter()
        .filter(|(other, _)| *other != name)
        .collect();
    form.push((name, value));
    request(&form)
}

fn account() -> TwilioAccount {
    TwilioAccount::default()
}

#[test]
fn a_form_with_the_right_secret_is_an_order() {
    assert_eq!(Provider::of(&request(&FORM)), Some(Provider::Twilio));
    let order_ = order(&account(), &request(&FORM)).unwrap();
    assert_eq!(order_.to[0].as_str(), "+447700900123");
    assert_eq!(
        (order_.text.as_str(), order_.from.as_str()),
        ("Your code is 6532", "+15005550006")
    );
    assert_eq!(order_.callback.as_deref(), Some("https://a.example/r?t=1"));
    let service = "MG00000000000000000000000000000005";
    let request = with("MessagingServiceSid", service);
    assert_eq!(order(&account(), &request).unwrap().from, service);
}

#[test]
fn a_key_is_as_good_as_the_account() {
    let pair = |pair: &str| {
        let mut request = request(&FORM);
        request.set_header("authorization", &format!("Basic {}", STANDARD.encode(pair)));
        order(&account(), &request)
            .map(drop)
            .map_err(|refusal| refusal.code)
    };
    let key = "SK00000000000000000000000000000003:00000000000000000000000000000004";
    assert_eq!(pair(key), Ok(()));
    for wrong in ["", "AC00000000000000000000000000000001:", &key[..66]] {
        assert_eq!(pair(wrong), Err("20003".into()), "{wrong}");
    }
}

#[test]
fn what_is_wrong_with_the_head_has_its_code() {
    type Change = fn(&mut Request);
    let rows: [(u16, &str, Change); 7] = [
        (405, "20004", |r| r.method = "GET".to_owned()),
        (404, "20404", |r| {
            r.path = PATH.replace("2010-04-01", "2008-08-01");
        }),
        (404, "20404", |r| r.path = PATH.replace("0001", "0009")),
        (401, "20003", |r| r.remove_header("authorization")),
        (401, "20003", |r| r.set_header("authorization", &BASIC[6..])),
        (401, "20003", |r| {
            r.set_header("authorization", &BASIC.replace("Mg==", "Mw=="));
        }),
        (400, "21604", |r| {
            r.set_header("content-type", "application/json");
        }),
    ];
    for (row, (status, code, change)) in rows.into_iter().enumerate() {
        let mut request = request(&FORM);
        change(&mut request);
        assert_eq!(
            refusal(&account(), &request),
            (status, code.to_owned()),
            "row {row}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_field_has_its_code() {
    let long = "a".repeat(1601);
    let rows = [
        ("To", "", "21604"),
        ("To", "447700900123", "21211"),
        ("From", "", "21603"),
        ("From", "shop", "21212"),
        ("From", "+15005550007", "21606"),
        ("MessagingServiceSid", "MG1", "21705"),
        ("Body", "", "21602"),
        ("Body", &long, "21617"),
        ("StatusCallback", "a.example", "21609"),
        ("StatusCallback", "ftp://a.example", "21609"),
        ("ValidityPeriod", "0", "20001"),
        ("ValidityPeriod", "36001", "20001"),
        ("ValidityPeriod", "x", "20001"),
    ];
    for (name, value, code) in rows {
        let expected = (400, code.to_owned());
        assert_eq!(
            refusal(&account(), &with(name, value)),
            expected,
            "{name}={value}"
        );
    }
    order(&account(), &with("ValidityPeriod", "300")).unwrap();
}

fn message(from: &str) -> Received {
    Received {
        id: 7,
        provider: Provider::Twilio,
        to: Number::e164("+447700900123").unwrap(),
        from: from.to_owned(),
        text: "码".repeat(71),
        at: NOW,
        provider_id: account().message_id(7),
        client_id: None,
        reports: Vec::new(),
    }
}

#[test]
fn answers_have_their_members() {
    let accepted = |from| {
        let answer = account().accepted(&request(&FORM), &[message(from)], NOW);
        assert_eq!(answer.status, 201);
        serde_json::from_str::<Value>(&answer.body).unwrap()
    };
    let body = accepted("+15005550006");
    assert_eq!(body["sid"], "SM00000000000000000000000000000007");
    assert_eq!(
        (&body["status"], &body["num_segments"]),
        (&json!("queued"), &json!("2"))
    );
    assert_eq!(body["date_created"], "Thu, 29 Feb 2024 04:34:56 +0000");
    assert_eq!(body["from"], "+15005550006");
    let body = accepted("MG00000000000000000000000000000005");
    assert_eq!(
        (&body["status"], &body["from"]),
        (&json!("accepted"), &Value::Null)
    );
    assert_eq!(
        body["messaging_service_sid"],
        "MG00000000000000000000000000000005"
    );

    let refused = account().refused(&request(&FORM), &account().refusal("20429"));
    let body: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(
        (refused.status, &body["code"], &body["status"]),
        (429, &json!(20429), &json!(429))
    );
}

#[test]
fn callbacks_come_in_steps_and_signed() {
    let url = "https://a.example/r?t=1";
    let pushes = |receipts: crate::Receipts, from| {
        let plan = receipts.over(&crate::Receipts::default());
        account().reports(&message(from), &plan, NOW, url)
    };
    let steps = pushes(crate::Receipts::default(), "+15005550006");
    let says: Vec<_> = steps.iter().map(|push| push.says.as_str()).collect();
    assert_eq!(says, ["sent", "delivered"]);
    let fields: Vec<_> = form_urlencoded::parse(steps[1].body.as_bytes())
        .into_owned()
        .collect();
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let sid = "SM00000000000000000000000000000007";
    let expected = [
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("MessageStatus", "delivered"),
        ("SmsStatus", "delivered"),
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("From", "+15005550006"),
        ("To", "+447700900123"),
        ("ApiVersion", "2010-04-01"),
    ];
    assert_eq!(pairs, expected);
    let signature = sign::signature(url, &expected, "00000000000000000000000000000002");
    assert_eq!(steps[1].signature.as_deref(), Some(&*signature));

    let receipts = crate::Receipts {
        failed: Some("30003".to_owned()),
        reversed: Some(true),
        ..crate::Receipts::default()
    };
    let steps = pushes(receipts, "MG00000000000000000000000000000005");
    let says: Vec<_> = steps.iter().map(|push| push.says.as_str()).collect();
    assert_eq!(says, ["undelivered (30003)", "sent"]);
    let end = "&MessagingServiceSid=MG00000000000000000000000000000005&ErrorCode=30003";
    assert!(steps[0].body.ends_with(end), "{}", steps[0].body);
}
