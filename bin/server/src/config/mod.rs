//! Configuration: the compiled-in defaults, then a file, then the environment.

mod at_rest;
mod error;
#[cfg(test)]
mod fuzz;
mod gateway;
mod limits;
mod list;
mod log;
mod optional;
mod receipts;
mod secret;
mod server;
mod servers;
mod settings;
mod store;
mod test_numbers;
mod verify;
mod word;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use ::config::{Config, Environment, File, FileFormat};

pub use self::at_rest::CodeAtRest;
pub use self::error::ConfigError;
pub use self::gateway::{GatewaySettings, SenderSettings};
pub use self::limits::LimitSettings;
pub use self::list::List;
pub use self::log::{LogFormat, LogLevel, LogSettings};
pub use self::optional::Optional;
pub use self::receipts::{ReceiptSettings, ReceiverSettings};
pub use self::secret::{Secret, SecretUrl};
pub use self::server::{Mode, Origin, ServerSettings};
pub use self::settings::{
    DevSettings, ImageCodeSettings, LocaleSettings, Settings, SmsCodeSettings,
};
pub use self::store::{Backend, StoreSettings};
pub use self::test_numbers::TestNumberSettings;
pub use self::verify::{
    Right, UnknownRight, VerifyKeySettings, VerifyServiceSettings, VerifySettings,
};

/// The secrets that have one place each, as variables of the environment.
const SECRETS: [&str; 7] = [
    "SMS__STORE__URL",
    "SMS__STORE__URLS",
    "SMS__STORE__HMAC_KEY",
    "SMS__STORE__HMAC_KEY_PREVIOUS",
    "SMS__STORE__NUMBER_KEY",
    "SMS__VERIFY__AUTH_TOKEN",
    "SMS__VERIFY__AUTH_TOKEN_PREVIOUS",
];

/// The compiled-in defaults, every key of them explained.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// Reads a file that must be TOML.
fn read_toml(path: &Path) -> Result<String, ConfigError> {
    let error = |problem: String| ConfigError::Unreadable(format!("{}: {problem}", path.display()));
    let text = fs::read_to_string(path).map_err(|problem| error(problem.to_string()))?;
    match toml_problem(&text) {
        None => Ok(text),
        Some(problem) => Err(error(problem)),
    }
}

/// Why a text is not TOML: the place and the reason, and not the line as others tell it, because
/// there may be a secret in it.
fn toml_problem(text: &str) -> Option<String> {
    let problem = text.parse::<toml::Table>().err()?;
    let before = &text[..problem.span().map_or(0, |span| span.start)];
    let line = before.matches('\n').count() + 1;
    Some(format!("line {line}: {}", problem.message()))
}

/// The `x_file` keys of the file that give way to an `x` of the environment, which comes after it.
fn overridden_files() -> Vec<String> {
    let names: HashSet<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .collect();
    let secrets = names.iter().filter(|name| is_secret(name));
    let secrets = secrets.filter(|name| !names.contains(&format!("{name}_FILE")));
    let keys = secrets.filter_map(|name| name.strip_prefix("SMS__"));
    keys.map(|key| format!("{}_file", key.to_lowercase().replace("__", ".")))
        .collect()
}

/// Whether a variable of the environment holds a secret.
fn is_secret(name: &str) -> bool {
    // The last part of a variable below a section whose keys have names of the operator's choice.
    let below = |section: &str| Some(name.strip_prefix(section)?.split_once("__")?.1);
    let is_one_of = |key: Option<&str>, secrets: &[&str]| {
        key.is_some_and(|key| {
            secrets
                .iter()
                .any(|secret| secret.eq_ignore_ascii_case(key))
        })
    };
    SECRETS.contains(&name)
        || is_one_of(below("SMS__RECEIPTS__SENDERS__"), &["token"])
        || is_one_of(below("SMS__VERIFY__KEYS__"), &["secret", "secret_previous"])
        || is_one_of(below("SMS__GATEWAY__SENDERS__"), &gateway::SENDER_SECRETS)
}

impl Settings {
    /// Reads the defaults, `file` if there is one, and the environment, and checks the whole.
    ///
    /// # Errors
    ///
    /// Names the key that is unknown or has a bad value.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment = Environment::with_prefix("SMS")
            .prefix_separator("__")
            .separator("__");
        let mut layers = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(path) = file {
            layers = layers.add_source(File::from_str(&read_toml(path)?, FileFormat::Toml));
        }
        layers = layers.add_source(environment);
        for file in overridden_files() {
            layers = layers.set_override(file, None::<String>)?;
        }
        Self::read(layers.build()?)
    }

    /// Reads the defaults and `toml` over them; the environment is left out. For tests.
    ///
    /// # Errors
    ///
    /// As [`Settings::load`].
    pub fn from_toml(toml: &str) -> Result<Self, ConfigError> {
        let layers = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(File::from_str(toml, FileFormat::Toml));
        Self::read(layers.build()?)
    }

    fn read(merged: Config) -> Result<Self, ConfigError> {
        let mut settings: Self = serde_path_to_error::deserialize(merged)?;
        settings.resolve()?;
        settings.check()?;
        Ok(settings)
    }
}
