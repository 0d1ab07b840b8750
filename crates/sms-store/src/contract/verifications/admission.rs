//! What must hold before a message of a verification goes out.

use sms_core::{Issue, StartRefusal, StartRules, VerificationCheck};

use super::given::{admit, begin, begun, current, service, start, start_rules, try_code, why};
use crate::contract::Candidate;
use crate::contract::given::{TTL, code, mobile, quotas, rules, seconds};
use crate::{CodeStore, Document, VerificationStore};

/// A plain code takes a slot of verifications too.
pub async fn invariant_4_both_faces_share_the_sends_of_a_number(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let limits = quotas(&["1/60s"]);
    candidate
        .store()
        .issue(&mobile(), &code("246810"), TTL, &limits)
        .await
        .unwrap();
    let rules = start_rules(&["1/60s"], &[]);
    let wish = start('1', "123456");
    let refused = candidate
        .store()
        .start_verification(&mobile(), &wish, &rules)
        .await;
    let retry_after = seconds(60);
    let refused = refused.unwrap().unwrap_err();
    assert_eq!(refused, StartRefusal::TooOften { retry_after });
}

/// Quotas with short windows forget nothing that longer windows count.
pub async fn invariant_4_a_service_with_quotas_of_its_own_forgets_nothing_of_others(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let (few, many) = (quotas(&["5/60s"]), quotas(&["3/1h"]));
    let own = StartRules {
        quotas: few.clone().remembering(&many),
        ..start_rules(&[], &[])
    };
    for digit in ['1', '2', '3'] {
        let wish = start(digit, "123456");
        assert!(
            candidate
                .store()
                .start_verification(&mobile(), &wish, &own)
                .await
                .unwrap()
                .is_ok()
        );
    }
    candidate.advance(seconds(120)).await;
    let refused = candidate
        .store()
        .issue(&mobile(), &code("246810"), TTL, &many)
        .await
        .unwrap();
    assert!(matches!(refused, Issue::TooOften { .. }), "{refused:?}");
}

/// Failures of plain codes and verifications block a number together, but not one that is on the
/// safe list.
pub async fn failures_block_a_number_unless_it_is_safe(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    for _ in 0..3 {
        candidate
            .store()
            .check(&mobile(), "000000", &rules(9, &["3/1h"]))
            .await
            .unwrap();
        candidate
            .store()
            .issue(&mobile(), &code("246810"), TTL, &quotas(&[]))
            .await
            .unwrap();
    }
    for _ in 0..2 {
        candidate
            .store()
            .check(&mobile(), "000000", &rules(9, &["3/1h"]))
            .await
            .unwrap();
    }
    let blocked = StartRefusal::NumberBlocked {
        retry_after: seconds(3600),
    };
    let refused = begin(candidate, &start('2', "123456")).await.unwrap_err();
    assert_eq!(refused, blocked);
    let right = try_code(candidate, current(service('a')), "123456").await;
    assert!(
        matches!(right, VerificationCheck::TooMany { .. }),
        "{right:?}"
    );

    let safe = Document::SafeNumber(mobile());
    let store = candidate.store();
    assert!(store.swap_document(safe, None, Some("GN")).await.unwrap());
    assert!(begin(candidate, &start('2', "123456")).await.is_ok());
    let right = try_code(candidate, current(service('a')), "123456").await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
    assert!(store.swap_document(safe, Some("GN"), None).await.unwrap());
    let refused = begin(candidate, &start('3', "123456")).await.unwrap_err();
    assert_eq!(refused, blocked);
}

/// Block, checks, messages, buckets, number, budget: the first that refuses is told, and none of
/// the others is counted.
pub async fn a_verification_is_refused_in_the_order_of_the_contract(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let free = start_rules(&["9/60s"], &[]);
    let often = start_rules(&["2/60s"], &[]);
    let few = StartRules {
        max_sends: 2,
        ..often.clone()
    };
    let wish = |digit| start(digit, "123456");
    assert_eq!(
        why(&admit(candidate, &wish('1'), &free, &["2/60s"], "x").await),
        "admitted"
    );
    assert_eq!(
        why(&admit(candidate, &wish('2'), &free, &["2/60s"], "x").await),
        "admitted"
    );
    // Everything is used up now: sends of the verification, bucket, number, budget.
    assert_eq!(
        why(&admit(candidate, &wish('3'), &few, &["2/60s"], "x").await),
        "sends"
    );
    assert_eq!(
        why(&admit(candidate, &wish('3'), &often, &["2/60s"], "x").await),
        "bucket"
    );
    assert_eq!(
        why(&admit(candidate, &wish('3'), &often, &["2/60s"], "y").await),
        "often"
    );
    assert_eq!(
        why(&admit(candidate, &wish('3'), &free, &["2/60s"], "y").await),
        "budget"
    );
    // None of the refusals was counted.
    assert_eq!(
        why(&admit(candidate, &wish('3'), &free, &["3/60s"], "y").await),
        "admitted"
    );
    try_code(candidate, current(service('a')), "000000").await;
    try_code(candidate, current(service('a')), "000000").await;
    assert_eq!(
        why(&admit(candidate, &wish('4'), &few, &["2/60s"], "x").await),
        "checks"
    );
    let blocked = StartRules {
        failures: quotas(&["2/1h"]),
        ..few
    };
    assert_eq!(
        why(&admit(candidate, &wish('4'), &blocked, &["2/60s"], "x").await),
        "blocked"
    );
}
