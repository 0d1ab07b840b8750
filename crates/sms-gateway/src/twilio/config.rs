use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::sender_config::{base_url, below, check_all, is_token, is_word};
use crate::{Localized, SenderConfigError, TextTemplate};

/// The address of Twilio, for [`TwilioConfig::base_url`] (twilio.com,
/// `docs/messaging/api/message-resource`).
pub const TWILIO_BASE_URL: &str = "https://api.twilio.com";

/// How to reach Twilio and who we are there. Printing it does not show the secret.
#[derive(Debug, Clone)]
pub struct TwilioConfig {
    /// The name of the sender, for logs and metrics.
    pub name: String,
    /// Where Twilio is, such as [`TWILIO_BASE_URL`]: `https` or `http`, with or without a path to
    /// put in front.
    pub base_url: String,
    /// The account (`AC…`): letters and digits.
    pub account_sid: String,
    /// Who asks: the account itself, or one of its API keys (`SK…`).
    pub user: TwilioUser,
    /// Whose name the phone shows.
    pub origin: TwilioOrigin,
    /// Where Twilio posts what becomes of a message, if it shall. There may be a token in it.
    pub status_callback: Option<SecretString>,
    /// What the message says.
    pub texts: Localized<TextTemplate>,
    /// How long one attempt may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

/// What Twilio knows us by.
#[derive(Debug, Clone)]
pub enum TwilioUser {
    /// The secret of the account.
    AuthToken(SecretString),
    /// A key of the account: its id and its secret.
    ApiKey(String, SecretString),
}

/// Where a message comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwilioOrigin {
    /// A number in E.164, a short code, or an alphanumeric sender.
    From(String),
    /// A messaging service (`MG…`), which chooses a number.
    MessagingService(String),
}

impl TwilioConfig {
    /// The address that requests go to, if everything is as it should be.
    pub(super) fn endpoint(&self) -> Result<Url, SenderConfigError> {
        let letters_and_digits = "must be letters and digits";
        let account = &self.account_sid;
        check_all([
            (!self.name.is_empty(), "name", "must not be empty"),
            (is_word(account), "account_sid", letters_and_digits),
            self.user.check(),
            self.origin.check(),
            (
                self.status_callback.as_ref().is_none_or(is_callback),
                "status_callback",
                "must be a URL that begins with https:// or http://",
            ),
            (!self.timeout.is_zero(), "timeout", "must be more than 0"),
        ])?;
        if let TwilioUser::ApiKey(key, _) = &self.user {
            check_all([(is_word(key), "api_key_sid", letters_and_digits)])?;
        }
        let path = format!("/2010-04-01/Accounts/{account}/Messages.json");
        Ok(below(base_url("base_url", &self.base_url)?, &path))
    }
}

impl TwilioUser {
    /// The user and its secret.
    pub(super) fn credentials<'a>(&'a self, account_sid: &'a str) -> (&'a str, &'a SecretString) {
        match self {
            Self::AuthToken(token) => (account_sid, token),
            Self::ApiKey(key, secret) => (key, secret),
        }
    }

    fn check(&self) -> crate::sender_config::Check {
        let (key, secret) = match self {
            Self::AuthToken(token) => ("auth_token", token),
            Self::ApiKey(_, secret) => ("api_key_secret", secret),
        };
        let problem = "must not be empty or contain spaces";
        (is_token(secret.expose_secret()), key, problem)
    }
}

impl TwilioOrigin {
    /// The field of a request that names it, and its value.
    pub(super) fn field(&self) -> (&'static str, &str) {
        match self {
            Self::From(from) => ("From", from),
            Self::MessagingService(sid) => ("MessagingServiceSid", sid),
        }
    }

    fn check(&self) -> crate::sender_config::Check {
        match self {
            Self::From(from) => (
                !from.trim().is_empty(),
                "from",
                "must be a number such as +15005550006, a short code or a name",
            ),
            Self::MessagingService(sid) => (
                is_word(sid),
                "messaging_service_sid",
                "must be letters and digits",
            ),
        }
    }
}

fn is_callback(url: &SecretString) -> bool {
    Url::parse(url.expose_secret()).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> TwilioConfig {
        TwilioConfig {
            name: "twilio".to_owned(),
            base_url: TWILIO_BASE_URL.to_owned(),
            account_sid: "AC00000000000000000000000000000001".to_owned(),
            user: TwilioUser::AuthToken("00000000000000000000000000000002".into()),
            origin: TwilioOrigin::From("+15005550006".to_owned()),
            status_callback: None,
            texts: TextTemplate::defaults(),
            timeout: Duration::from_secs(5),
        }
    }

    #[test]
    fn the_endpoint_is_below_the_base_url_and_names_the_account() {
        let path = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json";
        for base in [
            TWILIO_BASE_URL,
            "http://127.0.0.1:1/",
            "https://h.example/twilio",
        ] {
            let config = TwilioConfig {
                base_url: base.to_owned(),
                user: TwilioUser::ApiKey("SK1".to_owned(), "secret".into()),
                ..config()
            };
            let expected = format!("{}{path}", base.trim_end_matches('/'));
            assert_eq!(config.endpoint().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        type Change = fn(&mut TwilioConfig);
        let rows: [(&str, Change); 12] = [
            ("name", |c| c.name.clear()),
            ("base_url", |c| c.base_url = "api.twilio.com".into()),
            ("account_sid", |c| c.account_sid = "../x".into()),
            ("auth_token", |c| c.user = TwilioUser::AuthToken("".into())),
            ("auth_token", |c| {
                c.user = TwilioUser::AuthToken("a\n".into());
            }),
            ("api_key_sid", |c| {
                c.user = TwilioUser::ApiKey("a b".into(), "x".into());
            }),
            ("api_key_secret", |c| {
                c.user = TwilioUser::ApiKey("SK1".into(), "a b".into());
            }),
            ("from", |c| c.origin = TwilioOrigin::From(" ".into())),
            ("messaging_service_sid", |c| {
                c.origin = TwilioOrigin::MessagingService("M-G".into());
            }),
            ("status_callback", |c| c.status_callback = Some("/x".into())),
            ("status_callback", |c| {
                c.status_callback = Some("ftp://h/".into());
            }),
            ("timeout", |c| c.timeout = Duration::ZERO),
        ];
        for (key, change) in rows {
            let mut config = config();
            change(&mut config);
            let error = config.endpoint().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{key}: must ")), "{error}");
        }
    }

    #[test]
    fn the_secret_does_not_print() {
        let shown = format!("{:?}", config());
        assert!(
            !shown.contains("00000000000000000000000000000002"),
            "{shown}"
        );
    }
}
