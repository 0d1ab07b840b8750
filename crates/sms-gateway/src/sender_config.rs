//! What is checked of the configuration of any sender.

use std::borrow::Cow;
use std::error::Error;

use reqwest::Url;

/// Why there can be no sender for a configuration.
#[derive(Debug, thiserror::Error)]
pub enum SenderConfigError {
    /// A value that can't be right. It is not repeated, as it may be a secret in the wrong place.
    #[error("{key}: {problem}")]
    Invalid {
        /// The name of the field, with what is below it after dots.
        key: Cow<'static, str>,
        /// What it has to be.
        problem: Cow<'static, str>,
    },
    /// Nothing is wrong with the values, but this machine can't speak HTTPS.
    #[error("no HTTP client: are there any trusted certificates on this machine?")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

impl SenderConfigError {
    pub(crate) fn invalid(
        key: impl Into<Cow<'static, str>>,
        problem: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid {
            key: key.into(),
            problem: problem.into(),
        }
    }
}

/// Whether something holds, the key that it is about, and what that key has to be.
pub(crate) type Check = (bool, &'static str, &'static str);

/// The first of `checks` that does not hold, as an error.
pub(crate) fn check_all(checks: impl IntoIterator<Item = Check>) -> Result<(), SenderConfigError> {
    match checks.into_iter().find(|(holds, ..)| !holds) {
        Some((_, key, problem)) => Err(SenderConfigError::invalid(key, problem)),
        None => Ok(()),
    }
}

/// The URL under `key` that paths of a provider come after, such as `https://app.cloopen.com:8883`.
pub(crate) fn base_url(key: &'static str, text: &str) -> Result<Url, SenderConfigError> {
    let error = |problem| SenderConfigError::invalid(key, problem);
    let url = Url::parse(text).map_err(|_| error("must be a URL such as https://host:port"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(error("must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(error("must not contain credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(error("must not have a query or a fragment"));
    }
    Ok(url)
}

/// `base` with `path` put after its own. `path` begins with a slash.
pub(crate) fn below(mut base: Url, path: &str) -> Url {
    let whole = format!("{}{path}", base.path().trim_end_matches('/'));
    base.set_path(&whole);
    base
}

/// Letters and digits: what ids of accounts and applications are made of.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A space or line end comes from copying a secret and would make every signature wrong.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The id of a key, which signatures write among commas and slashes.
pub(crate) fn is_key_id(text: &str) -> bool {
    is_token(text) && !text.contains([',', '/'])
}

/// The name in the brackets of a message: the provider puts those around it.
pub(crate) fn is_sign_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(['【', '】', '[', ']'])
}
