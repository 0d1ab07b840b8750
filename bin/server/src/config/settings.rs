use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sms_captcha::Size;
use sms_core::{CodeLength, Locale, Timestamp};
use sms_service::{CodePolicy, ImagePolicy, Policy};

use super::gateway::Extent;
use super::test_numbers::{past, test_numbers};
use super::{
    ConfigError, GatewaySettings, LimitSettings, LogSettings, Mode, ReceiptSettings,
    SenderSettings, ServerSettings, StoreSettings, TestNumberSettings, VerifySettings,
};

/// The whole configuration.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether there may be test numbers in production.
    pub allow_test_numbers: bool,
    /// Numbers that get a fixed code and no message.
    pub test_numbers: Vec<TestNumberSettings>,
    /// `server.…`
    pub server: ServerSettings,
    /// `store.…`
    pub store: StoreSettings,
    /// `image_code.…`
    pub image_code: ImageCodeSettings,
    /// `sms_code.…`
    pub sms_code: SmsCodeSettings,
    /// `limits.…`
    pub limits: LimitSettings,
    /// `gateway.…`
    pub gateway: GatewaySettings,
    /// `receipts.…`
    pub receipts: ReceiptSettings,
    /// `verify.…`
    pub verify: VerifySettings,
    /// `dev.…`
    pub dev: DevSettings,
    /// `locale.…`
    pub locale: LocaleSettings,
    /// `log.…`
    pub log: LogSettings,
}

/// `image_code.…`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCodeSettings {
    /// Seconds that a picture counts.
    pub ttl_s: u64,
    /// Characters in it.
    pub length: usize,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

/// `sms_code.…`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SmsCodeSettings {
    /// Seconds that a code is good.
    pub ttl_s: u64,
    /// Digits.
    pub length: u8,
    /// Wrong codes until a code is void.
    pub max_attempts: u8,
}

/// `dev.…`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DevSettings {
    /// Whether there is an outbox to look into; by default in mode `dev`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<bool>,
}

/// `locale.…`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LocaleSettings {
    /// Language of messages to people.
    #[serde(deserialize_with = "read_locale", serialize_with = "write_locale")]
    pub messages: Locale,
}

impl Settings {
    /// The rules of the use cases.
    ///
    /// # Errors
    ///
    /// A value out of its range, by its key.
    pub fn policy(&self) -> Result<Policy, ConfigError> {
        let (code, mut limits) = (self.sms_code.policy()?, self.limits.limits()?);
        limits.per_mobile = self.verify.remembering(limits.per_mobile);
        Ok(Policy {
            test_numbers: test_numbers(&self.test_numbers, &limits.countries, code.length)?,
            image: self.image_code.policy()?,
            code,
            limits,
            locale: self.locale.messages,
            deliveries: self.receipts.policy(),
            max_in_flight: self.gateway.max_in_flight,
        })
    }

    /// Whether there is an outbox to look into: somebody wants it, and a mock fills it.
    #[must_use]
    pub fn has_outbox(&self) -> bool {
        self.dev.outbox == Some(true) && self.route_with_mock().is_some()
    }

    /// The key that sends messages by a mock, if any does.
    fn route_with_mock(&self) -> Option<String> {
        let of_a_service = || self.verify.route_with_mock(&self.gateway);
        self.gateway.route_with_mock().or_else(of_a_service)
    }

    /// The senders that any route names, or any service of the Verify face, each once, with their
    /// names.
    ///
    /// # Errors
    ///
    /// As [`GatewaySettings::routes`].
    pub fn senders(&self) -> Result<Vec<(&str, &SenderSettings)>, ConfigError> {
        let mut senders = self.gateway.routed()?;
        for name in self.verify.routes_in_use().flatten() {
            if let Some((name, sender)) = self.gateway.senders.get_key_value(name)
                && !senders.iter().any(|(other, _)| other == name)
            {
                senders.push((name, sender));
            }
        }
        Ok(senders)
    }

    /// How long one try may take of a sender that asks again after a lost answer.
    #[must_use]
    pub fn timeout_of_a_try(&self, sender: &str) -> Duration {
        let more = self.verify.routes_in_use();
        self.gateway.timeout_of_a_try(sender, more)
    }

