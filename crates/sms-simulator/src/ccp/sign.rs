//! How CCP signs (yuntongxun.com, `doc/rest/sms/3_2_2_2.html`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

/// The parameter `sig`: MD5 in upper-case hexadecimal digits.
pub(super) fn sig(account: &str, token: &str, timestamp: &str) -> String {
    let digest = Md5::digest(format!("{account}{token}{timestamp}"));
    base16ct::upper::encode_string(&digest)
}

/// What `Authorization` says: account and timestamp, which may be empty; `Err` names the code of
/// what is wrong.
pub(super) fn read_authorization(value: &str) -> Result<(String, String), &'static str> {
    let bytes = STANDARD.decode(value).map_err(|_| "111102")?;
    let text = String::from_utf8(bytes).map_err(|_| "111103")?;
    let (account, timestamp) = text.split_once(':').ok_or("111103")?;
    Ok((account.to_owned(), timestamp.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendors_sdk_signs_the_same() {
        let account = "8aaf0708000000000000000000000a01";
        let sig = sig(
            account,
            "0123456789abcdef0123456789abcdef",
            "20240229123456",
        );
        assert_eq!(sig, "6C91553B075FFCD72CB016F0844DC68B");
        let header = "OGFhZjA3MDgwMDAwMDAwMDAwMDAwMDAwMDAwMDBhMDE6MjAyNDAyMjkxMjM0NTY=";
        let expected = (account.to_owned(), "20240229123456".to_owned());
        assert_eq!(read_authorization(header), Ok(expected));
    }

    #[test]
    fn a_scheme_in_front_or_an_open_end_is_not_base64() {
        for header in ["Basic OGFh", "OGF", "OGF-", ""] {
            let code = if header.is_empty() {
                "111103"
            } else {
                "111102"
            };
            assert_eq!(read_authorization(header), Err(code), "{header:?}");
        }
    }
}
