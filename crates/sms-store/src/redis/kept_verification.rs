//! What scripts tell of a verification; `lua/verifications.lua` has the form.

use std::time::Duration;

use sms_core::{
    AttemptSid, CodeSend, Timestamp, Verification, VerificationSid, VerificationStatus,
};

/// Reads what is told of a verification; `None` if it has another form.
pub(super) fn read(told: &str) -> Option<Verification> {
    let mut parts = told.split_ascii_whitespace();
    let sid = VerificationSid::from_hex(parts.next()?).ok()?;
    let status = match parts.next()? {
        "p" => VerificationStatus::Pending,
        "a" => VerificationStatus::Approved,
        "c" => VerificationStatus::Canceled,
        "m" => VerificationStatus::MaxAttemptsReached,
        _ => return None,
    };
    let created_at = timestamp(parts.next()?)?;
    let updated_at = timestamp(parts.next()?)?;
    let lasts = Duration::from_millis(parts.next()?.parse().ok()?);
    // The last part is nothing where no message is left.
    let sends = parts.next().unwrap_or_default().split(',');
    let sends = sends.filter(|send| !send.is_empty());
    Some(Verification {
        sid,
        status,
        created_at,
        updated_at,
        expires_at: created_at.after(lasts),
        sends: sends.map(send).collect::<Option<_>>()?,
    })
}

fn send(told: &str) -> Option<CodeSend> {
    let (sid, at) = told.split_once('@')?;
    Some(CodeSend {
        sid: AttemptSid::from_hex(sid).ok()?,
        at: timestamp(at)?,
    })
}

fn timestamp(digits: &str) -> Option<Timestamp> {
    digits.parse().ok().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_verification_is_read_from_what_scripts_tell() {
        let (sid, send) = ("0a".repeat(16), "0b".repeat(16));
        let told = format!("{sid} m 1700000000000 1700000002000 600000 {send}@1700000000000");
        let at = Timestamp::from_millis;
        let expected = Verification {
            sid: VerificationSid::from_hex(&sid).unwrap(),
            status: VerificationStatus::MaxAttemptsReached,
            created_at: at(1_700_000_000_000),
            updated_at: at(1_700_000_002_000),
            expires_at: at(1_700_000_600_000),
            sends: vec![CodeSend {
                sid: AttemptSid::from_hex(&send).unwrap(),
                at: at(1_700_000_000_000),
            }],
        };
        assert_eq!(read(&told), Some(expected));
        for bad in [
            "",
            "-",
            &told[1..],
            &told.replace(" m ", " x "),
            &told.replace('@', ""),
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics(told in "\\PC{0,40}|[0-9a-f @,]{0,120}") {
            let _ = read(&told);
        }
    }
}
