//! What holds for any file of configuration.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{DEFAULTS, Settings, toml_problem};

const PASSWORD: &str = "Xq7RzW2pLk9vBn4T";
const TOKEN: &str = "Jf3HdYs8Gm5CtQ6u";

/// A file with secrets in it.
fn file() -> String {
    format!(
        "[server]\nworkers = 2\ntrusted_proxies = [\"10.0.0.0/8\"]\n\
         [store]\nbackend = \"redis\"\nurl = \"redis://sms:{PASSWORD}@10.0.0.5:6379/2\"\n\
         [limits]\nper_mobile = [\"1/60s\", \"5/1h\"]\ncountries = [\"CN\"]\n\
         [gateway]\norder = [\"ccp\"]\n\
         [gateway.senders.ccp]\nkind = \"ccp\"\naccount_sid = \"8aaf07\"\n\
         auth_token = \"{TOKEN}\"\napp_id = \"8aaf08\"\n"
    )
}

/// Fewer than of the others: each case reads the defaults too.
fn few() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig {
        cases: (config.cases / 16).max(64),
        ..config
    }
}

/// Reads a file as the server does, without the environment. The complaint, if any.
fn complaint(toml: &str) -> Option<String> {
    match toml_problem(toml) {
        Some(problem) => Some(problem),
        None => Settings::from_toml(toml)
            .err()
            .map(|error| error.to_string()),
    }
}

fn tells_no_secret(complaint: &str) -> bool {
    [PASSWORD, TOKEN].iter().all(|secret| {
        // Half of it would be too much.
        let mut windows = secret.as_bytes().windows(8);
        windows.all(|part| !complaint.contains(str::from_utf8(part).unwrap()))
    })
}

/// Every key that has a default, with its section.
fn keys() -> Vec<(String, String)> {
    let defaults: toml::Table = DEFAULTS.parse().unwrap();
    let mut keys = Vec::new();
    for (section, values) in &defaults {
        // The keys of test numbers are in no section, and have tests of their own.
        for key in values.as_table().into_iter().flat_map(toml::Table::keys) {
            keys.push((section.clone(), key.clone()));
        }
    }
    keys
}

fn toml_value() -> impl Strategy<Value = toml::Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(toml::Value::from),
        (-2_i64..2000).prop_map(toml::Value::from),
        any::<f64>().prop_map(toml::Value::from),
        any::<bool>().prop_map(toml::Value::from),
        any::<String>().prop_map(toml::Value::from),
        "[0-9]{1,8}/[0-9]{1,4}[smhd]|[0-9.:/]{0,20}|[A-Z]{2}|\\*|mock|redis|https?://[a-z.:/]{0,9}"
            .prop_map(toml::Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(toml::Value::from),
            prop::collection::btree_map("[a-z_]{1,6}", inner, 0..3)
                .prop_map(|map| toml::Value::Table(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn any_text_is_read_or_refused(text in "(\\[|\\]|=|\"|[a-z_.]{1,6}|[0-9]{1,3}|\n|\\PC){0,24}") {
        let _ = complaint(&text);
    }

    #[test]
    fn any_value_of_a_key_is_taken_or_refused_by_its_name(
        (section, key) in select(keys()),
        value in toml_value(),
    ) {
        let toml = toml::Table::from_iter([(
            section.clone(),
            toml::Value::Table(toml::Table::from_iter([(key.clone(), value)])),
        )]);
        match Settings::from_toml(&toml.to_string()) {
            Ok(settings) => prop_assert!(toml::to_string(&settings).is_ok()),
            Err(error) => prop_assert!(error.to_string().contains('.'), "{}", error),
        }
    }

    #[test]
    fn a_spoiled_file_is_read_or_refused_without_telling_its_secrets(
        edits in prop::collection::vec((any::<Index>(), "[ -~\n]{0,2}", 0_usize..4), 1..5),
    ) {
        let mut toml = file();
        for (at, put, take) in edits {
            let start = at.index(toml.len() + 1);
            let end = (start + take).min(toml.len());
            toml.replace_range(start..end, &put);
        }
        let complaint = complaint(&toml);
        prop_assert!(complaint.as_deref().is_none_or(tells_no_secret), "{complaint:?}");
    }

    #[test]
    fn a_file_whose_lines_were_moved_tells_no_secret(order in prop::collection::vec(any::<Index>(), 1..20)) {
        let text = file();
        let lines: Vec<_> = text.lines().collect();
        let moved: Vec<_> = order.iter().map(|at| *at.get(&lines)).collect();
        let complaint = complaint(&moved.join("\n"));
        prop_assert!(complaint.as_deref().is_none_or(tells_no_secret), "{complaint:?}");
    }
}

#[test]
fn a_secret_in_the_place_of_a_word_is_not_repeated() {
    let toml = format!("[store]\nbackend = 'redis://sms:{PASSWORD}@10.0.0.5'");
    let complaint = complaint(&toml).unwrap();
    assert!(complaint.starts_with("store.backend: unknown variant `?`, expected"));
    assert!(tells_no_secret(&complaint), "{complaint}");
}

#[test]
fn the_file_that_is_spoiled_is_good() {
    assert_eq!(complaint(&file()), None);
}
