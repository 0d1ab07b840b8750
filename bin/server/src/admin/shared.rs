//! What an operator's command has in common with the instances that serve.

use std::error::Error;

use sms_store::RedisStore;

use crate::config::{ConfigError, Settings};
use crate::wiring;

/// The store of the instances.
///
/// # Errors
///
/// It is inside another process, or can't be made.
pub(super) fn store(settings: &Settings) -> Result<RedisStore, Box<dyn Error>> {
    let problem = "\"memory\" is inside the process that serves, where no other process can look: \
                   this needs \"redis\", \"sentinel\" or \"cluster\"";
    let store = wiring::redis_store(settings)?;
    store.ok_or_else(|| ConfigError::key("store.backend", problem).into())
}
