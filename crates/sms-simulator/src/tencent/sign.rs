//! How Tencent Cloud signs, TC3 (GitHub `TencentCloud/signature-process-demo`).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::request::Request;

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The parts of an `Authorization`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) secret_id: &'a str,
    /// The day, the service and `tc3_request`.
    pub(super) scope: &'a str,
    pub(super) signed: Vec<&'a str>,
    pub(super) signature: &'a str,
}

/// Reads `TC3-HMAC-SHA256 Credential=ID/day/service/tc3_request, SignedHeaders=…, Signature=…`.
pub(super) fn read_authorization(value: &str) -> Option<Authorization<'_>> {
    let rest = value.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let parts: Vec<_> = rest.split(',').map(str::trim_start).collect();
    let [credential, signed, signature] = parts[..] else {
        return None;
    };
    let (secret_id, scope) = credential.strip_prefix("Credential=")?.split_once('/')?;
    let signed = signed.strip_prefix("SignedHeaders=")?;
    Some(Authorization {
        secret_id,
        scope,
        signed: signed.split(';').collect(),
        signature: signature.strip_prefix("Signature=")?,
    })
}

/// The signature that a request must have. `scope` is a day in UTC, the service and `tc3_request`.
pub(super) fn signature(
    request: &Request,
    signed: &[&str],
    timestamp: i64,
    scope: &str,
    secret: &str,
) -> String {
    let canonical = hash(canonical_request(request, signed).as_bytes());
    let to_sign = format!("{ALGORITHM}\n{timestamp}\n{scope}\n{canonical}");
    let first = format!("TC3{secret}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| hmac(&key, part));
    base16ct::lower::encode_string(&hmac(&key, &to_sign))
}

fn canonical_request(request: &Request, signed: &[&str]) -> String {
    let headers = signed.iter().map(|name| {
        let value = request.header(name).unwrap_or_default().trim();
        // What is Tencent's own is signed in lower case.
        if name.starts_with("x-tc-") {
            format!("{name}:{}\n", value.to_lowercase())
        } else {
            format!("{name}:{value}\n")
        }
    });
    format!(
        "{}\n{}\n{}\n{}\n{}\n{}",
        request.method,
        request.path,
        request.query,
        headers.collect::<String>(),
        signed.join(";"),
        hash(&request.body)
    )
}

fn hash(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes a key of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key);
    mac.map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, action: &str, body: &str) -> Request {
        let mut request = Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            body: body.as_bytes().to_vec(),
            ..Request::default()
        };
        request.set_header("host", host);
        request.set_header("content-type", "application/json; charset=utf-8");
        request.set_header("x-tc-action", action);
        request
    }

    #[test]
    fn the_published_example_has_its_values() {
        let body = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let request = request("cvm.tencentcloudapi.com", "DescribeInstances", body);
        let signed = ["content-type", "host", "x-tc-action"];
        assert_eq!(
            hash(body.as_bytes()),
            "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            hash(canonical_request(&request, &signed).as_bytes()),
            "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
        );
        let (secret, scope) = ("*".repeat(32), "2019-02-25/cvm/tc3_request");
        assert_eq!(
            signature(&request, &signed, 1_551_113_065, scope, &secret),
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
        );
    }

    #[test]
    fn a_message_signed_by_the_sdk_has_its_signature() {
        let body = r#"{"PhoneNumberSet":["+8613800000000"],"SmsSdkAppId":"1400000001","SignName":"腾讯云","TemplateId":"1234","TemplateParamSet":["6532","5"],"SessionContext":"m-1"}"#;
        assert_eq!(
            hash(body.as_bytes()),
            "a17159864b6d10d248876349f7c192ef2cee2c0ae8fd418b11f1d9d73207ff90"
        );
        let request = request("sms.tencentcloudapi.com", "SendSms", body);
        let signed = ["content-type", "host"];
        let (secret, scope) = (
            "EXAMPLESECRETKEY0000000000000000",
            "2024-02-29/sms/tc3_request",
        );
        assert_eq!(
            signature(&request, &signed, 1_709_181_296, scope, secret),
            "c4a3e5d6125f4f05b22f754845db5fbf72af1dfdfd3a1f4292ee196f31240f7e"
        );
    }

    #[test]
    fn an_authorization_has_its_parts() {
        let value = "TC3-HMAC-SHA256 Credential=id/2024-02-29/sms/tc3_request, SignedHeaders=a;b, Signature=00";
        let read = read_authorization(value).unwrap();
        assert_eq!(
            (read.secret_id, read.scope),
            ("id", "2024-02-29/sms/tc3_request")
        );
        assert_eq!((read.signed, read.signature), (vec!["a", "b"], "00"));
        for value in [
            "",
            "TC3-HMAC-SHA256 Credential=id, SignedHeaders=a, Signature=00",
        ] {
            assert_eq!(read_authorization(value), None, "{value}");
        }
    }
}
