//! What providers' templates are called and what goes into them, as sections of a sender.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use sms_core::Locale;
use sms_gateway::{Localized, Template, Variable};

use super::super::{ConfigError, List};

/// `gateway.senders.NAME.templates.LANGUAGE`, of a provider that numbers the variables.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSettings {
    /// The provider's id of the template.
    #[serde(deserialize_with = "digits_or_text")]
    pub id: String,
    /// What goes into its variables, in their order; as for other languages unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<List<String>>,
}

/// Things by language, as a configuration names them.
pub(super) type ByLanguage<T> = BTreeMap<String, T>;

/// Reads an id, which a file may have without quotes if it is a number.
pub(super) fn digits_or_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected digits, or text in quotes")]
    enum Id {
        Text(String),
        Number(u64),
    }
    Ok(match Id::deserialize(deserializer)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}

/// The code and its minutes, what most templates have.
pub(super) fn code_and_minutes() -> List<String> {
    List::from_iter(Variable::ALL.map(|variable| variable.to_string()))
}

/// The templates of the sender under `key`, in all languages.
pub(super) fn templates(
    key: &str,
    id: &str,
    variables: &List<String>,
    others: &ByLanguage<TemplateSettings>,
) -> Result<Localized<Template>, ConfigError> {
    let default = Template {
        id: id.to_owned(),
        variables: read_variables(&format!("{key}.variables"), variables)?,
    };
    let default_variables = default.variables.clone();
    let templates = others.iter().map(|(language, template)| {
        let key = format!("{key}.templates.{language}");
        let variables = match &template.variables {
            None => default_variables.clone(),
            Some(variables) => read_variables(&format!("{key}.variables"), variables)?,
        };
        let id = template.id.clone();
        Ok((locale(&key, language)?, Template { id, variables }))
    });
    in_languages(Localized::new(default), templates)
}

/// `all`, with others in single languages.
pub(super) fn in_languages<T>(
    mut all: Localized<T>,
    others: impl Iterator<Item = Result<(Locale, T), ConfigError>>,
) -> Result<Localized<T>, ConfigError> {
    for other in others {
        let (locale, other) = other?;
        all = all.with(locale, other);
    }
    Ok(all)
}

/// The language that `key` ends with: in any case, as variables of the environment have none.
pub(super) fn locale(key: &str, language: &str) -> Result<Locale, ConfigError> {
    let mut known = [Locale::ZhCn, Locale::En].into_iter();
    let found = known.find(|known| known.as_str().eq_ignore_ascii_case(language));
    found.ok_or_else(|| ConfigError::key(key, "the languages are \"zh-CN\" and \"en\""))
}

fn read_variables(key: &str, names: &List<String>) -> Result<Vec<Variable>, ConfigError> {
    names.iter().map(|name| read(key, name)).collect()
}

/// Reads a value that has to be named if it is wrong: what is read by its `kind` first is not.
pub(super) fn read<T>(key: &str, text: &str) -> Result<T, ConfigError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error| ConfigError::key(key, error))
}
