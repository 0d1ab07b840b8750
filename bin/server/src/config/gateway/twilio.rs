use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::{TWILIO_BASE_URL, TwilioConfig, TwilioOrigin, TwilioUser};

use super::super::{ConfigError, Secret};
use super::secrets::{SecretField, required};
use super::templates::ByLanguage;
use super::texts::{Texts, texts};

/// A sender of kind `twilio`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioSettings {
    /// Where Twilio is.
    #[serde(default = "twilio_base_url")]
    pub base_url: String,
    /// The account.
    pub account_sid: String,
    /// The secret of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token: Option<Secret>,
    /// A file with the secret of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token_file: Option<PathBuf>,
    /// An API key that is used instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_sid: Option<String>,
    /// The secret of the API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_secret: Option<Secret>,
    /// A file with the secret of the API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_secret_file: Option<PathBuf>,
    /// The number or name that phones show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// A messaging service that chooses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messaging_service_sid: Option<String>,
    /// What messages say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What they say in single languages.
    #[serde(default, skip_serializing_if = "ByLanguage::is_empty")]
    pub texts: ByLanguage<String>,
}

fn twilio_base_url() -> String {
    TWILIO_BASE_URL.to_owned()
}

impl TwilioSettings {
    pub(super) fn secrets(&mut self) -> Vec<SecretField<'_>> {
        vec![
            SecretField {
                name: "auth_token",
                value: &mut self.auth_token,
                file: &self.auth_token_file,
            },
            SecretField {
                name: "api_key_secret",
                value: &mut self.api_key_secret,
                file: &self.api_key_secret_file,
            },
        ]
    }

    /// Whether keys are there that exclude or need each other.
    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        let error = |name, problem| Err(ConfigError::key(format!("{key}.{name}"), problem));
        if self.from.is_some() && self.messaging_service_sid.is_some() {
            return error("messaging_service_sid", "can't be there together with from");
        }
        if let Some(sid) = &self.api_key_sid
            && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return error("api_key_sid", "must be letters and digits");
        }
        if self.api_key_secret.is_some() && self.api_key_sid.is_none() {
            return error("api_key_secret", "needs an api_key_sid");
        }
        Ok(())
    }

    pub(super) fn texts(&self, key: &str) -> Result<Texts, ConfigError> {
        texts(key, self.text.as_deref(), &self.texts)
    }

    /// The configuration of the sender of that name, each of whose attempts may take `timeout`.
    /// It has no callback.
    ///
    /// # Errors
    ///
    /// A secret is missing, it is not said where messages come from, or a text is wrong.
    pub fn config(&self, name: &str, timeout: Duration) -> Result<TwilioConfig, ConfigError> {
        let key = format!("gateway.senders.{name}");
        Ok(TwilioConfig {
            name: name.to_owned(),
            base_url: self.base_url.clone(),
            account_sid: self.account_sid.clone(),
            user: self.user(&key)?,
            origin: self.origin(&key)?,
            status_callback: None,
            texts: self.texts(&key)?,
            timeout,
        })
    }

    fn user(&self, key: &str) -> Result<TwilioUser, ConfigError> {
        let Some(sid) = &self.api_key_sid else {
            let token = required(key, "auth_token", self.auth_token.as_ref())?;
            return Ok(TwilioUser::AuthToken(token));
        };
        let secret = required(key, "api_key_secret", self.api_key_secret.as_ref())?;
        Ok(TwilioUser::ApiKey(sid.clone(), secret))
    }

    fn origin(&self, key: &str) -> Result<TwilioOrigin, ConfigError> {
        if let Some(from) = &self.from {
            return Ok(TwilioOrigin::From(from.clone()));
        }
        let service = self.messaging_service_sid.as_ref().ok_or_else(|| {
            let problem = "missing; messaging_service_sid may be there instead";
            ConfigError::key(format!("{key}.from"), problem)
        })?;
        Ok(TwilioOrigin::MessagingService(service.clone()))
    }
}
