use std::fmt::Display;

use ::config::ConfigError as LayerError;

/// Why the configuration is not usable. It names the key and never repeats a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read or is no TOML.
    #[error("{0}")]
    Unreadable(String),
    /// One key is unknown, or its value is bad.
    #[error("{key}: {problem}")]
    Key {
        /// The dotted name of the key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl ConfigError {
    /// The error of one key.
    pub(crate) fn key(key: impl Into<String>, problem: impl Display) -> Self {
        Self::Key {
            key: key.into(),
            problem: problem.to_string(),
        }
    }
}

impl From<LayerError> for ConfigError {
    fn from(error: LayerError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<serde_path_to_error::Error<LayerError>> for ConfigError {
    fn from(error: serde_path_to_error::Error<LayerError>) -> Self {
        let path = error.path().to_string();
        let problem = problem_of(error.inner());
        match unknown_field(&problem) {
            // The path ends with the field, unless the section was read by its `kind` first.
            Some(field) if !ends_with(&path, field) => {
                Self::key(format!("{path}.{field}"), "unknown key")
            }
            Some(_) => Self::key(path, "unknown key"),
            None => Self::key(path, problem),
        }
    }
}

/// The reason alone: where it happened is told by the path.
fn problem_of(error: &LayerError) -> String {
    match error {
        LayerError::At { error, .. } => problem_of(error),
        LayerError::Message(message) => message.clone(),
        other => other.to_string(),
    }
}

fn ends_with(path: &str, field: &str) -> bool {
    path.rsplit('.').next() == Some(field)
}

fn unknown_field(problem: &str) -> Option<&str> {
    let rest = problem.strip_prefix("unknown field `")?;
    rest.split_once('`').map(|(field, _)| field)
}
