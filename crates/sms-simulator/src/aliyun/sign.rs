//! How Aliyun signs, version 3 (help.aliyun.com, `sdk/product-overview/v3-request-structure-and-signature`).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::request::Request;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The parts of an `Authorization`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) key_id: &'a str,
    pub(super) signed: Vec<&'a str>,
    pub(super) signature: &'a str,
}

/// Reads `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`, without spaces behind commas.
pub(super) fn read_authorization(value: &str) -> Option<Authorization<'_>> {
    let rest = value.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let parts: Vec<_> = rest.split(',').collect();
    let [key_id, signed, signature] = parts[..] else {
        return None;
    };
    let signed = signed.strip_prefix("SignedHeaders=")?;
    Some(Authorization {
        key_id: key_id.strip_prefix("Credential=")?,
        signed: signed.split(';').collect(),
        signature: signature.strip_prefix("Signature=")?,
    })
}

/// The signature that a request must have.
pub(super) fn signature(request: &Request, signed: &[&str], secret: &str) -> String {
    let canonical = canonical_request(request, signed);
    let to_sign = format!("{ALGORITHM}\n{}", hash(canonical.as_bytes()));
    // HMAC takes a key of any length.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mac = mac.map(|mac| mac.chain_update(to_sign).finalize().into_bytes());
    mac.map(|mac| base16ct::lower::encode_string(&mac))
        .unwrap_or_default()
}

/// SHA-256 in lower-case hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

fn canonical_request(request: &Request, signed: &[&str]) -> String {
    let mut pairs = request.query_pairs();
    pairs.sort();
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    let query = pairs.collect::<Vec<_>>().join("&");
    let headers = signed.iter().map(|name| {
        let value = request.header(name).unwrap_or_default();
        format!("{name}:{}\n", value.trim())
    });
    format!(
        "{}\n{}\n{query}\n{}\n{}\n{}",
        request.method,
        request.path,
        headers.collect::<String>(),
        signed.join(";"),
        hash(&request.body)
    )
}

/// Percent-encoding as RFC 3986 has it.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, query: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: query.to_owned(),
            ..Request::default()
        };
        request.set_header("host", host);
        request.set_header("x-acs-content-sha256", &hash(b""));
        for (name, value) in headers {
            request.set_header(name, value);
        }
        request
    }

    const SIGNED: [&str; 6] = [
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    ];

    #[test]
    fn the_published_example_has_its_signature() {
        let request = request(
            "ecs.cn-shanghai.aliyuncs.com",
            "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            &[
                ("x-acs-action", "RunInstances"),
                ("x-acs-version", "2014-05-26"),
                ("x-acs-date", "2023-10-26T10:22:32Z"),
                ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ],
        );
        assert_eq!(
            hash(canonical_request(&request, &SIGNED).as_bytes()),
            "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
        );
        assert_eq!(
            signature(&request, &SIGNED, "YourAccessKeySecret"),
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn a_message_signed_by_the_sdk_has_its_signature() {
        let written = [
            "PhoneNumbers=13800000000&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95\
             &TemplateCode=SMS_154950909&TemplateParam=%7B%22code%22%3A%221234%22%7D",
            "TemplateParam={\"code\":\"1234\"}&TemplateCode=SMS_154950909&SignName=阿里云短信测试\
             &PhoneNumbers=13800000000",
        ];
        for query in written {
            let request = request(
                "dysmsapi.aliyuncs.com",
                query,
                &[
                    ("x-acs-action", "SendSms"),
                    ("x-acs-version", "2017-05-25"),
                    ("x-acs-date", "2024-02-29T04:34:56Z"),
                    ("x-acs-signature-nonce", "00000000000000000000000000000001"),
                ],
            );
            assert_eq!(
                signature(&request, &SIGNED, "testSecret"),
                "568bcd9afc4f390bec31f4836e991fb6a4ffa9fcd5a5337083b2d2d3e905f36d"
            );
        }
    }

    #[test]
    fn a_space_is_one_however_it_is_written() {
        let signature = |query| signature(&request("h", query, &[]), &["host"], "s");
        assert_eq!(signature("a=b+c"), signature("a=b%20c"));
        assert_ne!(signature("a=b%2Bc"), signature("a=b%20c"));
        assert_eq!(encode("a b*~é/"), "a%20b%2A~%C3%A9%2F");
    }

    #[test]
    fn an_authorization_has_its_form_to_the_letter() {
        let value = "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=a;b,Signature=00";
        let read = read_authorization(value).unwrap();
        assert_eq!((read.key_id, read.signature), ("id", "00"));
        assert_eq!(read.signed, ["a", "b"]);
        for value in [
            "",
            "ACS3-HMAC-SHA256 Credential=id, SignedHeaders=a, Signature=00",
            "ACS3-HMAC-SHA256 Credential=id,Signature=00,SignedHeaders=a",
            "ACS3-HMAC-SHA1 Credential=id,SignedHeaders=a,Signature=00",
            "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=a,Signature=00,",
        ] {
            assert_eq!(read_authorization(value), None, "{value}");
        }
    }
}
