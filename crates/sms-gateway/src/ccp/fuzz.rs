//! What holds for anything that CCP, or somebody in its place, may answer.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::status::{self, Verdict};
use super::wire::{Reply, TemplateSms};
use crate::Variable;
use crate::template::{Filled, Values};

/// Answers as CCP gives them, to be spoiled.
const ANSWERS: [&str; 4] = [
    r#"{"statusCode":"000000","templateSMS":{"dateCreated":"20180901181353","smsMessageSid":"5ba75cbbb746409fade5bbf3b1541b7c"}}"#,
    r#"{"statusCode":"160038","statusMsg":"验证码超出同模板同号码天发送上限"}"#,
    r#"{"statusCode":"160054","statusMsg":"请求重复"}"#,
    r#"{"statusCode":"111106","statusMsg":"【账号】时间戳失效"}"#,
];

/// One edit of an answer: where, what to put there, and how much of what is there to take away.
type Edit = (prop::sample::Index, Vec<u8>, usize);

fn edit(answer: &mut Vec<u8>, (at, put, take): Edit) {
    let start = at.index(answer.len() + 1);
    let end = (start + take).min(answer.len());
    answer.splice(start..end, put);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[0-9]{6}|0{1,8}|\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = "statusCode|templateSMS|TemplateSMS|smsMessageSid|x";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// Status codes, or nearly.
fn code() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{6}",
        r"[+\- ]?0{0,3}(0|0{6}|160054|111106)[ \x00]?",
        r"[+\-]?[0-9]{0,12}",
        r"\PC{0,8}",
    ]
}

fn check(body: &[u8]) -> Result<(), TestCaseError> {
    let Some(reply) = Reply::read(body) else {
        return Ok(());
    };
    // Whatever else is in it, only one code means that it was accepted, and one that it was before.
    let verdict = status::find(&reply.status_code).map(|status| status.verdict);
    prop_assert_eq!(
        verdict == Some(Verdict::Accepted),
        reply.status_code == "000000"
    );
    prop_assert_eq!(
        verdict == Some(Verdict::Repeated),
        reply.status_code == "160054"
    );
    // The code is really there, in a member of that name.
    let body: Value = serde_json::from_slice(body).unwrap();
    prop_assert_eq!(body["statusCode"].as_str(), Some(&*reply.status_code));
    // It goes into logs.
    let is_plain = |sid: &String| {
        (1..=64).contains(&sid.len()) && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    prop_assert!(reply.message_sid.as_ref().is_none_or(is_plain));
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_none(bytes: Vec<u8>) {
        check(&bytes)?;
    }

    #[test]
    fn any_json_is_accepted_only_with_that_code(value in json_value()) {
        check(value.to_string().as_bytes())?;
    }

    #[test]
    fn whatever_stands_where_the_code_and_the_id_do_is_read_as_it_is(
        code in code(),
        object in "templateSMS|TemplateSMS",
        id in "[0-9a-f]{32}|[A-Za-z0-9]{0,70}|\\PC{0,8}",
    ) {
        let answer = json!({"statusCode": code, object: {"smsMessageSid": id}});
        check(answer.to_string().as_bytes())?;
    }

    #[test]
    fn a_spoiled_answer_is_accepted_only_with_that_code(
        answer in prop::sample::select(&ANSWERS[..]),
        edits in prop::collection::vec(any::<(prop::sample::Index, Vec<u8>, u8)>(), 1..4),
    ) {
        let mut answer = answer.as_bytes().to_vec();
        for (at, put, take) in edits {
            let put = put.into_iter().take(3).collect();
            edit(&mut answer, (at, put, usize::from(take % 8)));
        }
        check(&answer)?;
    }

    #[test]
    fn an_answer_however_deep_never_panics(deep in 0_usize..3000, open in "\\[|\\{\"a\":") {
        let body = format!(r#"{{"statusCode":"000000","x":{}"#, open.repeat(deep));
        check(body.as_bytes())?;
    }

    #[test]
    fn a_status_code_is_looked_up_as_six_digits_alone(code in code()) {
        let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        prop_assert!(is_code || status::find(&code).is_none());
    }

    #[test]
    fn a_request_says_what_it_was_told_and_nothing_else(code in "\\PC{0,12}", to in "\\PC{0,12}") {
        let body = serde_json::to_value(TemplateSms {
            to: &to,
            app_id: "a",
            template_id: "1",
            datas: Filled(&Variable::ALL, &Values::new(&code, 5)),
            req_id: "r",
        }).unwrap();
        let told = json!({"to": to, "appId": "a", "templateId": "1", "datas": [code, "5"], "reqId": "r"});
        prop_assert_eq!(body, told);
    }
}
