use super::*;
use crate::{Quotas, SmsCode};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const TTL: Duration = Duration::from_secs(600);

fn after(seconds: u64) -> Timestamp {
    NOW.after(Duration::from_secs(seconds))
}

fn service(digit: char) -> ServiceSid {
    ServiceSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

fn start(digit: char, code: &str) -> Start<SmsCode> {
    let hex = digit.to_string().repeat(32);
    Start {
        service: service('a'),
        sid: VerificationSid::from_hex(&hex).unwrap(),
        code: SmsCode::custom(code).unwrap(),
        send: AttemptSid::from_hex(&hex).unwrap(),
    }
}

fn rules(quotas: &[&str]) -> StartRules {
    StartRules {
        ttl: TTL,
        max_sends: 5,
        quotas: Quotas::parse(quotas).unwrap(),
        failures: Quotas::parse(&["9/1h"]).unwrap(),
    }
}

fn begun(record: &mut NumberRecord, now: Timestamp, digit: char) -> Started<SmsCode> {
    let wish = start(digit, &digit.to_string().repeat(6));
    record
        .start_verification(now, wish, &rules(&[]), false)
        .unwrap()
}

fn check(record: &mut NumberRecord, now: Timestamp, code: &str) -> VerificationCheck {
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::parse(&["9/1h"]).unwrap(),
    };
    let current = Which {
        service: service('a'),
        sid: None,
    };
    record.check_verification(now, current, &rules, false, |kept| kept.matches(code))
}

#[test]
fn a_pending_verification_keeps_its_code_name_and_end() {
    let mut record = NumberRecord::default();
    let first = begun(&mut record, NOW, '1').verification;
    let second = begun(&mut record, after(30), '2');
    assert_eq!(second.code.expose(), "111111");
    assert_eq!(second.verification.sid, first.sid);
    assert_eq!(second.verification.expires_at, after(600));
    assert_eq!(second.verification.updated_at, after(30));
    assert_eq!(second.verification.sends.len(), 2);
}

#[test]
fn whoever_guesses_is_not_told_that_it_was_the_last_time() {
    let mut record = NumberRecord::default();
    begun(&mut record, NOW, '1');
    for guess in 1..=5 {
        let VerificationCheck::Wrong(told) = check(&mut record, after(guess), "000000") else {
            panic!("guess {guess} was compared");
        };
        assert_eq!(told.status, VerificationStatus::Pending);
    }
    let retry_after = Duration::from_secs(590);
    for code in ["000000", "111111"] {
        let refused = check(&mut record, after(10), code);
        assert_eq!(refused, VerificationCheck::TooMany { retry_after });
    }
    let again = record.start_verification(after(10), start('2', "222222"), &rules(&[]), false);
    let refused = again.unwrap_err();
    assert_eq!(refused, StartRefusal::ChecksExhausted { retry_after });
}

#[test]
fn everything_begins_anew_when_a_verification_is_over() {
    let mut record = NumberRecord::default();
    for _ in 0..5 {
        begun(&mut record, NOW, '1');
    }
    check(&mut record, NOW, "000000");
    let full = record.start_verification(NOW, start('2', "222222"), &rules(&[]), false);
    assert!(matches!(
        full.unwrap_err(),
        StartRefusal::SendsExhausted { .. }
    ));
    assert_eq!(
        check(&mut record, after(600), "111111"),
        VerificationCheck::Missing
    );
    let next = begun(&mut record, after(600), '3').verification;
    assert_eq!((next.sid, next.sends.len()), (start('3', "333333").sid, 1));
}

#[test]
fn a_message_that_failed_takes_the_verification_with_it_only_if_it_was_the_first() {
    let mut record = NumberRecord::default();
    let which = Which {
        service: service('a'),
        sid: None,
    };
    let first = begun(&mut record, NOW, '1');
    let second = begun(&mut record, after(30), '2');
    let (sid, keep) = (first.verification.sid, Settlement::KeepSlot);
    record.settle_verification(service('a'), sid, start('2', "222222").send, keep);
    assert!(record.verification(second.slot, which).is_some());
    record.settle_verification(service('a'), sid, start('1', "111111").send, keep);
    assert_eq!(record.verification(second.slot, which), None);
}

#[test]
fn a_record_is_kept_as_long_as_its_verification() {
    let mut record = NumberRecord::default();
    begun(&mut record, NOW, '1');
    assert_eq!(record.expires_at(), Some(after(600)));
    check(&mut record, NOW, "000000");
    assert_eq!(record.expires_at(), Some(after(3600)));
}

#[test]
fn no_more_canceled_verifications_are_remembered_than_there_may_be() {
    let mut record = NumberRecord::default();
    for digit in "0123456789abcd".chars() {
        let sid = begun(&mut record, NOW, digit).verification.sid;
        let ended = record.end_verification(NOW, service('a'), sid, VerificationEnd::Canceled);
        assert_eq!(ended.unwrap().status, VerificationStatus::Canceled);
    }
    let known = |digit| {
        let which = Which {
            service: service('a'),
            sid: Some(start(digit, "000000").sid),
        };
        record.verification(NOW, which).is_some()
    };
    assert!(!known('0') && !known('2') && known('3') && known('d'));
}
