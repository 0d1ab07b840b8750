//! The part of `store.…` that says how codes and numbers look in the store.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sms_store::{AtRest, AtRestKey};

use super::{ConfigError, Secret, StoreSettings};

/// How codes are kept in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeAtRest {
    /// As they are.
    Plain,
    /// As digests under a key.
    Hmac,
}

impl StoreSettings {
    /// How codes and numbers look in the store.
    ///
    /// # Errors
    ///
    /// A key is missing or too short.
    pub fn at_rest(&self) -> Result<AtRest, ConfigError> {
        let hmac_key = key("store.hmac_key", self.hmac_key.as_ref())?;
        let previous = key("store.hmac_key_previous", self.hmac_key_previous.as_ref())?;
        let number_key = key("store.number_key", self.number_key.as_ref())?;
        let mut at_rest = AtRest::default();
        if self.hide_numbers {
            let is_rotating = previous.is_some();
            // Numbers would get new names with the new key: their codes and quotas would be lost.
            let hmac_key = hmac_key.clone().filter(|_| !is_rotating);
            let number_key = number_key.or(hmac_key).ok_or_else(|| {
                let problem = match is_rotating {
                    true => {
                        "missing; with store.hide_numbers and store.hmac_key_previous it must be \
                         given: the key that hid the numbers so far"
                    }
                    false => "missing; store.hide_numbers needs it, or store.hmac_key",
                };
                ConfigError::key("store.number_key", problem)
            })?;
            at_rest = at_rest.with_number_key(number_key);
        }
        if self.code_at_rest == CodeAtRest::Hmac {
            let hmac_key = hmac_key.ok_or_else(|| {
                let problem = "missing; store.code_at_rest = \"hmac\" needs it, here or in the \
                               file that hmac_key_file names";
                ConfigError::key("store.hmac_key", problem)
            })?;
            at_rest = at_rest.with_code_keys(hmac_key, previous);
        }
        Ok(at_rest)
    }

    pub(super) fn resolve_key_files(&mut self) -> Result<(), ConfigError> {
        let resolve = |name: &str, key: &mut Option<Secret>, file: Option<&Path>| match file {
            Some(path) => Secret::from_file(name, path).map(|secret| *key = Some(secret)),
            None => Ok(()),
        };
        resolve(
            "store.hmac_key_file",
            &mut self.hmac_key,
            self.hmac_key_file.as_deref(),
        )?;
        resolve(
            "store.hmac_key_previous_file",
            &mut self.hmac_key_previous,
            self.hmac_key_previous_file.as_deref(),
        )?;
        resolve(
            "store.number_key_file",
            &mut self.number_key,
            self.number_key_file.as_deref(),
        )
    }
}

fn key(name: &str, secret: Option<&Secret>) -> Result<Option<AtRestKey>, ConfigError> {
    let key = secret.map(|secret| AtRestKey::new(secret.expose()));
    key.transpose()
        .map_err(|error| ConfigError::key(name, error))
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;

    /// What is wrong with these keys of `store`, if anything.
    fn complaint(keys: &str) -> Option<String> {
        let settings = Settings::from_toml(&format!("[store]\n{keys}"));
        settings.err().map(|error| error.to_string())
    }

    #[test]
    fn a_key_that_is_needed_is_asked_for_by_name() {
        let hmac = "code_at_rest = 'hmac'\n";
        let hide = "hide_numbers = true\n";
        let key = "hmac_key = '0123456789abcdef'\n";
        let previous = "hmac_key_previous = 'fedcba9876543210'\n";
        let number = "number_key = 'fedcba9876543210'\n";
        let rows: [(&[&str], Option<&str>); 11] = [
            (&[hmac], Some("store.hmac_key: missing")),
            (&[hmac, number], Some("store.hmac_key: missing")),
            (&[hmac, previous], Some("store.hmac_key: missing")),
            (&[hide], Some("store.number_key: missing")),
            (
                &[hmac, hide, key, previous],
                Some("store.number_key: missing"),
            ),
            (&[hmac, key], None),
            (&[hmac, key, previous], None),
            (&[hide, key], None),
            (&[hide, number], None),
            (&[hmac, hide, key], None),
            (&[hmac, hide, key, previous, number], None),
        ];
        for (keys, expected) in rows {
            let complaint = complaint(&keys.concat());
            let is_as_expected = match (&complaint, expected) {
                (Some(complaint), Some(expected)) => complaint.starts_with(expected),
                (complaint, expected) => complaint.is_none() && expected.is_none(),
            };
            assert!(is_as_expected, "{keys:?}: {complaint:?}");
        }
    }

    #[test]
    fn a_key_that_could_be_guessed_is_refused_and_not_repeated() {
        for key in ["hmac_key", "hmac_key_previous", "number_key"] {
            let complaint = complaint(&format!("{key} = 'hunter2'")).unwrap();
            let expected = format!("store.{key}: too short: a key has at least 16 characters");
            assert!(complaint.starts_with(&expected), "{complaint}");
            assert!(!complaint.contains("hunter2"), "{complaint}");
        }
    }
}
