use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sms_gateway::ReportFormat;
use sms_service::DeliveryPolicy;
use url::Url;

use super::{ConfigError, GatewaySettings, List, Secret};

/// The least length of a token, in characters: with letters and digits that is 119 bits.
const TOKEN_LENGTH: usize = 20;

/// `receipts.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSettings {
    /// Where the public reaches this service; empty if nobody has said.
    pub public_url: String,
    /// Seconds that a message is remembered.
    pub ttl_s: u64,
    /// Seconds in which a message should arrive.
    pub expect_within_s: u64,
    /// Those who are told of messages, by the name of the sender.
    #[serde(default)]
    pub senders: BTreeMap<String, ReceiverSettings>,
}

/// `receipts.senders.NAME.…`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiverSettings {
    /// What the provider shows as the last part of the path.
    pub token: Option<Secret>,
    /// A file with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Networks that the provider calls from; empty if it may be any.
    #[serde(default)]
    pub from: List<IpNet>,
    /// Seconds between two times that the provider is asked; 0 if it tells by itself.
    #[serde(default)]
    pub pull_interval_s: u64,
}

impl ReceiverSettings {
    /// How often the provider is asked; `None` if it tells by itself.
    pub(crate) fn pull_interval(&self) -> Option<Duration> {
        (self.pull_interval_s > 0).then(|| Duration::from_secs(self.pull_interval_s))
    }

    /// Whether the provider may call from `address`.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        self.from.is_empty() || self.from.iter().any(|network| network.contains(&address))
    }
}

impl ReceiptSettings {
    /// What the use cases have to know of this.
    #[must_use]
    pub fn policy(&self) -> DeliveryPolicy {
        DeliveryPolicy {
            senders: self.senders.keys().cloned().collect(),
            ttl: Duration::from_secs(self.ttl_s),
            expect_within: Duration::from_secs(self.expect_within_s),
        }
    }

    /// The address that the provider of a sender calls; `None` if it calls none. There is a token
    /// in it.
    pub(crate) fn callback(&self, sender: &str) -> Option<SecretString> {
        let token = self.senders.get(sender)?.token.as_ref()?.expose();
        let base = self.public_url.trim_end_matches('/');
        let url = format!("{base}/receipts/{sender}/{token}");
        (!base.is_empty()).then(|| url.into())
    }

    pub(super) fn resolve_secret_files(&mut self) -> Result<(), ConfigError> {
        for (name, receiver) in &mut self.senders {
            if let Some(path) = &receiver.token_file {
                let key = format!("receipts.senders.{name}.token_file");
                receiver.token = Some(Secret::from_file(&key, path)?);
            }
        }
        Ok(())
    }

    pub(super) fn check(&self, gateway: &GatewaySettings) -> Result<(), ConfigError> {
        let is_url = self.public_url.is_empty() || is_public_url(&self.public_url);
        let rows = [
            (
                is_url,
                "receipts.public_url",
                "must be a URL such as https://sms.example, without a query or credentials",
            ),
            (
                (60..=30 * 86_400).contains(&self.ttl_s),
                "receipts.ttl_s",
                "60 to 2592000 are allowed",
            ),
            (
                (10..=3600).contains(&self.expect_within_s),
                "receipts.expect_within_s",
                "10 to 3600 are allowed",
            ),
        ];
        if let Some((_, key, problem)) = rows.iter().find(|(holds, ..)| !holds) {
            return Err(ConfigError::key(*key, problem));
        }
        self.senders
            .iter()
            .try_for_each(|(name, receiver)| self.check_receiver(gateway, name, receiver))
    }

    fn check_receiver(
        &self,
        gateway: &GatewaySettings,
        name: &str,
        receiver: &ReceiverSettings,
    ) -> Result<(), ConfigError> {
        let key = format!("receipts.senders.{name}");
        check_token(receiver)
            .map_err(|problem| ConfigError::key(format!("{key}.token"), problem))?;
        if !name.bytes().all(is_url_safe) {
            let problem = "the name is part of a URL: only A-Z a-z 0-9 - _ are allowed";
            return Err(ConfigError::key(key, problem));
        }
        let Some(sender) = gateway.senders.get(name) else {
            let problem = "there is no sender of that name under gateway.senders";
            return Err(ConfigError::key(key, problem));
        };
        let interval = receiver.pull_interval_s;
        match sender.report_format() {
            None => {
                let problem = "the provider of this kind of sender tells nothing about messages";
                Err(ConfigError::key(key, problem))
            }
            Some(format) if interval > 0 && format != ReportFormat::Ccp => {
                let problem = "only a sender of kind ccp can be asked";
                Err(ConfigError::key(format!("{key}.pull_interval_s"), problem))
            }
            Some(ReportFormat::Twilio) if self.public_url.is_empty() => {
                let problem = "Twilio has to be told the address with each message";
                Err(ConfigError::key("receipts.public_url", problem))
            }
            Some(ReportFormat::Twilio) if !sender.has_auth_token() => {
                let problem = "missing: Twilio signs its delivery reports with it";
                let key = format!("gateway.senders.{name}.auth_token");
                Err(ConfigError::key(key, problem))
            }
            // Messages would seem lost that nobody has asked about.
            Some(_) if interval >= self.expect_within_s => {
                let problem = "must be shorter than receipts.expect_within_s";
                Err(ConfigError::key(format!("{key}.pull_interval_s"), problem))
            }
            Some(_) => Ok(()),
        }
    }
}

