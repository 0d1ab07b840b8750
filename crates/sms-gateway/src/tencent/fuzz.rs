//! What holds for anything that Tencent Cloud, or somebody in its place, may answer.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::status::{self, TABLE};
use super::wire::{Reply, SendSms};
use crate::Variable;
use crate::code_table::{find, refusal};
use crate::template::{Filled, Values};

fn check(body: &[u8]) -> Result<(), TestCaseError> {
    let Some(reply) = Reply::read(body) else {
        return Ok(());
    };
    let body: Value = serde_json::from_slice(body).unwrap();
    let response = &body["Response"];
    // The code is really there, and in one place alone.
    let error = response["Error"]["Code"].as_str();
    let message = response["SendStatusSet"][0]["Code"].as_str();
    prop_assert_eq!(error.xor(message), Some(&*reply.code));
    // A request that failed as a whole has no message to be accepted.
    prop_assert!(reply.code != status::ACCEPTED || error.is_none());
    // It goes into logs.
    let is_plain = |id: &String| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b':';
        (1..=64).contains(&id.len()) && id.bytes().all(is_part)
    };
    prop_assert!(reply.serial_no.as_ref().is_none_or(is_plain));
    Ok(())
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "Ok|InternalError|[0-9]{1,20}:[0-9]{1,20}|\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        let name = "Response|SendStatusSet|Error|Code|SerialNo|x";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_none(bytes: Vec<u8>) {
        check(&bytes)?;
    }

    #[test]
    fn any_json_is_read_as_it_is(response in json_value()) {
        check(response.to_string().as_bytes())?;
        check(json!({"Response": response}).to_string().as_bytes())?;
    }

    #[test]
    fn any_status_of_a_message_is_read_as_it_is(status in json_value()) {
        check(json!({"Response": {"SendStatusSet": [status]}}).to_string().as_bytes())?;
    }

    #[test]
    fn an_answer_however_deep_never_panics(deep in 0_usize..3000, open in "\\[|\\{\"a\":") {
        let body = format!(r#"{{"Response":{}"#, open.repeat(deep));
        check(body.as_bytes())?;
    }

    #[test]
    fn a_code_with_a_digit_is_in_no_row_and_not_repeated(head in "[a-zA-Z.]{0,20}", digit in "[0-9]{1,11}") {
        let code = format!("{head}{digit}");
        prop_assert!(find(TABLE, &code).is_none());
        let error = refusal(TABLE, &"tencent".into(), &code);
        prop_assert_eq!(error.provider_code(), None);
    }

    #[test]
    fn a_request_says_what_it_was_told_and_nothing_else(code in "[0-9]{4,10}", name in "\\PC{0,12}") {
        let values = Values::new(&code, 5);
        let body = serde_json::to_value(SendSms {
            phone_number_set: ["+8613800000000"],
            sms_sdk_app_id: "1",
            sign_name: Some(&name),
            template_id: "2",
            template_param_set: Filled(&Variable::ALL, &values),
            session_context: "m",
        }).unwrap();
        let told = json!({
            "PhoneNumberSet": ["+8613800000000"],
            "SmsSdkAppId": "1",
            "SignName": name,
            "TemplateId": "2",
            "TemplateParamSet": [code, "5"],
            "SessionContext": "m",
        });
        prop_assert_eq!(body, told);
    }
}
