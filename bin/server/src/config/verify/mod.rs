mod key;
mod names;
mod policy;
mod service;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sms_core::AccountSid;

use super::gateway::SecretField;
use super::receipts::is_public_url;
use super::{ConfigError, GatewaySettings, Optional, Secret};

pub use key::{Right, UnknownRight, VerifyKeySettings};
pub use service::VerifyServiceSettings;

/// Characters of a secret that nobody guesses.
const SHORTEST_SECRET: usize = 16;

/// `verify.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VerifySettings {
    /// The account that callers speak for; without one there is no Verify face.
    pub account_sid: Optional<AccountSid>,
    /// Its secret.
    pub auth_token: Option<Secret>,
    /// A file with its secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token_file: Option<PathBuf>,
    /// The secret before that, which is still good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token_previous: Option<Secret>,
    /// A file with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token_previous_file: Option<PathBuf>,
    /// Where callers reach this service; empty if it is where they say.
    pub public_url: String,
    /// Days that attempts are kept.
    pub attempts_days: u16,
    /// Attempts that are kept at most.
    pub attempts_max: usize,
    /// Keys by their names.
    #[serde(default)]
    pub keys: BTreeMap<String, VerifyKeySettings>,
    /// Services by their names.
    #[serde(default)]
    pub services: BTreeMap<String, VerifyServiceSettings>,
}

