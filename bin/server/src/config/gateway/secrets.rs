//! The secrets of senders, and the files that secrets may be in.

use std::path::PathBuf;

use secrecy::SecretString;

use super::super::{ConfigError, Secret};

/// The names of all secrets that senders have.
pub(in super::super) const SECRETS: [&str; 7] = [
    "auth_token",
    "access_key_secret",
    "secret_key",
    "security_token",
    "api_key_secret",
    "secret",
    "secret_previous",
];

/// One secret of a section, and where it may come from.
pub(in super::super) struct SecretField<'a> {
    /// Its key below that of the section; of a sender, one of [`SECRETS`].
    pub(in super::super) name: &'static str,
    pub(in super::super) value: &'a mut Option<Secret>,
    /// The value of the key with `_file` at its end.
    pub(in super::super) file: &'a Option<PathBuf>,
}

impl SecretField<'_> {
    /// Takes the secret out of its file, if there is one.
    pub(in super::super) fn resolve(&mut self, section: &str) -> Result<(), ConfigError> {
        if let Some(path) = self.file {
            let key = format!("{section}.{}_file", self.name);
            *self.value = Some(Secret::from_file(&key, path)?);
        }
        Ok(())
    }
}

/// A secret that has to be there.
pub(super) fn required(
    sender: &str,
    name: &str,
    secret: Option<&Secret>,
) -> Result<SecretString, ConfigError> {
    let secret = secret.ok_or_else(|| {
        let problem = format!("missing; {name}_file may name a file with it");
        ConfigError::key(format!("{sender}.{name}"), problem)
    })?;
    Ok(secret.into())
}
