//! Texts of messages, for providers that take them as they are.

use sms_core::{Countries, Region};
use sms_gateway::{Localized, Network, TextTemplate};

use super::super::ConfigError;
use super::Extent;
use super::templates::{ByLanguage, in_languages, locale, read};

pub(super) type Texts = Localized<TextTemplate>;

/// The texts of the sender under `key`: its own one for all languages, or the default texts, and
/// those that it has for single languages.
pub(super) fn texts(
    key: &str,
    text: Option<&str>,
    others: &ByLanguage<String>,
) -> Result<Texts, ConfigError> {
    let all = match text {
        Some(text) => Localized::new(read(&format!("{key}.text"), text)?),
        None => TextTemplate::defaults(),
    };
    let others = others.iter().map(|(language, text)| {
        let key = format!("{key}.texts.{language}");
        Ok((locale(&key, language)?, read(&key, text)?))
    });
    in_languages(all, others)
}

/// Fails if a text is too long for what it is to do.
pub(super) fn check(key: &str, texts: &Texts, extent: &Extent) -> Result<(), ConfigError> {
    texts.iter().try_for_each(|(language, text)| {
        let key = key_of(key, language);
        let checked = text.check(extent.code, extent.minutes);
        checked.map_err(|error| ConfigError::key(key, error))
    })
}

/// What is not wrong, but costs: texts that make several SMS where messages may go.
pub(super) fn warnings(key: &str, texts: &Texts, extent: &Extent) -> Vec<String> {
    let mut warnings = Vec::new();
    for (language, text) in texts.iter() {
        for network in networks(&extent.countries) {
            let segments = text.segments(extent.code, extent.minutes, network);
            if segments > 1 {
                let (key, place) = (key_of(key, language), network.name());
                warnings.push(format!(
                    "{key}: makes {segments} SMS {place}, all of them paid for"
                ));
            }
        }
    }
    warnings
}

fn key_of(key: &str, language: Option<sms_core::Locale>) -> String {
    match language {
        None => format!("{key}.text"),
        Some(language) => format!("{key}.texts.{}", language.as_str()),
    }
}

fn networks(countries: &Countries) -> impl Iterator<Item = Network> {
    let mainland = countries.allow(Region::CN).then_some(Network::Mainland);
    let elsewhere = countries.reach_abroad().then_some(Network::Elsewhere);
    mainland.into_iter().chain(elsewhere)
}
