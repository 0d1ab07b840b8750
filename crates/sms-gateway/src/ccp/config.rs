use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::sender_config::{base_url, below, check_all, is_number, is_token, is_word};
use crate::template::check_template;
use crate::{Localized, SenderConfigError, Template};

/// The address of CCP, for [`CcpConfig::base_url`] (vendor's page `doc/rest/sms/3_2_2_2.html`).
pub const CCP_BASE_URL: &str = "https://app.cloopen.com:8883";

/// How to reach CCP and who we are there. Printing it does not show the token.
#[derive(Debug, Clone)]
pub struct CcpConfig {
    /// The name of the sender, for logs and metrics.
    pub name: String,
    /// Where CCP is, such as [`CCP_BASE_URL`]: `https` or `http`, with or without a path to put
    /// in front.
    pub base_url: String,
    /// The account ("ACCOUNT SID" in the console): letters and digits.
    pub account_sid: String,
    /// The secret of the account ("AUTH TOKEN" in the console).
    pub auth_token: SecretString,
    /// The application ("APP ID" in the console): letters and digits.
    pub app_id: String,
    /// Approved templates by their numbers; `1`, with the code and its minutes, is the test
    /// template that everybody has.
    pub templates: Localized<Template>,
    /// How long one attempt may take, from connecting to the last byte of the answer. A lost
    /// answer is asked for a second time, and this counts for each.
    pub timeout: Duration,
}

impl CcpConfig {
    /// The address that requests for `action` go to, if everything is as it should be.
    pub(super) fn endpoint(&self, action: &str) -> Result<Url, SenderConfigError> {
        let letters_and_digits = "must be letters and digits";
        check_all([
            (!self.name.is_empty(), "name", "must not be empty"),
            (
                is_word(&self.account_sid),
                "account_sid",
                letters_and_digits,
            ),
            (
                is_token(self.auth_token.expose_secret()),
                "auth_token",
                "must not be empty or contain spaces",
            ),
            (is_word(&self.app_id), "app_id", letters_and_digits),
            (!self.timeout.is_zero(), "timeout", "must be more than 0"),
        ])?;
        for (locale, template) in self.templates.iter() {
            let id = ("template_id", is_number(&template.id), "must be digits");
            check_template(locale, id, template.variables.iter().copied())?;
        }
        let account = &self.account_sid;
        let path = format!("/2013-12-26/Accounts/{account}/SMS/{action}");
        Ok(below(base_url("base_url", &self.base_url)?, &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variable;
    use sms_core::Locale;

    fn template(id: &str) -> Template {
        Template {
            id: id.to_owned(),
            variables: Variable::ALL.to_vec(),
        }
    }

    fn config() -> CcpConfig {
        CcpConfig {
            name: "ccp".to_owned(),
            base_url: CCP_BASE_URL.to_owned(),
            account_sid: "8aaf0708000000000000000000000a01".to_owned(),
            auth_token: SecretString::from("0123456789abcdef0123456789abcdef"),
            app_id: "8aaf0708000000000000000000000a02".to_owned(),
            templates: Localized::new(template("1")),
            timeout: Duration::from_secs(5),
        }
    }

    #[test]
    fn the_endpoint_is_below_the_base_url() {
        let path = "/2013-12-26/Accounts/8aaf0708000000000000000000000a01/SMS/TemplateSMS";
        for base in [
            "https://app.cloopen.com:8883",
            "https://app.cloopen.com:8883/",
            "http://127.0.0.1:1234",
            "https://proxy.example/ccp/",
        ] {
            let base_url = base.to_owned();
            let endpoint = CcpConfig {
                base_url,
                ..config()
            }
            .endpoint("TemplateSMS")
            .unwrap();
            let expected = format!("{}{path}", base.trim_end_matches('/'));
            assert_eq!(endpoint.as_str(), expected);
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        type Change = fn(&mut CcpConfig);
        let rows: [(&str, Change); 16] = [
            ("name", |c| c.name.clear()),
            ("base_url", |c| c.base_url.clear()),
            ("base_url", |c| c.base_url = "app.cloopen.com:8883".into()),
            ("base_url", |c| c.base_url = "ftp://app.cloopen.com".into()),
            ("base_url", |c| {
                c.base_url = "https://a:b@app.cloopen.com".into();
            }),
            ("base_url", |c| {
                c.base_url = "https://app.cloopen.com?a".into();
            }),
            ("account_sid", |c| c.account_sid.clear()),
            ("account_sid", |c| c.account_sid = "a/../b".into()),
            ("auth_token", |c| c.auth_token = "".into()),
            ("auth_token", |c| c.auth_token = "token\n".into()),
            ("app_id", |c| c.app_id = " ".into()),
            ("template_id", |c| {
                c.templates = Localized::new(template(""));
            }),
            ("template_id", |c| {
                c.templates = Localized::new(template("one"));
            }),
            ("templates.en.id", |c| {
                let english = template("one");
                c.templates = c.templates.clone().with(Locale::En, english);
            }),
            ("variables", |c| {
                c.templates = Localized::new(Template {
                    variables: vec![Variable::Minutes],
                    ..template("1")
                });
            }),
            ("timeout", |c| c.timeout = Duration::ZERO),
        ];
        for (key, change) in rows {
            let mut config = config();
            change(&mut config);
            let error = config.endpoint("TemplateSMS").unwrap_err();
            let named = format!("{key}: must ");
            assert!(error.to_string().starts_with(&named), "{error}");
        }
    }

    #[test]
    fn the_token_does_not_print() {
        let shown = format!("{:?}", config());
        assert!(
            !shown.contains("0123456789abcdef0123456789abcdef"),
            "{shown}"
        );
    }
}
