use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::sender_config::{
    base_url, below, check_all, is_key_id, is_number, is_sign_name, is_token,
};
use crate::template::check_template;
use crate::{Localized, SenderConfigError, Template};

/// The address of Tencent Cloud's SMS, for [`TencentConfig::endpoint`] (vendor's page
/// `document/api/382/55981`).
pub const TENCENT_ENDPOINT: &str = "https://sms.tencentcloudapi.com";

/// The region of accounts in the mainland, for [`TencentConfig::region`].
pub const TENCENT_REGION: &str = "ap-guangzhou";

/// How to reach Tencent Cloud's SMS and who we are there. Printing it shows no secret.
#[derive(Debug, Clone)]
pub struct TencentConfig {
    /// The name of the sender, for logs and metrics.
    pub name: String,
    /// Where it is, such as [`TENCENT_ENDPOINT`]: `https` or `http`. A path is where requests go,
    /// and not signed: Tencent Cloud knows none but `/`.
    pub endpoint: String,
    /// Such as [`TENCENT_REGION`].
    pub region: String,
    /// The id of an API key ("SecretId" in the console).
    pub secret_id: String,
    /// Its secret ("SecretKey").
    pub secret_key: SecretString,
    /// What comes with temporary keys, and only with these.
    pub security_token: Option<SecretString>,
    /// The application ("SDK AppID" in the console): digits.
    pub sdk_app_id: String,
    /// The approved name in the brackets, without them. The mainland needs one, and numbers there
    /// are left to other senders if it is `None`.
    pub sign_name: Option<String>,
    /// Approved templates by their numbers.
    pub templates: Localized<Template>,
    /// How long a send may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

impl TencentConfig {
    /// The address that requests go to, if everything is as it should be.
    pub(super) fn url(&self) -> Result<Url, SenderConfigError> {
        let no_spaces = "must not be empty or contain spaces";
        let token = self.security_token.as_ref();
        check_all([
            (!self.name.is_empty(), "name", "must not be empty"),
            (
                is_region(&self.region),
                "region",
                "must be letters, digits and hyphens, such as ap-guangzhou",
            ),
            (
                is_key_id(&self.secret_id),
                "secret_id",
                "must not be empty or contain spaces, commas or slashes",
            ),
            (
                is_token(self.secret_key.expose_secret()),
                "secret_key",
                no_spaces,
            ),
            (
                token.is_none_or(|token| is_token(token.expose_secret())),
                "security_token",
                no_spaces,
            ),
            (is_number(&self.sdk_app_id), "sdk_app_id", "must be digits"),
            (
                self.sign_name.as_deref().is_none_or(is_sign_name),
                "sign_name",
                "must be the name alone, without brackets",
            ),
            (!self.timeout.is_zero(), "timeout", "must be more than 0"),
        ])?;
        for (locale, template) in self.templates.iter() {
            let id = ("template_id", is_number(&template.id), "must be digits");
            check_template(locale, id, template.variables.iter().copied())?;
        }
        Ok(below(base_url("endpoint", &self.endpoint)?, "/"))
    }
}

fn is_region(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variable;

    fn config() -> TencentConfig {
        TencentConfig {
            name: "tencent".to_owned(),
            endpoint: TENCENT_ENDPOINT.to_owned(),
            region: TENCENT_REGION.to_owned(),
            secret_id: "AKIDEXAMPLE".to_owned(),
            secret_key: "EXAMPLESECRETKEY".into(),
            security_token: Some("EXAMPLETOKEN".into()),
            sdk_app_id: "1400000001".to_owned(),
            sign_name: Some("腾讯云".to_owned()),
            templates: Localized::new(template("1234")),
            timeout: Duration::from_secs(5),
        }
    }

    fn template(id: &str) -> Template {
        Template {
            id: id.to_owned(),
            variables: Variable::ALL.to_vec(),
        }
    }

    #[test]
    fn requests_go_to_the_root_of_the_endpoint() {
        for (endpoint, expected) in [
            (TENCENT_ENDPOINT, "https://sms.tencentcloudapi.com/"),
            ("http://127.0.0.1:1/tencent/", "http://127.0.0.1:1/tencent/"),
        ] {
            let endpoint = endpoint.to_owned();
            let url = TencentConfig {
                endpoint,
                ..config()
            }
            .url();
            assert_eq!(url.unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        type Change = fn(&mut TencentConfig);
        let rows: [(&str, Change); 15] = [
            ("name", |c| c.name.clear()),
            ("endpoint", |c| c.endpoint.clear()),
            ("endpoint", |c| c.endpoint += "#a"),
            ("region", |c| c.region.clear()),
            ("region", |c| c.region = "ap guangzhou".into()),
            ("secret_id", |c| c.secret_id = "a/b".into()),
            ("secret_key", |c| c.secret_key = " ".into()),
            ("security_token", |c| c.security_token = Some("a b".into())),
            ("sdk_app_id", |c| c.sdk_app_id = "app".into()),
            ("sdk_app_id", |c| c.sdk_app_id.clear()),
            ("sign_name", |c| c.sign_name = Some(String::new())),
            ("sign_name", |c| c.sign_name = Some("[腾讯云]".into())),
            ("template_id", |c| {
                c.templates = Localized::new(template("SMS_1"));
            }),
            ("variables", |c| {
                let mut template = template("1");
                template.variables = vec![Variable::Minutes];
                c.templates = Localized::new(template);
            }),
            ("timeout", |c| c.timeout = Duration::ZERO),
        ];
        for (key, change) in rows {
            let mut config = config();
            change(&mut config);
            let error = config.url().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{key}: must ")), "{error}");
        }
        let without_name = TencentConfig {
            sign_name: None,
            ..config()
        };
        assert!(without_name.url().is_ok());
    }

    #[test]
    fn no_secret_prints() {
        let shown = format!("{:?}", config());
        for secret in ["EXAMPLESECRETKEY", "EXAMPLETOKEN"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
