use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::{TENCENT_ENDPOINT, TENCENT_REGION, TencentConfig};

use super::super::{ConfigError, List, Secret};
use super::secrets::{SecretField, required};
use super::templates::{ByLanguage, TemplateSettings, code_and_minutes, digits_or_text, templates};

/// A sender of kind `tencent`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TencentSettings {
    /// Where Tencent Cloud's SMS is.
    #[serde(default = "tencent_endpoint")]
    pub endpoint: String,
    /// The region of the account.
    #[serde(default = "tencent_region")]
    pub region: String,
    /// The key.
    pub secret_id: String,
    /// Its secret.
    pub secret_key: Option<Secret>,
    /// A file with its secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_file: Option<PathBuf>,
    /// What comes with temporary keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token: Option<Secret>,
    /// A file with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token_file: Option<PathBuf>,
    /// The application.
    #[serde(deserialize_with = "digits_or_text")]
    pub sdk_app_id: String,
    /// The name in the brackets; empty if there is none.
    #[serde(default)]
    pub sign_name: String,
    /// The template.
    #[serde(deserialize_with = "digits_or_text")]
    pub template_id: String,
    /// What goes into its variables, in their order.
    #[serde(default = "code_and_minutes")]
    pub variables: List<String>,
    /// Other templates in other languages.
    #[serde(default, skip_serializing_if = "ByLanguage::is_empty")]
    pub templates: ByLanguage<TemplateSettings>,
}

fn tencent_endpoint() -> String {
    TENCENT_ENDPOINT.to_owned()
}

fn tencent_region() -> String {
    TENCENT_REGION.to_owned()
}

impl TencentSettings {
    pub(super) fn secrets(&mut self) -> Vec<SecretField<'_>> {
        vec![
            SecretField {
                name: "secret_key",
                value: &mut self.secret_key,
                file: &self.secret_key_file,
            },
            SecretField {
                name: "security_token",
                value: &mut self.security_token,
                file: &self.security_token_file,
            },
        ]
    }

    /// Whether there is a name for the brackets, which the mainland asks for.
    pub(super) fn has_sign_name(&self) -> bool {
        !self.sign_name.is_empty()
    }

    /// Whether its templates have variables and languages that there are.
    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        templates(key, &self.template_id, &self.variables, &self.templates).map(drop)
    }

    /// The configuration of the sender of that name, whose attempts may take `timeout`.
    ///
    /// # Errors
    ///
    /// It has no secret, or its templates are wrong.
    pub fn config(&self, name: &str, timeout: Duration) -> Result<TencentConfig, ConfigError> {
        let key = format!("gateway.senders.{name}");
        let sign_name = self.has_sign_name().then(|| self.sign_name.clone());
        Ok(TencentConfig {
            name: name.to_owned(),
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            secret_id: self.secret_id.clone(),
            secret_key: required(&key, "secret_key", self.secret_key.as_ref())?,
            security_token: self.security_token.as_ref().map(Into::into),
            sdk_app_id: self.sdk_app_id.clone(),
            sign_name,
            templates: templates(&key, &self.template_id, &self.variables, &self.templates)?,
            timeout,
        })
    }
}
