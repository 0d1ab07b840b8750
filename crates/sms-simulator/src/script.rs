use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::aliyun::AliyunAccount;
use crate::ccp::CcpAccount;
use crate::protocol::Protocol;
use crate::reports::Receipts;
use crate::request::Provider;
use crate::rules::{self, Rule};
use crate::tencent::TencentAccount;
use crate::twilio::TwilioAccount;

/// Retries of one report.
const MOST_RETRIES: usize = 10;

/// What a simulator plays: accounts, where reports go, and what goes wrong. The default has
/// accounts that are made up, no callbacks and no faults.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Where reports are pushed.
    pub callbacks: Callbacks,
    /// How deliveries are reported.
    pub receipts: Receipts,
    /// What a number may get.
    pub limits: Limits,
    /// The account at CCP.
    pub ccp: CcpAccount,
    /// The account at Aliyun.
    pub aliyun: AliyunAccount,
    /// The account at Tencent Cloud.
    pub tencent: TencentAccount,
    /// The account at Twilio.
    pub twilio: TwilioAccount,
    /// What happens to messages of a kind.
    pub rules: Vec<Rule>,
}

/// Where reports go by provider: what the operator enters in a provider's console. Twilio has
/// none, since each request names its own.
pub type Callbacks = BTreeMap<Provider, String>;

/// How many messages a provider accepts for one number; 0 for any number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// In any minute.
    pub per_minute: usize,
    /// In any hour.
    pub per_hour: usize,
    /// In any 24 hours.
    pub per_day: usize,
}

/// A script that can't be played.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It is no TOML, or has a key that there is not.
    #[error("{0}")]
    Unreadable(#[from] toml::de::Error),
    /// A value that can't be meant.
    #[error("{0}")]
    Invalid(String),
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    ///
    /// Names the key that is unknown or whose value can't be meant.
    pub fn from_toml(text: &str) -> Result<Self, ScriptError> {
        let script: Self = toml::from_str(text)?;
        script.check()?;
        Ok(script)
    }

    /// Finds what can't be meant.
    ///
    /// # Errors
    ///
    /// Names the key.
    pub fn check(&self) -> Result<(), ScriptError> {
        let invalid = ScriptError::Invalid;
        check_callbacks(&self.callbacks).map_err(invalid)?;
        self.receipts.check().map_err(invalid)?;
        rules::check(&self.rules).map_err(invalid)?;
        for (name, retries) in [
            ("ccp", &self.ccp.retries_ms),
            ("aliyun", &self.aliyun.retries_ms),
            ("tencent", &self.tencent.retries_ms),
            ("twilio", &self.twilio.retries_ms),
        ] {
            if retries.len() > MOST_RETRIES {
                return Err(invalid(format!(
                    "{name}.retries_ms: at most {MOST_RETRIES}"
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn protocol(&self, provider: Provider) -> &dyn Protocol {
        match provider {
            Provider::Ccp => &self.ccp,
            Provider::Aliyun => &self.aliyun,
            Provider::Tencent => &self.tencent,
            Provider::Twilio => &self.twilio,
        }
    }

    pub(crate) fn retries(&self, provider: Provider) -> &[u64] {
        match provider {
            Provider::Ccp => &self.ccp.retries_ms,
            Provider::Aliyun => &self.aliyun.retries_ms,
            Provider::Tencent => &self.tencent.retries_ms,
            Provider::Twilio => &self.twilio.retries_ms,
        }
    }
}

/// What is wrong with callbacks, if anything.
pub(crate) fn check_callbacks(callbacks: &Callbacks) -> Result<(), String> {
    for (provider, url) in callbacks {
        let name = provider.name();
        if *provider == Provider::Twilio {
            return Err(format!(
                "callbacks.{name}: each request names its own StatusCallback"
            ));
        }
        let url = Url::parse(url).ok();
        if url.is_none_or(|url| !matches!(url.scheme(), "http" | "https") || !url.has_host()) {
            return Err(format!("callbacks.{name}: must be a URL of http or https"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Fault;

    #[test]
    fn a_script_says_what_goes_wrong() {
        let script = Script::from_toml(
            "[callbacks]\nccp = 'http://127.0.0.1:8000/receipts/ccp/t'\n\
             [receipts]\ndelay_ms = 5\n\
             [ccp]\nauth_token = 'other'\nreports = 'xml'\n\
             [[rules]]\nprovider = 'ccp'\nto = '138'\nfirst = 2\nfault = { refuse = '160038' }\n\
             [[rules]]\nstall_ms = 3000\nfault = 'lose_answer'\n\
             [[rules]]\nfault = { throttle = 0 }\nreceipts = { copies = 2 }\n",
        );
        let script = script.unwrap();
        assert_eq!(script.ccp.auth_token, "other");
        assert_eq!(script.ccp.app_id, CcpAccount::default().app_id);
        assert_eq!(
            script.rules[0].fault,
            Some(Fault::Refuse("160038".to_owned()))
        );
        assert_eq!(script.rules[1].fault, Some(Fault::LoseAnswer));
        assert_eq!(script.rules[2].receipts.copies, Some(2));
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let printed = toml::to_string_pretty(&Script::default()).unwrap();
        Script::from_toml(&printed).unwrap();
    }

    #[test]
    fn a_mistake_is_named() {
        let rows = [
            ("[ccp]\nauth_tokn = 'a'", "unknown field `auth_tokn`"),
            ("[[rules]]\nfault = 'sulk'", "unknown variant `sulk`"),
            ("[[rules]]\nprovider = 'mock'", "unknown variant `mock`"),
            (
                "[[rules]]\nfault = { status = 200 }",
                "rules[0].fault.status: ",
            ),
            ("[callbacks]\nccp = 'ftp://a'", "callbacks.ccp: must be"),
            ("[callbacks]\ntwilio = 'http://a'", "callbacks.twilio: each"),
            ("[receipts]\ncopies = 11", "receipts.copies: at most"),
            (
                "[aliyun]\nretries_ms = [0,0,0,0,0,0,0,0,0,0,0]",
                "aliyun.retries_ms: ",
            ),
        ];
        for (toml, complaint) in rows {
            let error = Script::from_toml(toml).unwrap_err().to_string();
            assert!(error.contains(complaint), "{toml}: {error}");
        }
    }
}
