//! Aliyun's signature V3, ACS3-HMAC-SHA256, from the vendor's page "V3 request structure and
//! signature" (help.aliyun.com, `sdk/product-overview/v3-request-structure-and-signature`) and its
//! Python package `alibabacloud-tea-openapi`.
//!
//! The older signature of the RPC style (HMAC-SHA1) is marked discontinued by the vendor, and not
//! spoken here.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use crate::sha256::{hex, hmac_sha256, sha256_hex};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The digest of a body with nothing in it.
const EMPTY_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// 9999-12-31 23:59:59, in seconds since the Unix epoch: later years have five digits.
const LAST_SECOND: u64 = 253_402_300_799;

/// A `POST` to `/` without a body: all that is signed of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// As the header `Host` says it.
    pub(super) host: &'a str,
    /// The parameters, as [`canonical_query`] writes them.
    pub(super) query: &'a str,
    pub(super) action: &'a str,
    pub(super) version: &'a str,
    /// The time, as [`date`] writes it.
    pub(super) date: &'a str,
    /// A word that was never used before.
    pub(super) nonce: &'a str,
    /// What comes with temporary keys.
    pub(super) security_token: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// The headers that are sent and signed, in the order of their names.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&'static str, &'a str)> + Clone {
        let token = self.security_token;
        [
            ("host", Some(self.host)),
            ("x-acs-action", Some(self.action)),
            ("x-acs-content-sha256", Some(EMPTY_BODY)),
            ("x-acs-date", Some(self.date)),
            ("x-acs-security-token", token),
            ("x-acs-signature-nonce", Some(self.nonce)),
            ("x-acs-version", Some(self.version)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The header `Authorization`.
    pub(super) fn authorization(&self, access_key_id: &str, secret: &SecretString) -> String {
        let signature = self.signature(secret);
        let signed = self.signed_headers();
        format!(
            "{ALGORITHM} Credential={access_key_id},SignedHeaders={signed},Signature={signature}"
        )
    }

    fn signature(&self, secret: &SecretString) -> String {
        let text = format!("{ALGORITHM}\n{}", sha256_hex(self.canonical().as_bytes()));
        hex(&hmac_sha256(
            secret.expose_secret().as_bytes(),
            text.as_bytes(),
        ))
    }

    fn canonical(&self) -> String {
        let mut headers = String::new();
        for (name, value) in self.headers() {
            // Writing to a `String` does not fail.
            let _ = writeln!(headers, "{name}:{value}");
        }
        let signed = self.signed_headers();
        format!("POST\n/\n{}\n{headers}\n{signed}\n{EMPTY_BODY}", self.query)
    }

    fn signed_headers(&self) -> String {
        let names: Vec<_> = self.headers().map(|(name, _)| name).collect();
        names.join(";")
    }
}

/// `now` as `yyyy-MM-ddTHH:mm:ssZ` in UTC; times before 1970 or after 9999 as the nearest within.
pub(super) fn date(now: SystemTime) -> String {
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = since_epoch.as_secs().min(LAST_SECOND);
    let time = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(seconds);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Parameters as a query, in the order of their names; the same text is signed and sent.
pub(super) fn canonical_query<'a>(mut parameters: Vec<(&'a str, &'a str)>) -> String {
    parameters.sort_unstable();
    let mut query = String::new();
    for (name, value) in parameters {
        if !query.is_empty() {
            query.push('&');
        }
        encode(name, &mut query);
        query.push('=');
        encode(value, &mut query);
    }
    query
}

/// Appends `text`, with everything but unreserved characters percent-encoded.
fn encode(text: &str, to: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                to.push(char::from(byte));
            }
            // Writing to a `String` does not fail.
            _ => {
                let _ = write!(to, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the vendor's page. Its table of headers shows another date and nonce, which
    /// do not lead to the signature beside it; these do.
    #[test]
    fn the_vendors_example_is_signed_the_same() {
        let query = canonical_query(vec![
            ("RegionId", "cn-shanghai"),
            (
                "ImageId",
                "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            ),
        ]);
        let call = Call {
            host: "ecs.cn-shanghai.aliyuncs.com",
            query: &query,
            action: "RunInstances",
            version: "2014-05-26",
            date: "2023-10-26T10:22:32Z",
            nonce: "3156853299f313e23d1673dc12e1703d",
            security_token: None,
        };
        assert_eq!(
            sha256_hex(call.canonical().as_bytes()),
            "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
        );
        let secret = "YourAccessKeySecret".into();
        assert_eq!(
            call.authorization("YourAccessKeyId", &secret),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
             x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    fn send_sms(query: &str) -> Call<'_> {
        Call {
            host: "dysmsapi.aliyuncs.com",
            query,
            action: "SendSms",
            version: "2017-05-25",
            date: "2024-02-29T04:34:56Z",
            nonce: "00000000000000000000000000000001",
            security_token: None,
        }
    }

    #[test]
    fn the_vendors_sdk_signs_a_message_the_same() {
        let query = canonical_query(vec![
            ("PhoneNumbers", "13800000000"),
            ("SignName", "阿里云短信测试"),
            ("TemplateCode", "SMS_154950909"),
            ("TemplateParam", r#"{"code":"1234"}"#),
        ]);
        let call = send_sms(&query);
        assert_eq!(
            sha256_hex(call.canonical().as_bytes()),
            "b016d43c737700e605fcd79fa954194277a1beea0532a73aceb1322fe9712833"
        );
        assert_eq!(
            call.signature(&"testSecret".into()),
            "568bcd9afc4f390bec31f4836e991fb6a4ffa9fcd5a5337083b2d2d3e905f36d"
        );
    }

    #[test]
    fn a_token_of_temporary_keys_is_signed() {
        let call = Call {
            security_token: Some("token"),
            ..send_sms("")
        };
        assert!(call.canonical().contains("\nx-acs-security-token:token\n"));
        let authorization = call.authorization("testId", &"testSecret".into());
        assert!(
            authorization.contains(";x-acs-security-token;"),
            "{authorization}"
        );
    }

    #[test]
    fn only_unreserved_characters_stay_as_they_are() {
        let rows = [
            ("AZaz09-_.~", "AZaz09-_.~"),
            (" *+/", "%20%2A%2B%2F"),
            ("{\"a\":1}", "%7B%22a%22%3A1%7D"),
            ("&=?#%", "%26%3D%3F%23%25"),
            ("测\n", "%E6%B5%8B%0A"),
            ("", ""),
        ];
        for (text, expected) in rows {
            let mut encoded = String::new();
            encode(text, &mut encoded);
            assert_eq!(encoded, expected);
        }
        let query = canonical_query(vec![("b", "2"), ("a b", "1"), ("B", "")]);
        assert_eq!(query, "B=&a%20b=1&b=2");
        assert_eq!(canonical_query(Vec::new()), "");
    }

    #[test]
    fn a_date_is_in_utc_whatever_the_clock_says() {
        let rows = [
            (0, "1970-01-01T00:00:00Z"),
            (1_709_181_296, "2024-02-29T04:34:56Z"),
            (1_704_067_199, "2023-12-31T23:59:59Z"),
            (LAST_SECOND, "9999-12-31T23:59:59Z"),
            (LAST_SECOND + 1, "9999-12-31T23:59:59Z"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(date(before), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn the_digest_of_nothing_is_right() {
        assert_eq!(EMPTY_BODY, sha256_hex(b""));
    }
}
