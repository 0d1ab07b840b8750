//! Which layer a value comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Defaults,
    File(PathBuf),
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("the default"),
            Self::File(path) => write!(f, "from {}", path.display()),
            Self::Variable(name) => write!(f, "from {name}"),
        }
    }
}

/// The layers above the defaults.
pub(super) struct Layers<'a> {
    file: Option<(&'a Path, Table)>,
    variables: Vec<String>,
}

impl<'a> Layers<'a> {
    /// Those of this process. A file that is no TOML has no keys.
    pub(super) fn of(file: Option<&'a Path>) -> Self {
        let read = |path: &'a Path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            (path, text.parse().unwrap_or_default())
        };
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        Self {
            file: file.map(read),
            variables: names.collect(),
        }
    }

    /// Where the value of `key` comes from: the last layer that has it, or a file for it.
    pub(super) fn origin(&self, key: &str) -> Origin {
        let in_file = format!("{key}_file");
        let names = [variable(key), variable(&in_file)];
        let is_ours = |name: &&String| names.iter().any(|ours| ours.eq_ignore_ascii_case(name));
        if let Some(name) = self.variables.iter().find(is_ours) {
            return Origin::Variable(name.clone());
        }
        match &self.file {
            Some((path, table)) if has(table, key) || has(table, &in_file) => {
                Origin::File(path.to_path_buf())
            }
            _ => Origin::Defaults,
        }
    }
}

/// The variable of the environment that sets a key.
pub(super) fn variable(key: &str) -> String {
    format!("SMS__{}", key.to_uppercase().replace('.', "__"))
}

/// The key that a variable of the environment sets; of anything else, that.
pub(super) fn key_of(name: &str) -> String {
    match name.strip_prefix("SMS__") {
        Some(rest) => rest.to_lowercase().replace("__", "."),
        None => name.to_owned(),
    }
}

/// Whether a table has the key. Regions may be written in small letters.
fn has(table: &Table, key: &str) -> bool {
    let (first, rest) = match key.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (key, None),
    };
    let mut values = table
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(first));
    values.any(|(_, value)| match (value, rest) {
        (_, None) => true,
        (Value::Table(inner), Some(rest)) => has(inner, rest),
        (_, Some(_)) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_layer_that_has_a_key_is_told() {
        let path = Path::new("sms.toml");
        let table = "[store]\nurl_file = 'x'\nbackend = 'redis'\n[gateway.routes]\ncn = ['ccp']\n[limits]\n";
        let layers = Layers {
            file: Some((path, table.parse().unwrap())),
            variables: vec![
                "SMS__STORE__BACKEND".to_owned(),
                "SMS__STORE__HMAC_KEY_FILE".to_owned(),
            ],
        };
        let rows = [
            ("store.backend", "from SMS__STORE__BACKEND"),
            ("store.hmac_key", "from SMS__STORE__HMAC_KEY_FILE"),
            ("store.url", "from sms.toml"),
            ("gateway.routes.CN", "from sms.toml"),
            ("limits.per_mobile", "the default"),
        ];
        for (key, origin) in rows {
            assert_eq!(layers.origin(key).to_string(), origin, "{key}");
        }
    }

    #[test]
    fn a_variable_and_its_key_lead_to_each_other() {
        let (key, name) = ("store.key_prefix", "SMS__STORE__KEY_PREFIX");
        assert_eq!((variable(key), key_of(name)), (name.into(), key.into()));
        assert_eq!(key_of(key), key);
    }
}
