use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use toml::{Table, Value};

use super::origin::{Layers, key_of, variable};
use super::reference::Entry;
use crate::admin::lines::Lines;
use crate::config::{ConfigError, Settings};

/// The values of keys by their dotted names, secrets masked.
type Values = BTreeMap<String, Value>;

/// `config explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A key such as limits.per_mobile, a section such as limits, or a variable such as
    /// SMS__LIMITS__PER_MOBILE
    #[arg(value_name = "KEY")]
    key: String,
}

impl Explain {
    /// Prints what the page on configuration says of the key, or of every key of the section, and its
    /// value if the configuration is right.
    ///
    /// # Errors
    ///
    /// There is no such key.
    pub(super) fn carry_out(&self, file: Option<&Path>) -> Result<ExitCode, Box<dyn Error>> {
        let key = key_of(&self.key);
        let settings = Settings::load(file);
        let values = match &settings {
            Ok(settings) => Some(flat("", &Table::try_from(settings)?)),
            Err(_) => None,
        };
        let entries = of_its_kind(Entry::about(&key), &key, values.as_ref());
        if entries.is_empty() {
            return Err(unknown(&self.key, &key).into());
        }
        let layers = Layers::of(file);
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                println!();
            }
            print!("{}", told(entry, &key, values.as_ref(), &layers));
        }
        if let Err(error) = settings {
            eprintln!("sms-server: warning: no values are told, because of {error}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn unknown(typed: &str, key: &str) -> ConfigError {
    let problem = match Entry::nearest(key) {
        Some(nearest) => format!("there is no such key; {nearest} is the nearest"),
        None => "there is no such key: `config defaults` prints all that have a default".to_owned(),
    };
    ConfigError::key(typed, problem)
}

/// Of keys of several kinds of senders those that the named sender has; of a name that says no kind,
/// all.
fn of_its_kind(entries: Vec<Entry>, key: &str, values: Option<&Values>) -> Vec<Entry> {
    let Some(name) = key.split('.').nth(2) else {
        return entries;
    };
    let configured = values.and_then(|values| values.get(&format!("gateway.senders.{name}.kind")));
    let configured = configured.and_then(Value::as_str);
    // Senders are often named after their kinds.
    let kind = configured.unwrap_or(name);
    let is_of_it = |entry: &Entry| {
        entry
            .kind()
            .is_some_and(|other| other.eq_ignore_ascii_case(kind))
    };
    if configured.is_none() && !entries.iter().any(is_of_it) {
        return entries;
    }
    let fits = |entry: &Entry| entry.kind().is_none() || is_of_it(entry);
    entries.into_iter().filter(fits).collect()
}

/// What is told of one key, a line for each thing.
fn told(entry: &Entry, key: &str, values: Option<&Values>, layers: &Layers<'_>) -> Lines {
    let mut lines = Lines::default();
    lines.tell("key", entry.key);
    lines.tell("meaning", entry.meaning());
    lines.tell("default", entry.default());
    lines.tell("variable", variable(entry.key));
    let Some(values) = values else {
        return lines;
    };
    let mut meant = values
        .iter()
        .filter(|(other, _)| entry.is_for(other) && is_below(other, key))
        .peekable();
    if meant.peek().is_none() {
        lines.tell("value", "none");
    }
    for (name, value) in meant {
        let origin = layers.origin(name);
        if entry.has_names() {
            lines.tell("value", format_args!("{name} = {value}, {origin}"));
        } else {
            lines.tell("value", format_args!("{value}, {origin}"));
        }
    }
    lines
}

/// Whether a key is the one that was typed or below it; what was typed may have capital letters in the
/// place of names.
fn is_below(key: &str, typed: &str) -> bool {
    let mut parts = key.split('.');
    typed.split('.').all(|typed| {
        let is_any = typed.bytes().all(|byte| byte.is_ascii_uppercase());
        (parts.next()).is_some_and(|part| is_any || part.eq_ignore_ascii_case(typed))
    })
}

/// The values of a table by their dotted names.
fn flat(above: &str, table: &Table) -> Values {
    let mut values = Values::new();
    for (name, value) in table {
        let name = format!("{above}{name}");
        match value {
            Value::Table(section) => values.extend(flat(&format!("{name}."), section)),
            value => {
                values.insert(name, value.clone());
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(toml: &str, key: &str) -> String {
        let settings = Settings::from_toml(toml).unwrap();
        let values = flat("", &Table::try_from(&settings).unwrap());
        let entries = of_its_kind(Entry::about(key), key, Some(&values));
        let told = entries
            .iter()
            .map(|entry| told(entry, key, Some(&values), &Layers::of(None)).to_string());
        told.collect()
    }

    const SENDERS: &str = "[gateway.senders.trial]\nkind = 'ccp'\naccount_sid = 'a'\nauth_token = 't'\napp_id = 'b'\n\
         [gateway.senders.other]\nkind = 'ccp'\naccount_sid = 'c'\nauth_token = 't'\napp_id = 'b'\n";

    #[test]
    fn a_key_is_told_with_its_value() {
        let told = explained("[limits]\nper_mobile = ['1/60s']", "limits.per_mobile");
        for line in [
            "key        limits.per_mobile\n",
            "default    [\"1/60s\", \"5/1h\", \"10/24h\"]\n",
            "variable   SMS__LIMITS__PER_MOBILE\n",
            "value      [\"1/1m\"], the default\n",
        ] {
            assert!(told.contains(line), "{told}");
        }
    }

    #[test]
    fn a_sender_has_the_keys_of_its_kind_and_its_secrets_do_not_print() {
        let told = explained(SENDERS, "gateway.senders.trial.auth_token");
        assert_eq!(told.matches("meaning").count(), 1, "{told}");
        assert!(told.contains("key        gateway.senders.CCP.auth_token\n"));
        let value = "value      gateway.senders.trial.auth_token = \"********\"";
        assert!(told.contains(value), "{told}");
        let all = explained(SENDERS, "gateway.senders.CCP.account_sid");
        assert!(all.contains("trial.account_sid = \"a\""), "{all}");
        assert!(all.contains("other.account_sid = \"c\""), "{all}");
    }

    #[test]
    fn of_a_section_all_keys_are_told() {
        let told = explained("", "gateway.senders.mock");
        assert_eq!(told.matches("meaning").count(), 2, "{told}");
        let told = explained("", "locale");
        assert!(told.starts_with("key        locale.messages\n"), "{told}");
    }

    #[test]
    fn what_is_not_set_has_no_value() {
        assert!(explained("", "server.tls_cert").contains("value      none\n"));
        assert!(explained("", "gateway.senders.CCP.app_id").contains("value      none\n"));
    }
}
