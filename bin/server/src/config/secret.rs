use std::fs;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

use super::ConfigError;

const MASK: &str = "********";

/// A value that never prints.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(SecretString);

impl Secret {
    /// Reads a secret from a file, without the line end that editors put there.
    ///
    /// # Errors
    ///
    /// The file can't be read or is empty; `key` is what names it.
    pub(super) fn from_file(key: &str, path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|error| ConfigError::key(key, format!("{}: {error}", path.display())))?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(ConfigError::key(
                key,
                format!("{}: the file is empty", path.display()),
            )),
            secret => Ok(Self(secret.into())),
        }
    }

    /// The value, for the one who needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&Secret> for SecretString {
    fn from(secret: &Secret) -> Self {
        secret.0.clone()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// A URL whose password never prints.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(Secret);

impl SecretUrl {
    /// The URL, for the one who needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl From<Secret> for SecretUrl {
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Ok(mut url) = Url::parse(self.expose()) else {
            return serializer.serialize_str(MASK);
        };
        let masked = url.password().is_none() || url.set_password(Some(MASK)).is_ok();
        serializer.serialize_str(if masked { url.as_str() } else { MASK })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(url: &str) -> String {
        let url = SecretUrl(Secret(url.into()));
        serde_json::to_string(&url).unwrap()
    }

    #[test]
    fn a_url_prints_without_its_password() {
        assert_eq!(
            printed("redis://127.0.0.1:6379/0"),
            "\"redis://127.0.0.1:6379/0\""
        );
        assert_eq!(
            printed("redis://u:hunter2@h/0"),
            "\"redis://u:********@h/0\""
        );
        assert_eq!(printed("hunter2"), "\"********\"");
    }

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret("hunter2".into());
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"********\"");
    }
}