impl VerifySettings {
    /// Whether there is a Verify face.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.account_sid.0.is_some()
    }

    /// The senders of each service that names some, and the key that names them.
    fn routes(&self) -> impl Iterator<Item = (String, &[String])> {
        let services = self.services.iter();
        let routes = services.map(|(name, service)| {
            let key = format!("verify.services.{name}.senders");
            (key, &*service.senders)
        });
        routes.filter(|(_, senders)| !senders.is_empty())
    }

    /// The senders of each service that names some, if there is a Verify face.
    pub(super) fn routes_in_use(&self) -> impl Iterator<Item = &[String]> {
        let routes = self.routes().filter(|_| self.is_on());
        routes.map(|(_, senders)| senders)
    }

    /// The key that names a mock, if any does and is in use.
    pub(super) fn route_with_mock(&self, gateway: &GatewaySettings) -> Option<String> {
        let mut routes = self.routes().filter(|_| self.is_on());
        let route = routes.find(|(_, senders)| gateway.has_mock(senders));
        route.map(|(key, _)| key)
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        let own = [
            SecretField {
                name: "auth_token",
                value: &mut self.auth_token,
                file: &self.auth_token_file,
            },
            SecretField {
                name: "auth_token_previous",
                value: &mut self.auth_token_previous,
                file: &self.auth_token_previous_file,
            },
        ];
        resolve("verify", own)?;
        let mut keys = self.keys.iter_mut();
        keys.try_for_each(|(name, key)| resolve(&format!("verify.keys.{name}"), key.secrets()))
    }

    /// What an operator should know before the server runs.
    pub(super) fn warnings(&self) -> Vec<String> {
        let warning = match (self.is_on(), !self.services.is_empty()) {
            (true, false) => "verify.services: none is configured, so that nothing can be verified",
            (false, true) => "verify.services: not used, because verify.account_sid is empty",
            (true, true) | (false, false) => return Vec::new(),
        };
        vec![warning.to_owned()]
    }

    pub(super) fn check(&self, gateway: &GatewaySettings) -> Result<(), ConfigError> {
        check_names("verify.keys", self.keys.keys())?;
        check_names("verify.services", self.services.keys())?;
        for (name, service) in &self.services {
            service.check(&format!("verify.services.{name}"))?;
        }
        for (key, senders) in self.routes() {
            gateway.check_route(&key, senders)?;
        }
        for (name, key) in &self.keys {
            key.check(&format!("verify.keys.{name}"))?;
        }
        self.check_services_of_keys()?;
        self.check_sids()?;
        self.check_values()
    }

    fn check_values(&self) -> Result<(), ConfigError> {
        let has_secret = self.auth_token.is_some() || !self.keys.is_empty();
        let rows = [
            (
                !self.is_on() || has_secret,
                "verify.auth_token",
                "missing; auth_token_file may name a file with it, or verify.keys be in its place",
            ),
            (
                self.public_url.is_empty() || is_public_url(&self.public_url),
                "verify.public_url",
                "must be a URL such as https://sms.example, without a query or credentials",
            ),
            (
                (1..=366).contains(&self.attempts_days),
                "verify.attempts_days",
                "1 to 366 are allowed",
            ),
            (
                (1..=10_000_000).contains(&self.attempts_max),
                "verify.attempts_max",
                "1 to 10000000 are allowed",
            ),
        ];
        match rows.iter().find(|(holds, ..)| !holds) {
            Some((_, key, problem)) => Err(ConfigError::key(*key, problem)),
            None => Ok(()),
        }
    }

    /// Fails if somebody could guess a secret.
    pub(super) fn check_for_prod(&self) -> Result<(), ConfigError> {
        let own = [
            ("verify.auth_token".to_owned(), &self.auth_token),
            (
                "verify.auth_token_previous".to_owned(),
                &self.auth_token_previous,
            ),
        ];
        let of_keys = self.keys.iter().flat_map(|(name, key)| {
            let name = format!("verify.keys.{name}.secret");
            let previous = format!("{name}_previous");
            [(name, &key.secret), (previous, &key.secret_previous)]
        });
        for (key, secret) in own.into_iter().chain(of_keys) {
            let length = |secret: &Secret| secret.expose().chars().count();
            if secret.as_ref().is_some_and(|s| length(s) < SHORTEST_SECRET) {
                let problem = "too short: at least 16 characters are wanted when server.mode is \
                               \"prod\"; `openssl rand -hex 16` makes a good one";
                return Err(ConfigError::key(key, problem));
            }
        }
        Ok(())
    }

    fn check_services_of_keys(&self) -> Result<(), ConfigError> {
        for (name, key) in &self.keys {
            for sid in key.services.iter() {
                let mut services = self.services.values();
                if !services.any(|service| service.sid.0 == Some(*sid)) {
                    let key = format!("verify.keys.{name}.services");
                    let problem = format!("there is no service {sid} under verify.services");
                    return Err(ConfigError::key(key, problem));
                }
            }
        }
        Ok(())
    }

    /// Fails if one name of a service or a key stands for two.
    fn check_sids(&self) -> Result<(), ConfigError> {
        let services = self.services.iter().map(|(name, service)| {
            let key = format!("verify.services.{name}");
            service.sid(&key).map(|sid| (key, sid.to_string()))
        });
        let keys = self.keys.iter().map(|(name, key_of)| {
            let key = format!("verify.keys.{name}");
            key_of.sid(&key).map(|sid| (key, sid.to_string()))
        });
        let mut seen = HashSet::new();
        for named in services.chain(keys) {
            let (key, sid) = named?;
            if !seen.insert(sid) {
                return Err(ConfigError::key(format!("{key}.sid"), "is there twice"));
            }
        }
        Ok(())
    }
}

/// Takes secrets out of their files. An empty one is none.
fn resolve(section: &str, secrets: [SecretField<'_>; 2]) -> Result<(), ConfigError> {
    for mut secret in secrets {
        secret.resolve(section)?;
        secret.value.take_if(|secret| secret.expose().is_empty());
    }
    Ok(())
}

/// Fails if two names differ in capital letters alone: variables of the environment, which have no
/// others than small ones, would mean one, and set another.
fn check_names<'a>(
    section: &str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), ConfigError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.to_lowercase()) {
            let problem = "the name is there twice, in small letters and large; variables of the \
                           environment name it in small letters";
            return Err(ConfigError::key(format!("{section}.{name}"), problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
