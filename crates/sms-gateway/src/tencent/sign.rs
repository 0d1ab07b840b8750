//! Tencent Cloud's signature TC3-HMAC-SHA256, from the vendor's description of its API 3.0
//! (cloud.tencent.com, `document/api/382/38780` and the pages beside it), its Python package
//! `tencentcloud-sdk-python-common`, and its repository `TencentCloud/signature-process-demo`.

use std::fmt::Write;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use crate::sha256::{hex, hmac_sha256, sha256_hex};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// 9999-12-31 23:59:59, in seconds since the Unix epoch: later years have five digits.
const LAST_SECOND: u64 = 253_402_300_799;

/// A `POST` to `/`: all that is signed of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// The first part of the product's host name, such as `sms`.
    pub(super) service: &'a str,
    /// The headers that are signed, in the order of their names: `content-type` and `host` at
    /// least. Names and values are in lower case, `content-type` apart, which is as it is sent.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// Seconds since the Unix epoch; the day of those after the year 9999 is the last of that.
    pub(super) timestamp: u64,
    /// The very bytes that are sent.
    pub(super) body: &'a [u8],
}

impl Call<'_> {
    /// The header `Authorization`.
    pub(super) fn authorization(&self, secret_id: &str, secret_key: &SecretString) -> String {
        let scope = self.scope();
        let signed = self.signed_headers();
        let signature = self.signature(secret_key);
        format!(
            "{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={signed}, \
             Signature={signature}"
        )
    }

    fn signature(&self, secret_key: &SecretString) -> String {
        let text = format!(
            "{ALGORITHM}\n{}\n{}\n{}",
            self.timestamp,
            self.scope(),
            sha256_hex(self.canonical().as_bytes())
        );
        let [.., signing] = self.keys(secret_key);
        hex(&hmac_sha256(&signing, text.as_bytes()))
    }

    /// The keys of the day, of the service and of the signature, each made from the one before.
    fn keys(&self, secret_key: &SecretString) -> [[u8; 32]; 3] {
        let secret = SecretString::from(format!("TC3{}", secret_key.expose_secret()));
        let day = hmac_sha256(secret.expose_secret().as_bytes(), self.day().as_bytes());
        let service = hmac_sha256(&day, self.service.as_bytes());
        let signing = hmac_sha256(&service, b"tc3_request");
        [day, service, signing]
    }

    fn canonical(&self) -> String {
        let mut headers = String::new();
        for (name, value) in self.headers {
            // Writing to a `String` does not fail.
            let _ = writeln!(headers, "{name}:{value}");
        }
        let signed = self.signed_headers();
        let body = sha256_hex(self.body);
        format!("POST\n/\n\n{headers}\n{signed}\n{body}")
    }

    fn signed_headers(&self) -> String {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| *name).collect();
        names.join(";")
    }

    fn scope(&self) -> String {
        format!("{}/{}/tc3_request", self.day(), self.service)
    }

    /// The day of the timestamp in UTC, as `yyyy-MM-dd`.
    fn day(&self) -> String {
        let seconds = self.timestamp.min(LAST_SECOND);
        let time = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
        format!("{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARS: &str = "********************************";

    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    /// The example of the vendor's description, with the values on the way.
    #[test]
    fn the_vendors_example_is_signed_the_same() {
        let body = "{\"Limit\": 1, \"Filters\": [{\"Values\": \
            [\"\\u672a\\u547d\\u540d\"], \"Name\": \"instance-name\"}]}";
        let call = Call {
            service: "cvm",
            headers: &[
                JSON,
                ("host", "cvm.tencentcloudapi.com"),
                ("x-tc-action", "describeinstances"),
            ],
            timestamp: 1_551_113_065,
            body: body.as_bytes(),
        };
        assert_eq!(
            sha256_hex(call.body),
            "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            sha256_hex(call.canonical().as_bytes()),
            "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
        );
        let key = STARS.into();
        assert_eq!(
            call.keys(&key).map(|key| hex(&key)),
            [
                "da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0",
                "8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f",
                "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af",
            ]
        );
        assert_eq!(
            call.authorization(&format!("AKID{STARS}"), &key),
            format!(
                "TC3-HMAC-SHA256 Credential=AKID{STARS}/2019-02-25/cvm/tc3_request, \
                 SignedHeaders=content-type;host;x-tc-action, \
                 Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
            )
        );
    }

    #[test]
    fn the_vendors_sdk_signs_a_message_the_same() {
        let body = "{\"PhoneNumberSet\":[\"+8613800000000\"],\"SmsSdkAppId\":\"1400000001\",\
            \"SignName\":\"腾讯云\",\"TemplateId\":\"1234\",\"TemplateParamSet\":[\"6532\",\"5\"],\
            \"SessionContext\":\"m-1\"}";
        let call = Call {
            service: "sms",
            headers: &[JSON, ("host", "sms.tencentcloudapi.com")],
            timestamp: 1_709_181_296,
            body: body.as_bytes(),
        };
        assert_eq!(
            sha256_hex(call.body),
            "a17159864b6d10d248876349f7c192ef2cee2c0ae8fd418b11f1d9d73207ff90"
        );
        assert_eq!(
            sha256_hex(call.canonical().as_bytes()),
            "01af1081f781be0f1f66349fa13126a943a7aed09b3a83cb117e89487aa9ed4f"
        );
        assert_eq!(
            call.signature(&"EXAMPLESECRETKEY0000000000000000".into()),
            "c4a3e5d6125f4f05b22f754845db5fbf72af1dfdfd3a1f4292ee196f31240f7e"
        );
    }

    #[test]
    fn the_day_is_that_of_the_timestamp_in_utc() {
        let rows = [
            (0, "1970-01-01"),
            (1_709_164_799, "2024-02-28"),
            (1_709_164_800, "2024-02-29"),
            (1_709_251_199, "2024-02-29"),
            (LAST_SECOND, "9999-12-31"),
            (u64::MAX, "9999-12-31"),
        ];
        for (timestamp, expected) in rows {
            let call = Call {
                service: "sms",
                headers: &[],
                timestamp,
                body: b"",
            };
            assert_eq!(call.day(), expected);
        }
    }
}
