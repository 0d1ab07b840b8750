use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use super::guard::is_public;
use super::sign::Key;
use crate::sender_config::check_all;
use crate::{Localized, SenderConfigError, TextTemplate};

/// Where messages are posted to, and what they are signed with. Printing it does not show secrets.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// The name of the sender, for logs and metrics.
    pub name: String,
    /// Where to: `https`, without credentials or fragment.
    pub url: String,
    /// `whsec_` and 24 to 64 bytes in base64, at least one: a request carries a signature by each.
    pub secrets: Vec<SecretString>,
    /// Whether the receiver may be on a private network, and without TLS there.
    pub allow_private: bool,
    /// What the message says; receivers may write their own text.
    pub texts: Localized<TextTemplate>,
    /// How long one attempt may take, from connecting to the last byte of the answer. A lost
    /// answer is asked for a second time, and this counts for each.
    pub timeout: Duration,
}

impl WebhookConfig {
    /// The address that requests go to and the keys that sign them, if everything is as it should
    /// be.
    pub(super) fn checked(&self) -> Result<(Url, Vec<Key>), SenderConfigError> {
        check_all([
            (!self.name.is_empty(), "name", "must not be empty"),
            (!self.secrets.is_empty(), "secret", "must be there"),
            (!self.timeout.is_zero(), "timeout", "must be more than 0"),
        ])?;
        let keys: Option<Vec<_>> = self.secrets.iter().map(Key::read).collect();
        let problem = "must be whsec_ and 24 to 64 bytes in base64";
        let keys = keys.ok_or_else(|| SenderConfigError::invalid("secret", problem))?;
        Ok((self.checked_url()?, keys))
    }

    fn checked_url(&self) -> Result<Url, SenderConfigError> {
        let error = |problem| SenderConfigError::invalid("url", problem);
        let url = Url::parse(&self.url)
            .map_err(|_| error("must be a URL such as https://sms.example/codes"))?;
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        if has_credentials || url.fragment().is_some() {
            return Err(error("must not have credentials or a fragment"));
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_private => {}
            "http" => {
                return Err(error(
                    "must begin with https://, unless allow_private is true",
                ));
            }
            _ => return Err(error("must begin with https://")),
        }
        // Names are looked at when they are resolved; an address never is.
        let host = url.host_str().unwrap_or_default();
        let address = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        if !self.allow_private && address.is_ok_and(|address| !is_public(address)) {
            return Err(error(
                "must not be a private address, unless allow_private is true",
            ));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn config(url: &str, allow_private: bool) -> WebhookConfig {
        WebhookConfig {
            name: "webhook".to_owned(),
            url: url.to_owned(),
            secrets: vec![SECRET.into()],
            allow_private,
            texts: TextTemplate::defaults(),
            timeout: Duration::from_secs(5),
        }
    }

    #[test]
    fn private_addresses_and_plain_http_have_to_be_allowed() {
        let rows = [
            ("https://sms.example/codes?a=1", true, true),
            ("https://1.1.1.1/", true, true),
            ("https://localhost/", true, true),
            ("http://sms.example/codes", false, true),
            ("http://127.0.0.1:8080/", false, true),
            ("https://127.0.0.1/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:10.0.0.1]/", false, true),
            ("https://169.254.169.254/latest", false, true),
            ("https://a:b@sms.example/", false, false),
            ("https://sms.example/#a", false, false),
            ("ftp://sms.example/", false, false),
            ("sms.example", false, false),
            ("", false, false),
        ];
        for (url, alone, allowed) in rows {
            assert_eq!(config(url, false).checked().is_ok(), alone, "{url}");
            assert_eq!(
                config(url, true).checked().is_ok(),
                allowed,
                "{url} allowed"
            );
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        type Change = fn(&mut WebhookConfig);
        let rows: [(&str, Change); 5] = [
            ("name", |c| c.name.clear()),
            ("url", |c| c.url.clear()),
            ("secret", |c| c.secrets.clear()),
            ("secret", |c| c.secrets.push("hunter2".into())),
            ("timeout", |c| c.timeout = Duration::ZERO),
        ];
        for (key, change) in rows {
            let mut config = config("https://sms.example/", false);
            change(&mut config);
            let error = config.checked().err().unwrap().to_string();
            assert!(error.starts_with(&format!("{key}: must ")), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let shown = format!("{:?}", config("https://sms.example/", false));
        assert!(!shown.contains("MfKQ9r8G"), "{shown}");
    }
}
