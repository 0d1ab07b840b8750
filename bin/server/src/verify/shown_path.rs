use super::masked::masked;

/// A path as an answer may repeat it: without `/v2` and the last slash, all that may be a phone
/// number masked, and nothing that a client would not write there.
pub(super) fn shown_path(path: &str) -> String {
    let path = path.strip_prefix("/v2").unwrap_or(path);
    let segments = path.trim_end_matches('/').split('/').map(shown);
    segments.collect::<Vec<_>>().join("/")
}

fn shown(segment: &str) -> String {
    let segment = segment.replace("%2B", "+").replace("%2b", "+");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-_.".contains(&byte);
    match () {
        () if is_sid(&segment) => segment,
        () if segment.bytes().all(is_plain) => masked(&segment),
        () => "…".to_owned(),
    }
}

/// Whether it is the name of anything that this face speaks of.
fn is_sid(segment: &str) -> bool {
    let (letters, digits) = segment.split_at_checked(2).unwrap_or_default();
    letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_repeated_without_a_number() {
        let sid = "VA01234567890123456789012345678901";
        let with_sid = format!("/v2/Services/{sid}/VerificationCheck/");
        let without_number = format!("/Services/{sid}/VerificationCheck");
        let rows = [
            ("/v2/Services", "/Services"),
            (&with_sid, &without_number),
            ("/v2", ""),
            ("/v2/", ""),
            ("/v2//x", "//x"),
            (
                "/v2/SafeList/Numbers/%2B8613800138000",
                "/SafeList/Numbers/+86138****8000",
            ),
            (
                "/v2/SafeList/Numbers/+33612345678",
                "/SafeList/Numbers/+336****78",
            ),
            ("/v2/%31%33%38/x", "/…/x"),
            ("/v2/a b\"<", "/…"),
        ];
        for (path, expected) in rows {
            assert_eq!(shown_path(path), expected, "{path}");
        }
    }
}
