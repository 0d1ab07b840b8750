use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::{ALIYUN_ENDPOINT, AliyunConfig, Localized, NamedTemplate, Variable};

use super::super::{ConfigError, Secret};
use super::secrets::{SecretField, required};
use super::templates::{ByLanguage, in_languages, locale, read};

/// A sender of kind `aliyun`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AliyunSettings {
    /// Where Aliyun's SMS is.
    #[serde(default = "aliyun_endpoint")]
    pub endpoint: String,
    /// The access key.
    pub access_key_id: String,
    /// Its secret.
    pub access_key_secret: Option<Secret>,
    /// A file with its secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_secret_file: Option<PathBuf>,
    /// What comes with temporary keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token: Option<Secret>,
    /// A file with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token_file: Option<PathBuf>,
    /// The name in the brackets.
    pub sign_name: String,
    /// The template.
    pub template_code: String,
    /// What goes into its variables, by their names.
    #[serde(default = "code_alone")]
    pub variables: BTreeMap<String, String>,
    /// Other templates in other languages.
    #[serde(default, skip_serializing_if = "ByLanguage::is_empty")]
    pub templates: ByLanguage<NamedTemplateSettings>,
}

/// `gateway.senders.NAME.templates.LANGUAGE`, of a provider that names the variables.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NamedTemplateSettings {
    /// The provider's id of the template.
    pub id: String,
    /// What goes into its variables; as for other languages unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<BTreeMap<String, String>>,
}

fn aliyun_endpoint() -> String {
    ALIYUN_ENDPOINT.to_owned()
}

/// A variable `code`, as the templates of most codes have it.
fn code_alone() -> BTreeMap<String, String> {
    let code = Variable::Code.name().to_owned();
    BTreeMap::from([(code.clone(), code)])
}

impl AliyunSettings {
    pub(super) fn secrets(&mut self) -> Vec<SecretField<'_>> {
        vec![
            SecretField {
                name: "access_key_secret",
                value: &mut self.access_key_secret,
                file: &self.access_key_secret_file,
            },
            SecretField {
                name: "security_token",
                value: &mut self.security_token,
                file: &self.security_token_file,
            },
        ]
    }

    /// Whether its templates have variables and languages that there are.
    pub(super) fn check(&self, key: &str) -> Result<(), ConfigError> {
        self.all_templates(key).map(drop)
    }

    /// The configuration of the sender of that name, whose attempts may take `timeout`.
    ///
    /// # Errors
    ///
    /// It has no secret, or its templates are wrong.
    pub fn config(&self, name: &str, timeout: Duration) -> Result<AliyunConfig, ConfigError> {
        let key = format!("gateway.senders.{name}");
        let secret = self.access_key_secret.as_ref();
        Ok(AliyunConfig {
            name: name.to_owned(),
            endpoint: self.endpoint.clone(),
            access_key_id: self.access_key_id.clone(),
            access_key_secret: required(&key, "access_key_secret", secret)?,
            security_token: self.security_token.as_ref().map(Into::into),
            sign_name: self.sign_name.clone(),
            templates: self.all_templates(&key)?,
            timeout,
        })
    }

    fn all_templates(&self, key: &str) -> Result<Localized<NamedTemplate>, ConfigError> {
        let default = template(key, &self.template_code, &self.variables)?;
        let others = self.templates.iter().map(|(language, other)| {
            let key = format!("{key}.templates.{language}");
            let variables = other.variables.as_ref().unwrap_or(&self.variables);
            Ok((
                locale(&key, language)?,
                template(&key, &other.id, variables)?,
            ))
        });
        in_languages(Localized::new(default), others)
    }
}

fn template(
    key: &str,
    id: &str,
    variables: &BTreeMap<String, String>,
) -> Result<NamedTemplate, ConfigError> {
    let variables = variables.iter().map(|(name, what)| {
        let variable = read(&format!("{key}.variables.{name}"), what)?;
        Ok((name.clone(), variable))
    });
    Ok(NamedTemplate {
        id: id.to_owned(),
        variables: variables.collect::<Result<_, ConfigError>>()?,
    })
}
