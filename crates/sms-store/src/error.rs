use std::time::Duration;

use deadpool_redis::redis::RedisError;

/// The store could not do a step. Whether it was done is not known, unless it is said.
///
/// No error carries a key or a value: both may hold a number.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the store can't be used.
    #[error("the address of the store is not usable: {0}")]
    Address(String),
    /// No connection, or no answer on it, in time.
    #[error("the store did not answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// There is no connection, or it was lost.
    #[error("the store is out of reach: {0}")]
    Connection(String),
    /// The store answered with an error, or with something that is no answer to what was asked.
    #[error("the store refused the step: {0}")]
    Refused(String),
    /// There is no room for one more entry, such as a number: nothing was done. Steps on entries
    /// that are there still work.
    #[error("the store is full: there is no room for another {0}")]
    Full(&'static str),
}

impl StoreError {
    /// The name of every kind.
    pub const KINDS: [&'static str; 5] = ["address", "timeout", "connection", "refused", "full"];

    /// A stable name of what went wrong, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Timeout(_) => "timeout",
            Self::Connection(_) => "connection",
            Self::Refused(_) => "refused",
            Self::Full(_) => "full",
        }
    }

    /// Whether the connection is of no more use.
    pub(crate) fn breaks_connection(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Connection(_))
    }
}

impl From<RedisError> for StoreError {
    fn from(error: RedisError) -> Self {
        // Only the code of a server's error is kept: its text may name a key.
        match error.code() {
            // Another server is the primary now, or may be. Behind one name for both, only a new
            // connection finds it.
            Some(code @ ("READONLY" | "MASTERDOWN" | "NOREPLICAS")) => {
                Self::Connection(code.to_owned())
            }
            Some(code) if !error.is_unrecoverable_error() => Self::Refused(code.to_owned()),
            Some(code) => Self::Connection(code.to_owned()),
            None if error.is_io_error() => Self::Connection(error.to_string()),
            None => Self::Refused(format!("{:?}", error.kind())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_those_of_the_errors() {
        let errors = [
            StoreError::Address(String::new()),
            StoreError::Timeout(Duration::ZERO),
            StoreError::Connection(String::new()),
            StoreError::Refused(String::new()),
            StoreError::Full("number"),
        ];
        assert_eq!(errors.map(|error| error.kind()), StoreError::KINDS);
    }
}