    /// What is not wrong, but should be known before the server runs: each begins with a key.
    ///
    /// # Errors
    ///
    /// As [`Settings::policy`].
    pub fn warnings(&self) -> Result<Vec<String>, ConfigError> {
        let mut warnings = self.gateway.warnings(&self.extent()?);
        warnings.extend(self.verify.warnings());
        Ok(warnings)
    }

    /// What makes texts long.
    fn extent(&self) -> Result<Extent, ConfigError> {
        let policy = self.policy()?;
        let own = Extent {
            code: policy.code.length,
            minutes: policy.code.minutes(),
            countries: policy.limits.countries,
        };
        let verify = self.verify_policy()?;
        let services = verify.iter().flat_map(|policy| &policy.services);
        Ok(services.map(Extent::of).fold(own, Extent::and))
    }

    /// The names of the test numbers that are past their ends at `now`.
    #[must_use]
    pub fn past_test_numbers(&self, now: Timestamp) -> Vec<String> {
        past(&self.test_numbers, now)
    }

    /// Fills in what follows from other keys.
    pub(super) fn resolve(&mut self) -> Result<(), ConfigError> {
        let is_dev = self.server.mode == Mode::Dev;
        self.dev.outbox.get_or_insert(is_dev);
        self.store.resolve_secret_files()?;
        self.receipts.resolve_secret_files()?;
        self.verify.resolve_secret_files()?;
        self.gateway.resolve_secret_files()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.server.check()?;
        self.store.check()?;
        self.policy()?;
        self.gateway.check(&self.extent()?)?;
        self.receipts.check(&self.gateway)?;
        self.verify.check(&self.gateway)?;
        match self.server.mode {
            Mode::Dev => Ok(()),
            Mode::Prod => self.check_for_prod(),
        }
    }

    fn check_for_prod(&self) -> Result<(), ConfigError> {
        if let Some(route) = self.route_with_mock() {
            let problem = "a mock sender is not allowed when server.mode is \"prod\"";
            return Err(ConfigError::key(route, problem));
        }
        if !self.test_numbers.is_empty() && !self.allow_test_numbers {
            let problem =
                "not allowed when server.mode is \"prod\", unless allow_test_numbers is true";
            return Err(ConfigError::key("test_numbers", problem));
        }
        if self.dev.outbox == Some(true) {
            let problem = "not allowed when server.mode is \"prod\"";
            return Err(ConfigError::key("dev.outbox", problem));
        }
        self.verify.check_for_prod()
    }
}

impl ImageCodeSettings {
    fn policy(&self) -> Result<ImagePolicy, ConfigError> {
        let lengths = sms_captcha::MIN_LENGTH..=sms_captcha::MAX_LENGTH;
        if !lengths.contains(&self.length) {
            let problem = format!("{} to {} are allowed", lengths.start(), lengths.end());
            return Err(ConfigError::key("image_code.length", problem));
        }
        let size = Size::new(self.width, self.height).map_err(|error| {
            let key = match error {
                sms_captcha::SizeError::Width(_) => "image_code.width",
                sms_captcha::SizeError::Height(_) => "image_code.height",
            };
            ConfigError::key(key, error)
        })?;
        Ok(ImagePolicy {
            ttl: ttl("image_code.ttl_s", self.ttl_s, 3600)?,
            length: self.length,
            size,
        })
    }
}

impl SmsCodeSettings {
    fn policy(&self) -> Result<CodePolicy, ConfigError> {
        if !(1..=100).contains(&self.max_attempts) {
            return Err(ConfigError::key(
                "sms_code.max_attempts",
                "1 to 100 are allowed",
            ));
        }
        Ok(CodePolicy {
            ttl: ttl("sms_code.ttl_s", self.ttl_s, 600)?,
            length: CodeLength::new(self.length)
                .map_err(|error| ConfigError::key("sms_code.length", error))?,
            max_attempts: self.max_attempts,
        })
    }
}

fn ttl(key: &str, seconds: u64, most: u64) -> Result<Duration, ConfigError> {
    if (1..=most).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(ConfigError::key(
            key,
            format!("1 to {most} seconds are allowed"),
        ))
    }
}

fn read_locale<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locale, D::Error> {
    let tag = String::deserialize(deserializer)?;
    tag.parse().map_err(serde::de::Error::custom)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn write_locale<S: Serializer>(locale: &Locale, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(locale.as_str())
}
