//! What those who run the service see of a number, and what they let be forgotten.

use std::time::Duration;

use sms_core::{
    AttemptSid, CheckOutcome, CodeState, Issue, NumberScope, NumberState, ServiceSid, SmsCode,
    Start, StartRefusal, StartRules, Started, VerificationSid, Which,
};

use crate::contract::Candidate;
use crate::contract::given::{TTL, address, code, mobile, quotas, rules, seconds};
use crate::{CodeStore, Document, Log, OperatorStore, Slot, VerificationStore};

/// Times to live in Redis are in real time, of which a test takes little.
const SLACK: Duration = Duration::from_secs(30);

fn service(digit: &str) -> ServiceSid {
    ServiceSid::from_hex(&digit.repeat(32)).unwrap()
}

fn scope() -> NumberScope {
    NumberScope {
        max_attempts: 2,
        services: ["a", "b"].map(service).to_vec(),
        most_times: 100,
    }
}

fn start_rules() -> StartRules {
    StartRules {
        ttl: TTL,
        max_sends: 5,
        quotas: quotas(&["3/1h"]),
        failures: quotas(&["3/24h"]),
    }
}

async fn start(
    candidate: &impl Candidate<Store: OperatorStore>,
) -> Result<Started<SmsCode>, StartRefusal> {
    let start = Start {
        service: service("a"),
        sid: VerificationSid::from_hex(&"1".repeat(32)).unwrap(),
        code: code("246813"),
        send: AttemptSid::from_hex(&"2".repeat(32)).unwrap(),
    };
    let (mobile, rules) = (mobile(), start_rules());
    let store = candidate.store();
    let started = store.start_verification(&mobile, &start, &rules).await;
    started.unwrap()
}

async fn issue(candidate: &impl Candidate<Store: OperatorStore>) -> Issue {
    let (mobile, code, limits) = (mobile(), code("135790"), quotas(&["3/1h"]));
    let issue = candidate.store().issue(&mobile, &code, TTL, &limits).await;
    issue.unwrap()
}

async fn check(candidate: &impl Candidate<Store: OperatorStore>, attempt: &str) -> CheckOutcome {
    let rules = rules(2, &["3/24h"]);
    let checked = candidate.store().check(&mobile(), attempt, &rules).await;
    checked.unwrap().outcome
}

async fn fail_verification(candidate: &impl Candidate<Store: OperatorStore>) {
    let which = Which {
        service: service("a"),
        sid: None,
    };
    let (mobile, rules) = (mobile(), rules(2, &["3/24h"]));
    let store = candidate.store();
    let checked = store.check_verification(&mobile, which, "0000", &rules);
    checked.await.unwrap();
}

async fn state(candidate: &impl Candidate<Store: OperatorStore>) -> NumberState {
    candidate
        .store()
        .number_state(&mobile(), &scope())
        .await
        .unwrap()
}

async fn forget(candidate: &impl Candidate<Store: OperatorStore>) -> NumberState {
    candidate
        .store()
        .forget_number(&mobile(), &scope())
        .await
        .unwrap()
}

#[track_caller]
fn assert_code(state: &NumberState, attempts: u8, is_exhausted: bool) {
    let code = state.code.expect("there is a code");
    let CodeState { expires_at, .. } = code;
    assert_eq!((code.attempts, code.is_exhausted), (attempts, is_exhausted));
    let lasts = state.at.until(expires_at);
    assert!(lasts <= TTL && lasts + SLACK >= TTL, "{lasts:?}");
}

/// Of a number everything is told but its codes.
pub async fn of_a_number_everything_is_told_but_its_codes(
    candidate: &impl Candidate<Store: OperatorStore>,
) {
    let nothing = state(candidate).await;
    assert_eq!((nothing.code, nothing.verifications), (None, vec![]));
    assert!(nothing.sends.is_empty() && nothing.failures.is_empty() && !nothing.is_safe);
    issue(candidate).await;
    candidate.advance(seconds(1)).await;
    start(candidate).await.unwrap();
    check(candidate, "000000").await;
    fail_verification(candidate).await;
    let safe = Document::SafeNumber(mobile());
    candidate
        .store()
        .swap_document(safe, None, Some("GN"))
        .await
        .unwrap();
    let told = state(candidate).await;
    assert_code(&told, 1, false);
    assert_eq!(told.at, candidate.now());
    assert_eq!((told.sends.len(), told.failures.len()), (2, 2));
    assert_eq!(told.sends.used(told.at, seconds(1)), 1);
    assert!(told.is_safe);
    let [verification] = &told.verifications[..] else {
        panic!("{told:?}");
    };
    let (sid, checks) = (verification.told.sid, verification.checks);
    assert_eq!(sid.hex(), "1".repeat(32));
    assert_eq!((verification.service, checks), (service("a"), 1));
    let shown = format!("{told:?}");
    for code in ["135790", "246813"] {
        assert!(!shown.contains(code), "{shown}");
    }
}

