use sms_core::{CodeLength, Countries};
use sms_service::ServicePolicy;

/// The longest code that a caller may choose.
const LONGEST: CodeLength = match CodeLength::new(10) {
    Ok(length) => length,
    Err(_) => CodeLength::SIX,
};

/// What every message of a configuration has in common, as far as the length of texts goes.
#[derive(Debug, Clone)]
pub(in super::super) struct Extent {
    pub(in super::super) code: CodeLength,
    pub(in super::super) minutes: u32,
    pub(in super::super) countries: Countries,
}

impl Extent {
    /// That of the messages of a service of the Verify face.
    pub(in super::super) fn of(service: &ServicePolicy) -> Self {
        let minutes = u32::try_from(service.ttl.as_secs() / 60);
        Self {
            code: match service.custom_code_enabled {
                true => LONGEST,
                false => service.code_length,
            },
            minutes: minutes.unwrap_or(u32::MAX).max(1),
            countries: service.countries.clone(),
        }
    }

    /// That of both together.
    pub(in super::super) fn and(self, other: Self) -> Self {
        Self {
            code: match self.code.digits() < other.code.digits() {
                true => other.code,
                false => self.code,
            },
            minutes: self.minutes.max(other.minutes),
            countries: match (self.countries, other.countries) {
                (Countries::Only(one), Countries::Only(other)) => {
                    Countries::Only([one, other].concat())
                }
                (Countries::All, _) | (_, Countries::All) => Countries::All,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;

    /// What is wrong with a text, or to be known of it, beside a service with these lines.
    fn told(service: &str) -> (Option<String>, Vec<String>) {
        let text = format!("{{code}} {} {{minutes}}", "x".repeat(149));
        let toml = format!(
            "limits.countries = ['FR']\n[gateway.senders.t]\nkind = 'twilio'\naccount_sid = 'a'\nauth_token = 't'\n\
             from = 'f'\ntext = '{text}'\n[verify]\n\
             account_sid = 'AC00000000000000000000000000000001'\nauth_token = 't'\n\
             [verify.services.a]\nsid = 'VA00000000000000000000000000000001'\n\
             friendly_name = 'A'\n{service}"
        );
        match Settings::from_toml(&toml) {
            Ok(settings) => (None, settings.warnings().unwrap()),
            Err(error) => (Some(error.to_string()), Vec::new()),
        }
    }

    #[test]
    fn a_text_has_room_for_the_longest_code_of_any_service() {
        assert_eq!(told(""), (None, Vec::new()));
        let longer = [
            "code_length = 10",
            "custom_code_enabled = true",
            "ttl_s = 86400",
        ];
        for service in longer {
            let (error, warnings) = told(service);
            assert_eq!(error, None, "{service}");
            let is_warned = warnings.iter().any(|w| w.contains("makes 2 SMS outside"));
            assert!(is_warned, "{service}: {warnings:?}");
        }
    }
}
