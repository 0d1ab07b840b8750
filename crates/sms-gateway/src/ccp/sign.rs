//! The signature of a CCP request, from the vendor's description of the REST interface
//! (yuntongxun.com, `doc/rest/sms/3_2_2_2.html`) and its Python SDK (`ronglian-sms-sdk`).

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

/// Beijing is eight hours ahead of UTC, all year. The description says "system time" without a
/// zone; the vendor's SDKs take the local time of machines in China.
const BEIJING: u64 = 8 * 60 * 60;

/// 9999-12-31 23:59:59, in seconds since the Unix epoch: later years have five digits.
const LAST_SECOND: u64 = 253_402_300_799;

/// `now` as `yyyyMMddHHmmss` in UTC+8; times before 1970 or after 9999 as the nearest within.
pub(super) fn timestamp(now: SystemTime) -> String {
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = since_epoch
        .as_secs()
        .saturating_add(BEIJING)
        .min(LAST_SECOND);
    let local = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(seconds);
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        local.year(),
        u8::from(local.month()),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    )
}

/// The parameter `sig`: the upper-case hexadecimal MD5 digest of account, token and timestamp.
pub(super) fn sig(account_sid: &str, auth_token: &SecretString, timestamp: &str) -> String {
    let digest = Md5::new()
        .chain_update(account_sid)
        .chain_update(auth_token.expose_secret())
        .chain_update(timestamp)
        .finalize();
    let hex = String::with_capacity(2 * digest.len());
    digest.iter().fold(hex, |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

/// The header `Authorization`: account and timestamp in base64, without a scheme in front.
pub(super) fn authorization(account_sid: &str, timestamp: &str) -> String {
    STANDARD.encode(format!("{account_sid}:{timestamp}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "8aaf0708000000000000000000000a01";

    /// 2024-02-29 12:34:56 in Beijing.
    const LEAP_DAY: u64 = 1_709_181_296;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_vendors_sdk_signs_the_same() {
        let timestamp = timestamp(at(LEAP_DAY));
        assert_eq!(timestamp, "20240229123456");
        let token = SecretString::from("0123456789abcdef0123456789abcdef");
        assert_eq!(
            sig(ACCOUNT, &token, &timestamp),
            "6C91553B075FFCD72CB016F0844DC68B"
        );
        assert_eq!(
            authorization(ACCOUNT, &timestamp),
            "OGFhZjA3MDgwMDAwMDAwMDAwMDAwMDAwMDAwMDBhMDE6MjAyNDAyMjkxMjM0NTY="
        );
    }

    #[test]
    fn every_part_of_a_timestamp_has_its_width() {
        let rows = [
            (0, "19700101080000"),
            (1_704_038_399, "20231231235959"),
            (1_704_038_400, "20240101000000"),
            (1_704_135_845, "20240102030405"),
            (LAST_SECOND - BEIJING, "99991231235959"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(timestamp(at(seconds)), expected);
        }
    }

    #[test]
    fn no_clock_is_wrong_enough_to_break_it() {
        let before = UNIX_EPOCH - Duration::from_secs(100_000);
        assert_eq!(timestamp(before), "19700101080000");
        assert_eq!(timestamp(at(LAST_SECOND + 1)), "99991231235959");
    }
}
