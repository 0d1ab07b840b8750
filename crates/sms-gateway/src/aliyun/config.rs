use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::sender_config::{
    base_url, below, check_all, is_key_id, is_sign_name, is_token, is_word,
};
use crate::template::check_template;
use crate::{Localized, NamedTemplate, SenderConfigError};

/// The address of Aliyun's SMS in the mainland, for [`AliyunConfig::endpoint`] (vendor's page
/// `sms/developer-reference/api-dysmsapi-2017-05-25-sendsms`).
pub const ALIYUN_ENDPOINT: &str = "https://dysmsapi.aliyuncs.com";

/// How to reach Aliyun's SMS and who we are there. Printing it shows no secret.
#[derive(Debug, Clone)]
pub struct AliyunConfig {
    /// The name of the sender, for logs and metrics.
    pub name: String,
    /// Where it is, such as [`ALIYUN_ENDPOINT`] or that of another region: `https` or `http`. A
    /// path is where requests go, and not signed: Aliyun knows none but `/`.
    pub endpoint: String,
    /// The id of an access key ("AccessKey ID" in the console).
    pub access_key_id: String,
    /// Its secret ("AccessKey Secret").
    pub access_key_secret: SecretString,
    /// What comes with temporary keys of STS, and only with these.
    pub security_token: Option<SecretString>,
    /// The approved name in the brackets ("SignName"), without them.
    pub sign_name: String,
    /// Approved templates by their codes, `SMS_…`.
    pub templates: Localized<NamedTemplate>,
    /// How long a send may take, from connecting to the last byte of the answer. The vendor asks
    /// for a second at least.
    pub timeout: Duration,
}

impl AliyunConfig {
    /// The address that requests go to, if everything is as it should be.
    pub(super) fn url(&self) -> Result<Url, SenderConfigError> {
        let no_spaces = "must not be empty or contain spaces";
        let secret = self.access_key_secret.expose_secret();
        let token = self.security_token.as_ref();
        check_all([
            (!self.name.is_empty(), "name", "must not be empty"),
            (
                is_key_id(&self.access_key_id),
                "access_key_id",
                "must not be empty or contain spaces, commas or slashes",
            ),
            (is_token(secret), "access_key_secret", no_spaces),
            (
                token.is_none_or(|token| is_token(token.expose_secret())),
                "security_token",
                no_spaces,
            ),
            (
                is_sign_name(&self.sign_name),
                "sign_name",
                "must be the name alone, without brackets",
            ),
            (!self.timeout.is_zero(), "timeout", "must be more than 0"),
        ])?;
        for (locale, template) in self.templates.iter() {
            let is_code = template.id.strip_prefix("SMS_").is_some_and(is_word);
            let id = ("template_code", is_code, "must be SMS_ and digits");
            check_template(locale, id, template.variables.iter().map(|(_, it)| *it))?;
        }
        Ok(below(base_url("endpoint", &self.endpoint)?, "/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variable;

    fn config() -> AliyunConfig {
        AliyunConfig {
            name: "aliyun".to_owned(),
            endpoint: ALIYUN_ENDPOINT.to_owned(),
            access_key_id: "testId".to_owned(),
            access_key_secret: "testSecret".into(),
            security_token: Some("testToken".into()),
            sign_name: "阿里云短信测试".to_owned(),
            templates: Localized::new(template("SMS_154950909")),
            timeout: Duration::from_secs(5),
        }
    }

    fn template(id: &str) -> NamedTemplate {
        NamedTemplate {
            id: id.to_owned(),
            variables: vec![("code".to_owned(), Variable::Code)],
        }
    }

    #[test]
    fn requests_go_to_the_root_of_the_endpoint() {
        for (endpoint, expected) in [
            (ALIYUN_ENDPOINT, "https://dysmsapi.aliyuncs.com/"),
            ("http://127.0.0.1:1234", "http://127.0.0.1:1234/"),
            ("http://127.0.0.1:1/aliyun", "http://127.0.0.1:1/aliyun/"),
        ] {
            let endpoint = endpoint.to_owned();
            let url = AliyunConfig {
                endpoint,
                ..config()
            }
            .url();
            assert_eq!(url.unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        type Change = fn(&mut AliyunConfig);
        let rows: [(&str, Change); 12] = [
            ("name", |c| c.name.clear()),
            ("endpoint", |c| c.endpoint = "dysmsapi.aliyuncs.com".into()),
            ("endpoint", |c| c.endpoint += "?a"),
            ("access_key_id", |c| c.access_key_id.clear()),
            ("access_key_id", |c| c.access_key_id = "a,b".into()),
            ("access_key_secret", |c| c.access_key_secret = "a\n".into()),
            ("security_token", |c| c.security_token = Some("".into())),
            ("sign_name", |c| c.sign_name.clear()),
            ("sign_name", |c| c.sign_name = "【阿里云】".into()),
            ("template_code", |c| {
                c.templates = Localized::new(template("154950909"));
            }),
            ("variables", |c| {
                let mut template = template("SMS_1");
                template.variables.clear();
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
    }

    #[test]
    fn no_secret_prints() {
        let shown = format!("{:?}", config());
        for secret in ["testSecret", "testToken"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
