use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::{CCP_BASE_URL, CcpConfig, Localized, Template};

use super::super::{ConfigError, List, Secret};
use super::secrets::{SecretField, required};
use super::templates::{ByLanguage, TemplateSettings, code_and_minutes, digits_or_text, templates};

/// A sender of kind `ccp`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CcpSettings {
    /// Where CCP is.
    #[serde(default = "ccp_base_url")]
    pub base_url: String,
    /// The account.
    pub account_sid: String,
    /// The secret of the account.
    pub auth_token: Option<Secret>,
    /// A file with the secret of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token_file: Option<PathBuf>,
    /// The application.
    pub app_id: String,
    /// The template.
    #[serde(default = "test_template", deserialize_with = "digits_or_text")]
    pub template_id: String,
    /// What goes into its variables, in their order.
    #[serde(default = "code_and_minutes")]
    pub variables: List<String>,
    /// Other templates in other languages.
    #[serde(default, skip_serializing_if = "ByLanguage::is_empty")]
    pub templates: ByLanguage<TemplateSettings>,
}

fn ccp_base_url() -> String {
    CCP_BASE_URL.to_owned()
}

/// The template that CCP gives to everybody for tests.
fn test_template() -> String {
    "1".to_owned()
}

impl CcpSettings {
    pub(super) fn secrets(&mut self) -> Vec<SecretField<'_>> {
        vec![SecretField {
            name: "auth_token",
            value: &mut self.auth_token,
            file: &self.auth_token_file,
        }]
    }

    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        self.templates(key).map(drop)
    }

    fn templates(&self, key: &str) -> Result<Localized<Template>, ConfigError> {
        templates(key, &self.template_id, &self.variables, &self.templates)
    }

    /// The configuration of the sender of that name, each of whose attempts may take `timeout`.
    ///
    /// # Errors
    ///
    /// It has no secret, or its templates are wrong.
    pub fn config(&self, name: &str, timeout: Duration) -> Result<CcpConfig, ConfigError> {
        let key = format!("gateway.senders.{name}");
        Ok(CcpConfig {
            name: name.to_owned(),
            base_url: self.base_url.clone(),
            account_sid: self.account_sid.clone(),
            auth_token: required(&key, "auth_token", self.auth_token.as_ref())?,
            app_id: self.app_id.clone(),
            templates: self.templates(&key)?,
            timeout,
        })
    }
}