/// Looking at a number changes nothing, and tells no more times than were asked for.
pub async fn looking_at_a_number_changes_nothing(candidate: &impl Candidate<Store: OperatorStore>) {
    issue(candidate).await;
    check(candidate, "000000").await;
    let (first, second) = (state(candidate).await, state(candidate).await);
    assert_eq!(first.sends, second.sends);
    let narrow = NumberScope {
        most_times: 1,
        ..scope()
    };
    issue(candidate).await;
    let looked = candidate.store().number_state(&mobile(), &narrow).await;
    assert_eq!(looked.unwrap().sends.len(), 1);
    assert_eq!(state(candidate).await.sends.len(), 2);
    assert_eq!(check(candidate, "135790").await, CheckOutcome::Verified);
}

/// A number whose quota is large is told and forgotten like any other.
pub async fn a_number_with_a_large_quota_is_told_and_forgotten(
    candidate: &impl Candidate<Store: OperatorStore>,
) {
    let (mobile, code, limits) = (mobile(), code("135790"), quotas(&["1000/1h"]));
    for _ in 0..3 {
        let issue = candidate.store().issue(&mobile, &code, TTL, &limits).await;
        issue.unwrap();
        candidate.advance(seconds(1)).await;
    }
    let narrow = NumberScope {
        most_times: 2,
        ..scope()
    };
    let told = candidate.store().number_state(&mobile, &narrow).await;
    assert_eq!(told.unwrap().sends.len(), 2);
    let told = state(candidate).await;
    let used = [1, 2, 3, 4].map(|span| told.sends.used(told.at, seconds(span)));
    assert_eq!(used, [0, 1, 2, 3]);
    assert_eq!(forget(candidate).await.sends.len(), 3);
    assert_eq!(state(candidate).await.sends.len(), 0);
}

/// What is forgotten of a number no longer stands in the way of a send.
pub async fn what_is_forgotten_of_a_number_no_longer_stands_in_the_way(
    candidate: &impl Candidate<Store: OperatorStore>,
) {
    start(candidate).await.unwrap();
    for _ in 0..2 {
        fail_verification(candidate).await;
    }
    issue(candidate).await;
    check(candidate, "000000").await;
    issue(candidate).await;
    assert!(matches!(issue(candidate).await, Issue::TooOften { .. }));
    assert!(matches!(
        start(candidate).await,
        Err(StartRefusal::NumberBlocked { .. })
    ));
    let before = forget(candidate).await;
    assert_eq!((before.sends.len(), before.failures.len()), (3, 3));
    assert!(before.verifications[0].is_exhausted());
    let after = state(candidate).await;
    assert!(after.sends.is_empty() && after.failures.is_empty());
    assert_eq!(after.verifications, []);
    assert_code(&after, 0, false);
    start(candidate).await.unwrap();
    assert!(matches!(issue(candidate).await, Issue::Issued { .. }));
}

/// A code that may still be given outlives the forgetting; a void one does not.
pub async fn a_code_is_forgotten_only_if_it_is_void(
    candidate: &impl Candidate<Store: OperatorStore>,
) {
    issue(candidate).await;
    start(candidate).await.unwrap();
    check(candidate, "000000").await;
    forget(candidate).await;
    assert_code(&state(candidate).await, 1, false);
    assert_eq!(state(candidate).await.verifications.len(), 1);
    check(candidate, "000000").await;
    assert_code(&forget(candidate).await, 2, true);
    assert_eq!(state(candidate).await.code, None);
    assert_eq!(check(candidate, "135790").await, CheckOutcome::Missing);
}

/// A log that is forgotten begins anew.
pub async fn a_log_that_is_forgotten_begins_anew(candidate: &impl Candidate<Store: OperatorStore>) {
    for limit in ["2/1h", "1000/1h"] {
        let logs = [Log::Requests(address()), Log::Pictures(address())];
        let limits = quotas(&[limit]);
        for log in logs {
            for _ in 0..2 {
                let taken = candidate.store().take_slot(log, &limits).await.unwrap();
                assert!(matches!(taken, Slot::Taken(_)), "{limit}");
            }
        }
        for count in [2, 0] {
            assert_eq!(candidate.store().forget_log(logs[0]).await.unwrap(), count);
        }
        let taken = candidate.store().take_slot(logs[0], &limits).await.unwrap();
        assert!(matches!(taken, Slot::Taken(_)), "{limit}");
        for (log, count) in logs.into_iter().zip([1, 2]) {
            assert_eq!(candidate.store().forget_log(log).await.unwrap(), count);
        }
    }
}