/// There is a token where the provider calls, and none where it is asked.
fn check_token(receiver: &ReceiverSettings) -> Result<(), String> {
    let is_asked = receiver.pull_interval_s > 0;
    match receiver.token.as_ref().map(Secret::expose) {
        Some(token) if !is_token(token) => Err(format!(
            "at least {TOKEN_LENGTH} characters of A-Z a-z 0-9 - _ are wanted"
        )),
        Some(_) if is_asked => {
            Err("of no use with pull_interval_s: CCP either tells or is asked".to_owned())
        }
        None if !is_asked => Err("missing; token_file may name a file with it".to_owned()),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn is_public_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let is_web = matches!(url.scheme(), "https" | "http");
        let has_login = !url.username().is_empty() || url.password().is_some();
        is_web && !has_login && url.query().is_none() && url.fragment().is_none()
    })
}

fn is_token(text: &str) -> bool {
    text.len() >= TOKEN_LENGTH && text.bytes().all(is_url_safe)
}

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use crate::config::Settings;

    const CCP: &str = "[gateway.senders.ccp]\nkind = 'ccp'\naccount_sid = 'a'\n\
                       auth_token = 't'\napp_id = 'b'\n";
    const TOKEN: &str = "token = 'aaaaaaaaaabbbbbbbbbb'";

    fn complaint(toml: &str) -> String {
        let error = Settings::from_toml(&format!("{CCP}{toml}")).unwrap_err();
        let error = error.to_string();
        assert!(!error.contains("secret"), "{error}");
        error
    }

    #[test]
    fn a_receiver_needs_no_more_than_a_token() {
        let toml = format!("{CCP}[receipts.senders.ccp]\n{TOKEN}");
        let settings = Settings::from_toml(&toml).unwrap();
        let policy = settings.policy().unwrap().deliveries;
        assert_eq!(policy.senders, ["ccp"]);
        assert_eq!(policy.ttl.as_secs(), 3 * 86_400);
        assert_eq!(policy.expect_within.as_secs(), 120);
    }

    #[test]
    fn twilio_needs_an_address_to_call_and_a_secret_to_sign_with() {
        let twilio = |user: &str, url: &str| {
            Settings::from_toml(&format!(
                "[gateway.senders.twilio]\nkind = 'twilio'\naccount_sid = 'AC1'\n\
                 from = '+15005550006'\n{user}\n[receipts]\npublic_url = '{url}'\n\
                 [receipts.senders.twilio]\n{TOKEN}"
            ))
        };
        let url = "https://sms.example/verify/";
        let settings = twilio("auth_token = 't'", url).unwrap();
        let callback = settings.receipts.callback("twilio").unwrap();
        let expected = "https://sms.example/verify/receipts/twilio/aaaaaaaaaabbbbbbbbbb";
        assert_eq!(callback.expose_secret(), expected);
        let complaint = twilio("auth_token = 't'", "").unwrap_err().to_string();
        assert!(
            complaint.starts_with("receipts.public_url: "),
            "{complaint}"
        );
        let key = "api_key_sid = 'SK1'\napi_key_secret = 's'";
        let complaint = twilio(key, url).unwrap_err().to_string();
        let missing = "gateway.senders.twilio.auth_token: ";
        assert!(complaint.starts_with(missing), "{complaint}");
    }

    #[test]
    fn what_is_wrong_is_named_and_no_token_is_repeated() {
        let rows = [
            ("[receipts]\nttl_s = 59", "receipts.ttl_s"),
            (
                "[receipts]\nexpect_within_s = 5",
                "receipts.expect_within_s",
            ),
            (
                "[receipts]\npublic_url = 'sms.example'",
                "receipts.public_url",
            ),
            (
                "[receipts]\npublic_url = 'https://a?b'",
                "receipts.public_url",
            ),
            ("[receipts.senders.ccp]", "receipts.senders.ccp.token"),
            (
                "[receipts.senders.ccp]\ntoken = 'secret'",
                "receipts.senders.ccp.token",
            ),
            (
                "[receipts.senders.ccp]\ntoken = 'secret/secret/secret/secret'",
                "receipts.senders.ccp.token",
            ),
            (
                "[receipts.senders.ccp]\npull_interval_s = 5\ntoken = 'aaaaaaaaaabbbbbbbbbb'",
                "receipts.senders.ccp.token",
            ),
            (
                "[receipts.senders.ccp]\npull_interval_s = 120",
                "receipts.senders.ccp.pull_interval_s",
            ),
            (
                "[receipts.senders.ccp]\ntoken_file = '/nowhere'",
                "receipts.senders.ccp.token_file",
            ),
        ];
        for (toml, key) in rows {
            let complaint = complaint(toml);
            assert!(complaint.starts_with(&format!("{key}: ")), "{complaint}");
        }
        for name in ["nobody", "mock", "'a/b'"] {
            let complaint = complaint(&format!("[receipts.senders.{name}]\n{TOKEN}"));
            let key = format!("receipts.senders.{}: ", name.trim_matches('\''));
            assert!(complaint.starts_with(&key), "{complaint}");
        }
        let network = format!("[receipts.senders.ccp]\n{TOKEN}\nfrom = ['10.0.0.0/33']");
        assert!(complaint(&network).starts_with("receipts.senders.ccp.from"));
    }
}
