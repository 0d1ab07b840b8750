//! What holds for anything that Aliyun, or somebody in its place, may answer.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::sign::canonical_query;
use super::status::TABLE;
use super::wire::Reply;
use crate::code_table::{find, refusal};

fn check(body: &[u8]) -> Result<(), TestCaseError> {
    let Some(reply) = Reply::read(body) else {
        return Ok(());
    };
    // The code is really there, in a member of that name.
    let body: Value = serde_json::from_slice(body).unwrap();
    prop_assert_eq!(body["Code"].as_str(), Some(&*reply.code));
    // It goes into logs.
    let is_plain = |id: &String| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'^';
        (1..=64).contains(&id.len()) && id.bytes().all(is_part)
    };
    prop_assert!(reply.biz_id.as_ref().is_none_or(is_plain));
    Ok(())
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "OK|isv\\.[A-Z_]{1,12}|[0-9]{1,20}\\^0|\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("Code|BizId|Message|x", inner, 0..4)
                .prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_none(bytes: Vec<u8>) {
        check(&bytes)?;
    }

    #[test]
    fn any_json_is_read_as_it_is(value in json_value()) {
        check(value.to_string().as_bytes())?;
    }

    #[test]
    fn an_answer_however_deep_never_panics(deep in 0_usize..3000, open in "\\[|\\{\"a\":") {
        let body = format!(r#"{{"Code":"OK","x":{}"#, open.repeat(deep));
        check(body.as_bytes())?;
    }

    #[test]
    fn a_code_with_a_digit_is_in_no_row_and_not_repeated(head in "[a-zA-Z.]{0,20}", digit in "[0-9]{1,11}") {
        let code = format!("{head}{digit}");
        prop_assert!(find(TABLE, &code).is_none());
        let error = refusal(TABLE, &"aliyun".into(), &code);
        prop_assert_eq!(error.provider_code(), None);
    }

    #[test]
    fn a_query_says_what_it_was_told_in_order_and_nothing_else(
        pairs in prop::collection::btree_map("\\PC{1,6}", "\\PC{0,12}", 0..6),
    ) {
        let query = canonical_query(pairs.iter().rev().map(|(k, v)| (&**k, &**v)).collect());
        prop_assert!(query.bytes().all(|byte| byte.is_ascii_graphic()));
        let url = reqwest::Url::parse(&format!("http://h/?{query}")).unwrap();
        // What is sent is what was signed.
        prop_assert_eq!(url.query(), Some(&*query));
        let told: Vec<_> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(told, pairs.into_iter().collect::<Vec<_>>());
    }
}
