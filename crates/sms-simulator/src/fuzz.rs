//! What holds for any request, whatever is in it.

use proptest::prelude::*;

use crate::carrier::Carrier;
use crate::number::Number;
use crate::request::{Provider, Request};
use crate::script::Script;
use crate::testing::NOW;

const PATHS: [&str; 5] = [
    "/",
    "/2013-12-26/Accounts/8aaf0708000000000000000000000a01/SMS/TemplateSMS",
    "/2013-12-26/Accounts/8aaf0708000000000000000000000a01/SMS/GetArrived",
    "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json",
    "/Accounts/",
];

const HEADERS: [&str; 14] = [
    "accept",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
    "x-tc-action",
    "x-tc-region",
    "x-tc-timestamp",
    "x-tc-version",
];

/// Values that lead past a check, or anything.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "SendSms",
            "2017-05-25",
            "2021-01-11",
            "2024-02-29T04:34:56Z",
            "1709181296",
            "application/json",
            "application/xml;charset=utf-8",
            "application/x-www-form-urlencoded",
            "OGFhZjA3MDgwMDAwMDAwMDAwMDAwMDAwMDAwMDBhMDE6MjAyNDAyMjkxMjM0NTY=",
            "ACS3-HMAC-SHA256 Credential=testId,SignedHeaders=host,Signature=",
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2024-02-29/sms/tc3_request, SignedHeaders=a, Signature=",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let path = prop_oneof![
        prop::sample::select(PATHS.to_vec()).prop_map(str::to_owned),
        any::<String>(),
    ];
    let query = prop_oneof![
        Just("sig=6C91553B075FFCD72CB016F0844DC68B".to_owned()),
        any::<String>()
    ];
    let name = prop::sample::select(HEADERS.to_vec()).prop_map(str::to_owned);
    let headers = prop::collection::vec((name, value()), 0..14);
    let body = prop::collection::vec(any::<u8>(), 0..200);
    let method = prop::sample::select(vec!["GET", "POST"]).prop_map(str::to_owned);
    (method, path, query, headers, body).prop_map(|(method, path, query, headers, body)| Request {
        method,
        path,
        query,
        headers,
        body,
    })
}

proptest! {
    #[test]
    fn no_request_without_a_signature_reaches_a_phone(request in request()) {
        let carrier = Carrier::new(Script::default());
        if let Some(provider) = Provider::of(&request) {
            let outcome = carrier.take(provider, &request, NOW);
            prop_assert!(outcome.answer.is_some());
            prop_assert!(carrier.received(None).is_empty());
        }
    }

    #[test]
    fn any_text_is_a_number_or_none(text in "[+0-9 ]{0,20}|\\PC*") {
        if let Some(number) = Number::meant_by(&text) {
            prop_assert!(number.as_str().starts_with('+'));
            prop_assert!(number.to_string().contains("****"));
            prop_assert_eq!(Number::meant_by(number.as_str()), Some(number));
        }
    }

    #[test]
    fn any_script_is_read_or_refused(text in "\\PC*|(\\[\\[rules\\]\\]|fault = .{0,20}|\n){0,5}") {
        let _ = Script::from_toml(&text);
    }
}
