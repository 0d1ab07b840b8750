use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sms_gateway::WebhookConfig;

use super::super::{ConfigError, Secret, SecretUrl};
use super::secrets::{SecretField, required};
use super::templates::ByLanguage;
use super::texts::{Texts, texts};

/// A sender of kind `webhook`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where messages are posted to.
    pub url: SecretUrl,
    /// What they are signed with.
    pub secret: Option<Secret>,
    /// A file with that secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// The secret before that, which signs as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_previous: Option<Secret>,
    /// A file with the secret before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_previous_file: Option<PathBuf>,
    /// Whether the receiver may be on a private network, and without TLS there.
    #[serde(default, deserialize_with = "flag")]
    pub allow_private: bool,
    /// What messages say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What they say in single languages.
    #[serde(default, skip_serializing_if = "ByLanguage::is_empty")]
    pub texts: ByLanguage<String>,
}

/// Reads a flag, which a variable of the environment has as text.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected true or false")]
    enum Flag {
        Plain(bool),
        Text(String),
    }
    match Flag::deserialize(deserializer)? {
        Flag::Plain(flag) => Ok(flag),
        Flag::Text(text) => text
            .parse()
            .map_err(|_| D::Error::custom("expected true or false")),
    }
}

impl WebhookSettings {
    pub(super) fn secrets(&mut self) -> Vec<SecretField<'_>> {
        vec![
            SecretField {
                name: "secret",
                value: &mut self.secret,
                file: &self.secret_file,
            },
            SecretField {
                name: "secret_previous",
                value: &mut self.secret_previous,
                file: &self.secret_previous_file,
            },
        ]
    }

    /// Whether the secrets look like some, which the sender checks more closely.
    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        let secrets = [
            ("secret", &self.secret),
            ("secret_previous", &self.secret_previous),
        ];
        for (name, secret) in secrets {
            if secret
                .as_ref()
                .is_some_and(|secret| !secret.expose().starts_with("whsec_"))
            {
                let problem = "must be whsec_ and 24 to 64 bytes in base64";
                return Err(ConfigError::key(format!("{key}.{name}"), problem));
            }
        }
        Ok(())
    }

    pub(super) fn texts(&self, key: &str) -> Result<Texts, ConfigError> {
        texts(key, self.text.as_deref(), &self.texts)
    }

    /// The configuration of the sender of that name, each of whose attempts may take `timeout`.
    ///
    /// # Errors
    ///
    /// It has no secret, or a text is wrong.
    pub fn config(&self, name: &str, timeout: Duration) -> Result<WebhookConfig, ConfigError> {
        let key = format!("gateway.senders.{name}");
        let mut secrets = vec![required(&key, "secret", self.secret.as_ref())?];
        secrets.extend(self.secret_previous.as_ref().map(SecretString::from));
        Ok(WebhookConfig {
            name: name.to_owned(),
            url: self.url.expose().to_owned(),
            secrets,
            allow_private: self.allow_private,
            texts: self.texts(&key)?,
            timeout,
        })
    }
}
