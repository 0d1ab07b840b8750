use serde::{Deserialize, Serialize};
use sms_core::{Countries, Quota};
use sms_service::Limits;

use super::{ConfigError, List};

/// `limits.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Messages to one number.
    pub per_mobile: List<Quota>,
    /// Codes for one test number.
    pub per_test_number: List<Quota>,
    /// Requests for a code by one client address.
    pub per_ip: List<Quota>,
    /// Pictures for one client address.
    pub image_per_ip: List<Quota>,
    /// Messages of the whole service.
    pub global: List<Quota>,
    /// Wrong codes for one number.
    pub failures_per_mobile: List<Quota>,
    /// Regions that may be sent to.
    pub countries: List<String>,
}

impl LimitSettings {
    /// The limits as the use cases take them.
    ///
    /// # Errors
    ///
    /// A country that is none.
    pub fn limits(&self) -> Result<Limits, ConfigError> {
        if self.countries.is_empty() {
            let problem = "at least one region is needed; [\"*\"] is all";
            return Err(ConfigError::key("limits.countries", problem));
        }
        let countries = Countries::parse(&self.countries)
            .map_err(|error| ConfigError::key("limits.countries", error))?;
        Ok(Limits {
            per_mobile: self.per_mobile.iter().copied().collect(),
            per_test_number: self.per_test_number.iter().copied().collect(),
            per_ip: self.per_ip.iter().copied().collect(),
            image_per_ip: self.image_per_ip.iter().copied().collect(),
            global: self.global.iter().copied().collect(),
            failures_per_mobile: self.failures_per_mobile.iter().copied().collect(),
            countries,
        })
    }
}
