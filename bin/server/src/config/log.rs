use log::LevelFilter;
use serde::{Deserialize, Serialize};

use super::word::word;

/// `log.…`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// The form of a line.
    #[serde(deserialize_with = "word")]
    pub format: LogFormat,
    /// The least important line that is written.
    #[serde(deserialize_with = "word")]
    pub level: LogLevel,
    /// The same for the records of sends and checks, which are at `info`.
    #[serde(deserialize_with = "word")]
    pub audit: LogLevel,
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// One JSON object a line.
    Json,
}

/// The least important line that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// None.
    Off,
    /// Something that a person should look at.
    Error,
    /// Something that may become one.
    Warn,
    /// What happens, a line a request.
    Info,
    /// For the developer.
    Debug,
    /// Everything.
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::Off,
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warn,
            LogLevel::Info => Self::Info,
            LogLevel::Debug => Self::Debug,
            LogLevel::Trace => Self::Trace,
        }
    }
}
