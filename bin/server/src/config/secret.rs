use std::convert::Infallible;
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::ConfigError;

const MASK: &str = "********";

/// A value that never prints.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The library's own error would repeat the value.
        let secret = SecretString::deserialize(deserializer);
        secret
            .map(Self)
            .map_err(|_| D::Error::custom("must be text, in quotes"))
    }
}

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

/// Any text: whether it is the URL of something is told when that is made.
impl FromStr for SecretUrl {
    type Err = Infallible;

    fn from_str(url: &str) -> Result<Self, Infallible> {
        Ok(Self(Secret(url.into())))
    }
}

impl Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(masked(self.expose()).as_deref().unwrap_or(MASK))
    }
}

impl From<Secret> for SecretUrl {
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

/// What of a URL may be seen: not the password, nor a user without one, which may be a password in
/// the wrong place, nor a query, which may hold one too.
fn masked(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    match url.password() {
        Some(_) => url.set_password(Some(MASK)).ok()?,
        None if !url.username().is_empty() => url.set_username(MASK).ok()?,
        None => {}
    }
    if url.query().is_some() {
        url.set_query(Some(MASK));
    }
    url.set_fragment(None);
    Some(url.into())
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
        assert_eq!(printed("redis://hunter2@h/0"), "\"redis://********@h/0\"");
        assert_eq!(
            printed("redis://h/0?password=hunter2#x"),
            "\"redis://h/0?********\""
        );
        assert_eq!(
            printed("unix:///x.sock?pass=hunter2"),
            "\"unix:///x.sock?********\""
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
