use super::*;

async fn issued(backend: &Backend, text: &str) -> Issue {
    let limits = quotas(&["1/60s"]);
    let issue = backend
        .store
        .issue(&mobile(), &code(text), TTL, &limits)
        .await
        .unwrap();
    assert!(matches!(issue, Issue::Issued { .. }), "{issue:?}");
    issue
}

async fn check(backend: &Backend, attempt: &str) -> CheckOutcome {
    check_with(backend, attempt, &rules(5, &[])).await
}

async fn check_with(backend: &Backend, attempt: &str, rules: &CheckRules) -> CheckOutcome {
    backend
        .store
        .check(&mobile(), attempt, rules)
        .await
        .unwrap()
        .outcome
}

async fn note(backend: &Backend, text: &str, sender: &str) {
    backend
        .store
        .note_sender(&mobile(), &code(text), sender)
        .await
        .unwrap();
}

/// Checks a code that must be right, and gives the sender that is told with it.
async fn sender_of(backend: &Backend, right: &str) -> Option<String> {
    let checked = backend.store.check(&mobile(), right, &rules(5, &[])).await;
    let Checked { outcome, sender } = checked.unwrap();
    assert_eq!(outcome, CheckOutcome::Verified);
    sender
}

pub(crate) async fn a_code_works_only_once(backend: &Backend) {
    issued(backend, "123456").await;
    assert!(backend.keeps(&mobile(), Some("123456")).await);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Verified);
    assert!(backend.keeps(&mobile(), None).await);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
}

pub(crate) async fn a_code_expires(backend: &Backend) {
    issued(backend, "123456").await;
    check(backend, "000000").await;
    backend.advance(TTL).await;
    assert!(backend.keeps(&mobile(), None).await);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
}

pub(crate) async fn a_code_is_void_after_the_last_attempt(backend: &Backend) {
    issued(backend, "123456").await;
    for attempts_left in [4, 3, 2, 1, 0] {
        assert_eq!(
            check(backend, "000000").await,
            CheckOutcome::Mismatch { attempts_left }
        );
    }
    assert!(backend.keeps(&mobile(), None).await);
    assert_eq!(
        check(backend, "123456").await,
        CheckOutcome::TooManyAttempts
    );
    backend.advance(seconds(60)).await;
    issued(backend, "654321").await;
    assert_eq!(
        check(backend, "000000").await,
        CheckOutcome::Mismatch { attempts_left: 4 }
    );
    assert_eq!(check(backend, "654321").await, CheckOutcome::Verified);
}

pub(crate) async fn a_number_has_a_quota_of_sends(backend: &Backend) {
    let limits = quotas(&["1/60s", "2/1h"]);
    let issue = async |text: &str| {
        let code = code(text);
        backend
            .store
            .issue(&mobile(), &code, TTL, &limits)
            .await
            .unwrap()
    };
    let next_slot_in = seconds(60);
    assert!(
        matches!(issue("111111").await, Issue::Issued { next_slot_in: next, .. } if next == next_slot_in)
    );
    backend.advance(seconds(45)).await;
    let retry_after = seconds(15);
    assert_eq!(issue("222222").await, Issue::TooOften { retry_after });
    assert!(backend.keeps(&mobile(), Some("111111")).await);
    backend.advance(retry_after).await;
    let next_slot_in = seconds(3540);
    assert!(
        matches!(issue("333333").await, Issue::Issued { next_slot_in: next, .. } if next == next_slot_in)
    );
    backend.advance(seconds(60)).await;
    let retry_after = seconds(3480);
    assert_eq!(issue("444444").await, Issue::TooOften { retry_after });
}

pub(crate) async fn a_number_has_a_quota_of_failures(backend: &Backend) {
    let rules = rules(5, &["2/24h"]);
    issued(backend, "111111").await;
    check_with(backend, "000000", &rules).await;
    backend.advance(seconds(60)).await;
    issued(backend, "222222").await;
    check_with(backend, "000000", &rules).await;
    let refused = check_with(backend, "222222", &rules).await;
    assert_eq!(refused, CheckOutcome::TooManyAttempts);
    backend.advance(seconds(24 * 3600)).await;
    issued(backend, "333333").await;
    assert_eq!(
        check_with(backend, "333333", &rules).await,
        CheckOutcome::Verified
    );
}

pub(crate) async fn a_code_deleted_by_another_program_is_gone(backend: &Backend) {
    issued(backend, "123456").await;
    check(backend, "000000").await;
    backend.delete_code(&mobile()).await;
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
}

