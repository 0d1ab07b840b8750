//! The documentation says what the code does: the keys and defaults of `docs/CONFIGURATION.md` are
//! those of `config/default.toml`, `docs/API.md` has every outcome, the tests that
//! `docs/SECURITY.md` relies on are there, the configuration in `docs/SIMULATOR.md` is one, and the code
//! in `docs/EMBEDDING.md` stands in examples that are run.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::Path;

use sms_core::{Locale, Message};
use sms_server::config::{DEFAULTS, Settings};
use toml::{Table, Value};

const CONFIGURATION: &str = include_str!("../../../docs/CONFIGURATION.md");
const API: &str = include_str!("../../../docs/API.md");
const EMBEDDING: &str = include_str!("../../../docs/EMBEDDING.md");
const SECURITY: &str = include_str!("../../../docs/SECURITY.md");
const SIMULATOR: &str = include_str!("../../../docs/SIMULATOR.md");

/// The names under which the kinds of senders are documented, and the least that makes one.
const SENDERS: [(&str, &str); 5] = [
    (
        "CCP",
        "kind = 'ccp'\naccount_sid = 'a'\nauth_token = 't'\napp_id = 'b'",
    ),
    (
        "ALIYUN",
        "kind = 'aliyun'\naccess_key_id = 'a'\naccess_key_secret = 's'\nsign_name = 'n'\n\
         template_code = 'SMS_1'",
    ),
    (
        "TENCENT",
        "kind = 'tencent'\nsecret_id = 'a'\nsecret_key = 's'\nsdk_app_id = '1'\n\
         template_id = '2'",
    ),
    (
        "TWILIO",
        "kind = 'twilio'\naccount_sid = 'a'\nauth_token = 't'\nfrom = 'f'",
    ),
    (
        "WEBHOOK",
        "kind = 'webhook'\nurl = 'https://h.example/'\nsecret = 'whsec_t'",
    ),
];

/// What is documented once for all senders.
const ANY_SENDER: &str = "gateway.senders.NAME.";

/// What is no value of any key.
const NONSENSE: &str = "[[]]";

/// The sections of the Verify face whose names the operator chooses, and the least that makes one.
const OF_VERIFY: [(&str, &str); 2] = [
    (
        "verify.services.NAME",
        "sid = 'VA00000000000000000000000000000000'\nfriendly_name = 'n'",
    ),
    (
        "verify.keys.NAME",
        "sid = 'SK00000000000000000000000000000000'\nsecret = 's'",
    ),
];

#[test]
fn every_key_is_documented_with_its_default() {
    let documented = documented();
    for (key, default) in flat(&DEFAULTS.parse().unwrap()) {
        let cell = documented.get(&key);
        let cell = cell.unwrap_or_else(|| panic!("docs/CONFIGURATION.md lacks the key {key}"));
        assert_default(&key, &value(cell), &Some(default));
    }
}

#[test]
fn every_documented_key_exists() {
    let defaults = flat(&DEFAULTS.parse().unwrap());
    let of_senders = SENDERS.map(|(name, _)| format!("gateway.senders.{name}."));
    for (key, cell) in documented() {
        let is_of_sender = of_senders.iter().any(|prefix| key.starts_with(prefix));
        let is_of_verify = OF_VERIFY.iter().any(|(name, _)| key.starts_with(name));
        let is_named = is_of_sender || is_of_verify || key.starts_with(ANY_SENDER);
        if defaults.contains_key(&key) || is_named {
            continue;
        }
        // What has no default in the file may still be set: then a bad value is complained of.
        assert_eq!(value(&cell), None, "default.toml has no default of {key}");
        let (section, name) = key.split_once('.').unwrap();
        assert_known(&key, &format!("[{section}]\n{name} = {NONSENSE}"));
    }
}

#[test]
fn the_keys_of_a_sender_are_documented_with_their_defaults() {
    for (name, least) in SENDERS {
        let section = format!("gateway.senders.{name}");
        let toml = format!("[{section}]\n{least}");
        // The kind is read first, and only a text gets as far as the key.
        assert_section_documented(&format!("{section}."), &toml, "'?'");
    }
}

#[test]
fn the_keys_of_services_and_keys_are_documented_with_their_defaults() {
    for (section, least) in OF_VERIFY {
        let toml = format!("[{section}]\n{least}");
        assert_section_documented(&format!("{section}."), &toml, NONSENSE);
    }
}

