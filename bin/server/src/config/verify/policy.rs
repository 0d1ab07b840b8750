//! What the use cases take of `verify.…`.

use std::time::Duration;

use sms_core::Quotas;
use sms_service::{Limits, ServicePolicy, VerifyPolicy};
use sms_store::AttemptPolicy;

use super::super::{ConfigError, Settings};
use super::{VerifyServiceSettings, VerifySettings};

const DAY: Duration = Duration::from_secs(86_400);

impl Settings {
    /// The rules of the Verify face; `None` if there is none. Who sends for a service that names
    /// senders is not in them.
    ///
    /// # Errors
    ///
    /// A value out of its range, by its key.
    pub fn verify_policy(&self) -> Result<Option<VerifyPolicy>, ConfigError> {
        if !self.verify.is_on() {
            return Ok(None);
        }
        let limits = self.policy()?.limits;
        let services = self.verify.services.iter().map(|(name, service)| {
            let key = format!("verify.services.{name}");
            service.policy(&key, &limits, &self.verify)
        });
        Ok(Some(VerifyPolicy {
            services: services.collect::<Result<_, _>>()?,
            attempts: AttemptPolicy {
                ttl: DAY * u32::from(self.verify.attempts_days),
                most: self.verify.attempts_max,
            },
            names: self.verify.names(),
        }))
    }
}

impl VerifySettings {
    /// The same quotas of messages to a number, which remember as much as those of every service need:
    /// all of them look into one log.
    pub(in super::super) fn remembering(&self, quotas: Quotas) -> Quotas {
        let services = self.services.values().filter(|_| self.is_on());
        let of_services = services.filter_map(VerifyServiceSettings::quotas);
        of_services.fold(quotas, |quotas, others| quotas.remembering(&others))
    }
}

impl VerifyServiceSettings {
    /// Messages to one number; `None` if they are those of `limits.per_mobile`.
    fn quotas(&self) -> Option<Quotas> {
        let quotas = self.per_mobile.as_ref()?;
        Some(quotas.iter().copied().collect())
    }

    fn policy(
        &self,
        key: &str,
        limits: &Limits,
        verify: &VerifySettings,
    ) -> Result<ServicePolicy, ConfigError> {
        let per_mobile = match self.quotas() {
            Some(quotas) => verify.remembering(quotas).remembering(&limits.per_mobile),
            None => limits.per_mobile.clone(),
        };
        Ok(ServicePolicy {
            sid: self.sid(key)?,
            friendly_name: self.friendly_name.clone(),
            code_length: self.code_length(key)?,
            ttl: Duration::from_secs(self.ttl_s),
            max_checks: self.max_checks,
            max_sends: self.max_sends,
            custom_code_enabled: self.custom_code_enabled,
            per_mobile,
            countries: match self.countries(key)? {
                Some(countries) => countries,
                None => limits.countries.clone(),
            },
            locale: self.locale(key)?,
            sender: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_core::Countries;

    fn settings(lines: &str) -> Settings {
        let toml = format!(
            "[limits]\nper_mobile = ['2/60s']\n[verify]\n\
             account_sid = 'AC00000000000000000000000000000001'\nauth_token = 't'\n\
             attempts_days = 2\nattempts_max = 7\n[verify.services.a]\n\
             sid = 'VA00000000000000000000000000000001'\nfriendly_name = 'A'\n{lines}"
        );
        Settings::from_toml(&toml).unwrap()
    }

    #[test]
    fn a_service_that_says_nothing_goes_by_the_common_limits() {
        let settings = settings("");
        let (limits, policy) = (
            settings.policy().unwrap().limits,
            settings.verify_policy().unwrap().unwrap(),
        );
        let service = &policy.services[0];
        assert_eq!(service.per_mobile, limits.per_mobile);
        assert_eq!(service.countries, limits.countries);
        assert_eq!((service.locale, service.ttl.as_secs()), (None, 600));
        let two_days = Duration::from_secs(2 * 86_400);
        assert_eq!((policy.attempts.ttl, policy.attempts.most), (two_days, 7));
    }

    #[test]
    fn all_quotas_of_a_number_remember_as_much_as_any_of_them_needs() {
        let other = "[verify.services.b]\nsid = 'VA00000000000000000000000000000002'\n\
                     friendly_name = 'B'\nper_mobile = ['9/1h']";
        let settings = settings(&format!("per_mobile = []\ncountries = ['*']\n{other}"));
        let policy = settings.verify_policy().unwrap().unwrap();
        assert_eq!(policy.services[0].countries, Countries::All);
        let of_services = policy.services.iter().map(|service| &service.per_mobile);
        let limits = settings.policy().unwrap().limits;
        for (quotas, own) in of_services.chain([&limits.per_mobile]).zip([0, 1, 1]) {
            assert_eq!(quotas.iter().len(), own);
            assert_eq!(quotas.largest_limit(), 9);
            assert_eq!(quotas.longest_window(), Duration::from_secs(3600));
        }
    }

    #[test]
    fn without_a_face_no_service_is_remembered_for() {
        let toml = "[limits]\nper_mobile = ['2/60s']\n[verify.services.a]\nper_mobile = ['9/1h']\n\
                    sid = 'VA00000000000000000000000000000001'\nfriendly_name = 'A'";
        let settings = Settings::from_toml(toml).unwrap();
        assert!(settings.verify_policy().unwrap().is_none());
        let quotas = settings.policy().unwrap().limits.per_mobile;
        assert_eq!(quotas.largest_limit(), 2);
    }
}
