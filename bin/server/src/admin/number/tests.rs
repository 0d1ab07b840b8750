use std::time::Duration;

use sms_core::{
    AttemptSid, CodeSend, CodeState, Mobile, NumberState, SendLog, ServiceSid, Timestamp,
    Verification, VerificationSid, VerificationState, VerificationStatus,
};

use super::{Rules, report};
use crate::config::Settings;

/// 2026-11-22T10:20:30Z
const NOW: Timestamp = Timestamp::from_millis(1_795_342_830_000);

const VERIFY: &str = "[verify]\naccount_sid = 'AC11111111111111111111111111111111'\n\
     auth_token = '0123456789abcdef'\n\
     [verify.services.bank]\nsid = 'VA22222222222222222222222222222222'\nfriendly_name = 'B'\n\
     per_mobile = ['3/1h']\n\
     [verify.services.shop]\nsid = 'VA11111111111111111111111111111111'\nfriendly_name = 'S'\n";

fn ago(seconds: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - seconds * 1000)
}

fn log(ages: &[u64]) -> SendLog {
    SendLog::of(ages.iter().copied().map(ago))
}

fn untouched() -> NumberState {
    NumberState {
        at: NOW,
        code: None,
        verifications: Vec::new(),
        sends: SendLog::default(),
        failures: SendLog::default(),
        is_safe: false,
    }
}

fn told(toml: &str, number: &str, state: &NumberState) -> String {
    let settings = Settings::from_toml(toml).unwrap();
    let rules = Rules::of(&settings).unwrap();
    let mobile = Mobile::parse(number).unwrap();
    report(&mobile, &rules, state).to_string()
}

fn verification(status: VerificationStatus, checks: u8) -> VerificationState {
    let send = CodeSend {
        sid: AttemptSid::from_hex(&"c".repeat(32)).unwrap(),
        at: ago(30),
    };
    VerificationState {
        service: ServiceSid::from_hex(&"1".repeat(32)).unwrap(),
        told: Verification {
            sid: VerificationSid::from_hex(&"b".repeat(32)).unwrap(),
            status,
            created_at: ago(30),
            updated_at: ago(30),
            expires_at: NOW.after(Duration::from_secs(570)),
            sends: vec![send],
        },
        checks,
    }
}

#[test]
fn of_a_number_that_nothing_is_known_of_everything_is_free() {
    let told = told("", "13800138000", &untouched());
    let expected = "number     138****8000 (CN)\n\
                    time       2026-11-22T10:20:30Z\n\
                    sends      0 of 1 in 1m, 0 of 5 in 1h, 0 of 10 in 1d\n\
                    failures   0 of 20 in 1d\n\
                    code       none pending\n\
                    next send  now\n";
    assert_eq!(told, expected);
}

#[test]
fn a_pending_code_is_told_with_its_attempts() {
    let state = NumberState {
        code: Some(CodeState {
            attempts: 2,
            expires_at: NOW.after(Duration::from_secs(258)),
            is_exhausted: false,
        }),
        sends: log(&[42, 900, 4000]),
        failures: log(&[10, 20]),
        ..untouched()
    };
    let told = told("", "+8613800138000", &state);
    for line in [
        "sends      1 of 1 in 1m, 2 of 5 in 1h, 3 of 10 in 1d\n",
        "failures   2 of 20 in 1d\n",
        "code       pending since 2026-11-22T10:19:48Z, until 2026-11-22T10:24:48Z, in 4 min 18 s; \
         3 of 5 attempts left\n",
        "next send  2026-11-22T10:20:48Z, in 18 s: limits.per_mobile\n",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

#[test]
fn what_is_used_up_is_told_with_the_key_that_says_so() {
    let locked = NumberState {
        code: Some(CodeState {
            attempts: 5,
            expires_at: NOW.after(Duration::from_secs(60)),
            is_exhausted: true,
        }),
        verifications: vec![verification(VerificationStatus::MaxAttemptsReached, 5)],
        sends: log(&[60, 120, 180]),
        ..untouched()
    };
    let text = told(VERIFY, "13800138000", &locked);
    for line in [
        "code       void for wrong codes, until 2026-11-22T10:21:30Z, in 1 min\nnext send  now\n",
        "service    bank\nsends      3 of 3 in 1h\ncode       none pending\n\
         next send  2026-11-22T11:17:30Z, in 57 min: verify.services.bank.per_mobile\n",
        "service    shop\ncode       void for wrong codes, until 2026-11-22T10:30:00Z, in 9 min 30 s\n\
         next send  2026-11-22T10:30:00Z, in 9 min 30 s: verify.services.shop.max_checks\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let failed = NumberState {
        verifications: vec![verification(VerificationStatus::Pending, 1)],
        failures: log(&[3600]),
        ..untouched()
    };
    let strict = format!("[limits]\nfailures_per_mobile = ['1/24h']\n{VERIFY}");
    let text = told(&strict, "13800138000", &failed);
    for line in [
        "failures   1 of 1 in 1d; no code is accepted before 2026-11-23T09:20:30Z, in 23 h\n",
        "; 4 of 5 checks left, 1 of 5 messages sent\n\
         next send  2026-11-23T09:20:30Z, in 23 h: limits.failures_per_mobile\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let safe = NumberState {
        is_safe: true,
        ..failed
    };
    let text = told(&strict, "13800138000", &safe);
    assert!(text.ends_with("next send  now\n"), "{text}");
}

#[test]
fn a_number_that_is_never_sent_to_is_told_so() {
    let text = told(VERIFY, "+33612345678", &untouched());
    for line in [
        "number     +336****78 (FR)\n",
        "next send  never: limits.countries lacks FR\n",
        "next send  never: the countries of shop lack FR\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_test_number_has_quotas_of_its_own() {
    let toml = "[[test_numbers]]\nnumber = '13800138000'\ncode = '123456'\nuntil = '2030-01-01'\n";
    let state = NumberState {
        sends: log(&[1; 10]),
        ..untouched()
    };
    let text = told(toml, "13800138000", &state);
    for line in [
        "test       it gets a fixed code, and no message\n",
        "sends      10 of 10 in 1m, 10 of 100 in 1d\n",
        "next send  2026-11-22T10:21:29Z, in 59 s: limits.per_test_number\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("123456"), "{text}");
}