/// Fails if the keys below `prefix` are not documented as those of the section in `toml`;
/// `nonsense` is no value of any of them.
#[track_caller]
fn assert_section_documented(prefix: &str, toml: &str, nonsense: &str) {
    let mut documented = documented();
    documented.retain(|key, _| key.starts_with(prefix));
    // No file has these defaults: they are what keys that nobody sets turn into.
    let settings = Settings::from_toml(toml).unwrap();
    let mut effective = flat(&Table::try_from(&settings).unwrap());
    effective.retain(|key, _| key.starts_with(prefix) && !key.ends_with(".kind"));
    let given = flat(&toml.parse().unwrap());
    for (key, default) in effective {
        let cell = documented.remove(&key);
        let cell = cell.unwrap_or_else(|| panic!("docs/CONFIGURATION.md lacks the key {key}"));
        if given.contains_key(&key) {
            assert_default(&key, cell.as_str(), "required");
        } else {
            assert_default(&key, &value(&cell), &Some(default));
        }
    }
    for (key, cell) in documented {
        assert_default(&key, cell.as_str(), "—");
        let name = key.strip_prefix(prefix).unwrap();
        assert_known(&key, &format!("{toml}\n{name} = {nonsense}"));
    }
}

#[test]
fn the_configuration_beside_the_simulator_is_one() {
    let (_, rest) = SIMULATOR.split_once("```toml\n# staging.toml\n").unwrap();
    Settings::from_toml(rest.split_once("```").unwrap().0).unwrap();
}

#[test]
fn every_outcome_is_documented_with_its_texts() {
    for message in Message::ALL {
        let cells = [
            format!("| `{}` |", message.name()),
            format!("| {} |", message.text(Locale::ZhCn)),
            format!("| {} |", message.text(Locale::En)),
        ];
        let is_row = |line: &str| cells.iter().all(|cell| line.contains(cell));
        assert!(API.lines().any(is_row), "docs/API.md lacks {cells:?}");
    }
}

#[test]
fn every_test_that_security_relies_on_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut code = String::new();
    for folder in ["bin", "crates"] {
        read_code(&root.join(folder), &mut code);
    }
    let names = SECURITY.split('`').skip(1).step_by(2).filter(|quoted| {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        quoted.matches('_').count() > 3 && quoted.chars().all(is_name)
    });
    let names: Vec<_> = names.collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let function = format!("fn {name}(");
        assert!(code.contains(&function), "docs/SECURITY.md names {name}");
    }
}

#[test]
fn the_code_for_embedding_is_that_of_the_examples() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    let mut examples = String::new();
    for folder in fs::read_dir(crates).unwrap() {
        let examples_of_one = folder.unwrap().path().join("examples");
        if examples_of_one.is_dir() {
            read_code(&examples_of_one, &mut examples);
        }
    }
    let flush = |code: &str| code.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let examples = flush(&examples);
    let blocks: Vec<_> = EMBEDDING.split("```rust").skip(1).collect();
    assert!(blocks.len() > 5, "{blocks:?}");
    for block in blocks {
        let code = flush(block.split_once("```").unwrap().0);
        assert!(examples.contains(code.trim()), "no example has {code}");
    }
}

#[test]
fn the_oldest_rust_for_embedding_is_the_one_that_is_asked_for() {
    let oldest = format!("**Rust {}**", env!("CARGO_PKG_RUST_VERSION"));
    assert!(
        EMBEDDING.contains(&oldest),
        "docs/EMBEDDING.md lacks {oldest}"
    );
}

/// Adds all Rust below a folder to `code`.
fn read_code(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_code(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *code += &fs::read_to_string(path).unwrap();
        }
    }
}

/// Fails if the default that is written down is not that of the code.
#[track_caller]
fn assert_default<T: PartialEq + Debug + ?Sized>(key: &str, documented: &T, real: &T) {
    assert_eq!(
        documented, real,
        "docs/CONFIGURATION.md (left) is wrong on the default of {key}"
    );
}

/// Fails if `toml`, which gives `key` a value that can't be right, is refused for another reason.
#[track_caller]
fn assert_known(key: &str, toml: &str) {
    let complaint = Settings::from_toml(toml).unwrap_err().to_string();
    let is_about_the_value = complaint.starts_with(key) && !complaint.contains("unknown key");
    assert!(is_about_the_value, "there is no key {key}: {complaint}");
}

/// The default of each key, as the cell beside it: of every table of three columns that has one.
fn documented() -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    for line in CONFIGURATION.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", key, default, _, ""] = cells[..] else {
            continue;
        };
        let key = key.strip_prefix('`').and_then(|key| key.strip_suffix('`'));
        if let Some(key) = key {
            let earlier = keys.insert(key.to_owned(), default.to_owned());
            assert_eq!(earlier, None, "docs/CONFIGURATION.md has {key} twice");
        }
    }
    keys
}

/// The TOML value that a cell consists of, if it does.
fn value(cell: &str) -> Option<Value> {
    let toml = cell.strip_prefix('`')?.strip_suffix('`')?;
    let table: Table = format!("value = {toml}").parse().ok()?;
    table.get("value").cloned()
}

/// The values of a table by their dotted keys.
fn flat(table: &Table) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for (key, value) in table {
        match value {
            Value::Table(section) => {
                let inner = flat(section).into_iter();
                values.extend(inner.map(|(rest, value)| (format!("{key}.{rest}"), value)));
            }
            value => {
                values.insert(key.clone(), value.clone());
            }
        }
    }
    values
}
