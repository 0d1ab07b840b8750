//! `docs/SIMULATOR.md` says what the code does.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use sms_simulator::{Fault, Script};
use toml::Value;

const DOCS: &str = include_str!("../../../docs/SIMULATOR.md");

/// The block of TOML that begins with this comment.
fn block(name: &str) -> &'static str {
    let (_, rest) = DOCS.split_once(&format!("```toml\n# {name}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_script_is_one_that_can_be_played() {
    let script = Script::from_toml(block("script.toml")).unwrap();
    assert_eq!(script.rules.len(), 1);
    assert_eq!(script.receipts.copies, Some(1));
}

#[test]
fn every_fault_is_there_in_the_form_that_a_script_has() {
    let faults = [
        Fault::Refuse("CODE".to_owned()),
        Fault::Status(503),
        Fault::Throttle(5),
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::Nonsense,
    ];
    for fault in faults {
        let written = Value::try_from(&fault).unwrap().to_string();
        assert!(DOCS.contains(&format!("| `{written}` |")), "{written}");
    }
}

#[test]
fn every_account_is_there_with_its_secrets() {
    let script = Value::try_from(Script::default()).unwrap();
    let mut found = 0;
    for provider in ["ccp", "aliyun", "tencent", "twilio"] {
        for (key, value) in script[provider].as_table().unwrap() {
            let named = match value {
                Value::String(text) if key != "reports" => vec![text.as_str()],
                Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
                Value::Table(templates) => templates.keys().map(String::as_str).collect(),
                _ => vec![],
            };
            for name in named {
                assert!(
                    DOCS.contains(&format!("`{name}`")),
                    "{provider}.{key}: {name}"
                );
                found += 1;
            }
        }
    }
    assert_eq!(found, 20);
}