pub(crate) async fn a_settled_send_leaves_nothing_behind(backend: &Backend) {
    let Issue::Issued { slot, .. } = issued(backend, "123456").await else {
        unreachable!("checked by `issued`");
    };
    let settlement = Settlement::GiveBack(slot);
    backend
        .store
        .settle(&mobile(), &code("123456"), settlement)
        .await
        .unwrap();
    assert!(backend.keeps(&mobile(), None).await);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
    issued(backend, "654321").await;
}

pub(crate) async fn a_provider_limit_keeps_the_slot(backend: &Backend) {
    issued(backend, "123456").await;
    backend
        .store
        .settle(&mobile(), &code("123456"), Settlement::KeepSlot)
        .await
        .unwrap();
    assert!(backend.keeps(&mobile(), None).await);
    let limits = quotas(&["1/60s"]);
    let again = backend
        .store
        .issue(&mobile(), &code("654321"), TTL, &limits)
        .await
        .unwrap();
    assert_eq!(
        again,
        Issue::TooOften {
            retry_after: seconds(60)
        }
    );
}

pub(crate) async fn a_late_settlement_leaves_a_newer_code_alone(backend: &Backend) {
    let Issue::Issued { slot, .. } = issued(backend, "111111").await else {
        unreachable!("checked by `issued`");
    };
    backend.advance(seconds(60)).await;
    issued(backend, "222222").await;
    let settlement = Settlement::GiveBack(slot);
    backend
        .store
        .settle(&mobile(), &code("111111"), settlement)
        .await
        .unwrap();
    assert_eq!(check(backend, "222222").await, CheckOutcome::Verified);
}

pub(crate) async fn a_sender_is_told_with_the_right_code_alone(backend: &Backend) {
    issued(backend, "123456").await;
    note(backend, "123456", "first").await;
    note(backend, "123456", "second").await;
    let wrong = backend
        .store
        .check(&mobile(), "000000", &rules(5, &[]))
        .await;
    assert_eq!(wrong.unwrap().sender, None);
    let sender = sender_of(backend, "123456").await;
    assert_eq!(sender.as_deref(), Some("second"));
}

pub(crate) async fn a_sender_belongs_to_one_code(backend: &Backend) {
    note(backend, "111111", "too early").await;
    issued(backend, "111111").await;
    note(backend, "222222", "of another code").await;
    assert_eq!(sender_of(backend, "111111").await, None);

    backend.advance(seconds(60)).await;
    issued(backend, "222222").await;
    note(backend, "222222", "of an older code").await;
    backend.advance(seconds(60)).await;
    issued(backend, "333333").await;
    note(backend, "222222", "too late").await;
    assert_eq!(sender_of(backend, "333333").await, None);
}

pub(crate) async fn a_sender_is_forgotten_with_its_code(backend: &Backend) {
    issued(backend, "111111").await;
    note(backend, "111111", "settled").await;
    backend
        .store
        .settle(&mobile(), &code("111111"), Settlement::KeepSlot)
        .await
        .unwrap();
    backend.advance(seconds(60)).await;
    issued(backend, "111111").await;
    assert_eq!(sender_of(backend, "111111").await, None);

    backend.advance(seconds(60)).await;
    issued(backend, "222222").await;
    note(backend, "222222", "expired").await;
    backend.advance(TTL).await;
    issued(backend, "222222").await;
    assert_eq!(sender_of(backend, "222222").await, None);
}

pub(crate) async fn invariant_3_a_code_is_compared_no_more_than_the_maximum(backend: &Backend) {
    issued(backend, "123456").await;
    let outcomes = at_once(100, |_| {
        let store = Arc::clone(&backend.store);
        async move {
            store
                .check(&mobile(), "000000", &rules(5, &[]))
                .await
                .unwrap()
                .outcome
        }
    })
    .await;
    let mut left: Vec<u8> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            CheckOutcome::Mismatch { attempts_left } => Some(*attempts_left),
            _ => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

pub(crate) async fn invariant_3_a_code_is_accepted_once(backend: &Backend) {
    issued(backend, "123456").await;
    let outcomes = at_once(100, |_| {
        let store = Arc::clone(&backend.store);
        async move {
            store
                .check(&mobile(), "123456", &rules(5, &[]))
                .await
                .unwrap()
                .outcome
        }
    })
    .await;
    let verified = outcomes
        .iter()
        .filter(|&&outcome| outcome == CheckOutcome::Verified);
    assert_eq!(verified.count(), 1);
}

pub(crate) async fn invariant_4_a_quota_holds_under_concurrency(backend: &Backend) {
    let outcomes = at_once(200, |_| {
        let store = Arc::clone(&backend.store);
        async move {
            let limits = quotas(&["3/60s"]);
            store
                .issue(&mobile(), &code("123456"), TTL, &limits)
                .await
                .unwrap()
        }
    })
    .await;
    let issued = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Issue::Issued { .. }));
    assert_eq!(issued.count(), 3);
}
