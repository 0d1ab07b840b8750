//! What holds for any body.

use form_urlencoded::Serializer;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::member;

proptest! {
    #[test]
    fn any_bytes_are_read_or_have_no_such_member(body: Vec<u8>) {
        let _ = member(&body, "sms_code");
    }

    #[test]
    fn what_looks_like_json_is_read_as_json_alone(
        body in r#"[ \t\n]{0,2}\{("sms_code"|[:,"\\{}\[\]]|[0-9eE+\-.]|\\u[0-9a-fD]{4}|null|\PC){0,30}\}?"#
    ) {
        let read = serde_json::from_str::<Value>(body.trim()).ok();
        let text = match read.as_ref().and_then(|value| value.get("sms_code")) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        prop_assert_eq!(member(body.as_bytes(), "sms_code"), text);
    }

    #[test]
    fn what_a_client_writes_is_what_is_read(code: String, other: String) {
        let body = json!({"x": other, "sms_code": code}).to_string();
        prop_assert_eq!(member(body.as_bytes(), "sms_code"), Some(code.clone()));
        let form = Serializer::new(String::new())
            .append_pair("x", &other)
            .append_pair("sms_code", &code)
            .finish();
        prop_assert_eq!(member(form.as_bytes(), "sms_code"), Some(code));
    }

    #[test]
    fn a_body_however_deep_never_panics(deep in 0_usize..1300, open in "\\[|\\{\"a\":") {
        let body = format!("{{\"sms_code\":{}", open.repeat(deep));
        prop_assert_eq!(member(body.as_bytes(), "sms_code"), None);
    }
}
