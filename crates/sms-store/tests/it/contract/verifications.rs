use super::*;

use sms_core::{
    Attempt, AttemptSid, AttemptState, BucketSid, ServiceSid, Start, StartRefusal, StartRules,
    Started, VerificationCheck, VerificationEnd, VerificationSid, VerificationStatus, Which,
};
use sms_store::{
    AttemptChange, AttemptPolicy, BucketUse, Claim, Document, VerificationAdmission,
    VerificationRequest,
};

const POLICY: AttemptPolicy = AttemptPolicy {
    ttl: Duration::from_secs(3600),
    most: 3,
};

fn service(digit: char) -> ServiceSid {
    ServiceSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

fn verification(digit: char) -> VerificationSid {
    VerificationSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

fn send(digit: char) -> AttemptSid {
    AttemptSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

/// The wish to begin the verification of that digit for the service `a`, by a message of the digit.
fn start(digit: char, text: &str) -> Start<SmsCode> {
    Start {
        service: service('a'),
        sid: verification(digit),
        code: SmsCode::custom(text).unwrap(),
        send: send(digit),
    }
}

fn start_rules(sends: &[&str], failures: &[&str]) -> StartRules {
    StartRules {
        ttl: TTL,
        max_sends: 3,
        quotas: quotas(sends),
        failures: quotas(failures),
    }
}

async fn begin(
    backend: &Backend,
    start: &Start<SmsCode>,
) -> Result<Started<SmsCode>, StartRefusal> {
    let rules = start_rules(&[], &["3/1h"]);
    backend
        .store
        .start_verification(&mobile(), start, &rules)
        .await
        .unwrap()
}

async fn begun(backend: &Backend, digit: char, text: &str) -> Started<SmsCode> {
    begin(backend, &start(digit, text)).await.unwrap()
}

fn current(service: ServiceSid) -> Which {
    Which { service, sid: None }
}

async fn try_code(backend: &Backend, which: Which, text: &str) -> VerificationCheck {
    let rules = rules(2, &["3/1h"]);
    backend
        .store
        .check_verification(&mobile(), which, text, &rules)
        .await
        .unwrap()
}

async fn status(backend: &Backend, sid: Option<VerificationSid>) -> Option<VerificationStatus> {
    let service = service('a');
    backend
        .store
        .verification(&mobile(), Which { service, sid })
        .await
        .unwrap()
        .map(|found| found.status)
}

pub(crate) async fn a_verification_that_is_sent_again_keeps_its_name_and_code(backend: &Backend) {
    let first = begun(backend, '1', "123456").await;
    backend.advance(seconds(10)).await;
    let second = begun(backend, '2', "654321").await;
    assert_eq!(second.code.expose(), "123456");
    let (first, second) = (first.verification, second.verification);
    assert_eq!(second.sid, first.sid);
    assert_eq!(second.expires_at, first.expires_at);
    let sids: Vec<_> = second.sends.iter().map(|send| send.sid).collect();
    assert_eq!(sids, [send('1'), send('2')]);
    let right = try_code(backend, current(service('a')), "123456").await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
}

pub(crate) async fn a_verification_is_approved_once_and_gone(backend: &Backend) {
    begun(backend, '1', "123456").await;
    let named = Which {
        service: service('a'),
        sid: Some(verification('1')),
    };
    let VerificationCheck::Right(approved) = try_code(backend, named, "123456").await else {
        panic!("the code was right");
    };
    assert_eq!(approved.status, VerificationStatus::Approved);
    let again = try_code(backend, named, "123456").await;
    assert_eq!(again, VerificationCheck::Missing);
    assert_eq!(status(backend, None).await, None);
    let next = begun(backend, '2', "654321").await;
    assert_eq!(next.verification.sid, verification('2'));
}

pub(crate) async fn a_code_of_one_service_is_none_of_another_nor_of_the_other_face(
    backend: &Backend,
) {
    begun(backend, '1', "123456").await;
    let elsewhere = try_code(backend, current(service('b')), "123456").await;
    assert_eq!(elsewhere, VerificationCheck::Missing);
    let other_face = backend
        .store
        .check(&mobile(), "123456", &rules(5, &[]))
        .await;
    assert_eq!(other_face.unwrap().outcome, CheckOutcome::Missing);
    assert!(backend.keeps(&mobile(), None).await);

    backend
        .store
        .issue(&mobile(), &code("246810"), TTL, &quotas(&[]))
        .await
        .unwrap();
    let wrong = try_code(backend, current(service('a')), "246810").await;
    assert!(matches!(wrong, VerificationCheck::Wrong(_)), "{wrong:?}");
    assert!(backend.keeps(&mobile(), Some("246810")).await);
}

pub(crate) async fn the_last_wrong_check_locks_a_verification(backend: &Backend) {
    begun(backend, '1', "123456").await;
    for left in [1, 0] {
        let VerificationCheck::Wrong(told) =
            try_code(backend, current(service('a')), "000000").await
        else {
            panic!("it was wrong, with {left} left");
        };
        assert_eq!(told.status, VerificationStatus::Pending);
    }
    let locked = Some(VerificationStatus::MaxAttemptsReached);
    assert_eq!(status(backend, Some(verification('1'))).await, locked);
    let right = try_code(backend, current(service('a')), "123456").await;
    assert_eq!(right, VerificationCheck::TooMany { retry_after: TTL });
    let again = begin(backend, &start('2', "654321")).await.unwrap_err();
    assert_eq!(again, StartRefusal::ChecksExhausted { retry_after: TTL });
    backend.advance(TTL).await;
    assert_eq!(status(backend, Some(verification('1'))).await, None);
    begun(backend, '3', "111111").await;
}

pub(crate) async fn a_verification_has_so_many_messages(backend: &Backend) {
    for digit in ['1', '2', '3'] {
        begun(backend, digit, "123456").await;
    }
    let refused = begin(backend, &start('4', "123456")).await.unwrap_err();
    assert_eq!(refused, StartRefusal::SendsExhausted { retry_after: TTL });
}

pub(crate) async fn a_canceled_verification_is_known_until_its_time_is_over(backend: &Backend) {
    begun(backend, '1', "123456").await;
    let end = async |digit, how| {
        let sid = verification(digit);
        backend
            .store
            .end_verification(&mobile(), service('a'), sid, how)
            .await
            .unwrap()
    };
    assert_eq!(end('2', VerificationEnd::Canceled).await, None);
    let ended = end('1', VerificationEnd::Canceled).await.unwrap();
    assert_eq!(ended.status, VerificationStatus::Canceled);
    assert_eq!(end('1', VerificationEnd::Canceled).await, None, "only once");
    let right = try_code(backend, current(service('a')), "123456").await;
    assert_eq!(right, VerificationCheck::Missing);

    backend.advance(seconds(100)).await;
    begun(backend, '2', "654321").await;
    let canceled = Some(VerificationStatus::Canceled);
    assert_eq!(status(backend, Some(verification('1'))).await, canceled);
    let ended = end('2', VerificationEnd::Approved).await.unwrap();
    assert_eq!(ended.status, VerificationStatus::Approved);
    assert_eq!(status(backend, Some(verification('2'))).await, None);
    assert_eq!(status(backend, Some(verification('1'))).await, canceled);
    backend.advance(seconds(200)).await;
    assert_eq!(status(backend, Some(verification('1'))).await, None);
}

pub(crate) async fn invariant_5_a_failed_message_leaves_nothing_of_a_verification(
    backend: &Backend,
) {
    let rules = start_rules(&["1/10s"], &[]);
    let store = &backend.store;
    let try_start = async |digit| {
        let wish = start(digit, "123456");
        let started = store.start_verification(&mobile(), &wish, &rules).await;
        started.unwrap()
    };
    let fail = async |sid, digit, slot| {
        let give_back = Settlement::GiveBack(slot);
        store
            .settle_verification(&mobile(), service('a'), sid, send(digit), give_back)
            .await
            .unwrap();
    };
    let first = try_start('1').await.unwrap();
    fail(first.verification.sid, '1', first.slot).await;
    assert_eq!(status(backend, Some(verification('1'))).await, None);

    let second = try_start('2').await.unwrap();
    assert_eq!(second.verification.sid, verification('2'));
    backend.advance(seconds(10)).await;
    let third = try_start('3').await.unwrap();
    fail(third.verification.sid, '3', third.slot).await;
    let which = current(service('a'));
    let left = store.verification(&mobile(), which).await.unwrap().unwrap();
    let sids: Vec<_> = left.sends.iter().map(|send| send.sid).collect();
    assert_eq!(
        (left.status, sids),
        (VerificationStatus::Pending, vec![send('2')])
    );
    assert!(try_start('4').await.is_ok(), "the slot was given back");
    let right = try_code(backend, which, "123456").await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
}

pub(crate) async fn invariant_4_both_faces_share_the_sends_of_a_number(backend: &Backend) {
    let limits = quotas(&["1/60s"]);
    backend
        .store
        .issue(&mobile(), &code("246810"), TTL, &limits)
        .await
        .unwrap();
    let rules = start_rules(&["1/60s"], &[]);
    let wish = start('1', "123456");
    let refused = backend
        .store
        .start_verification(&mobile(), &wish, &rules)
        .await;
    let retry_after = seconds(60);
    let refused = refused.unwrap().unwrap_err();
    assert_eq!(refused, StartRefusal::TooOften { retry_after });
}

pub(crate) async fn invariant_4_a_service_with_quotas_of_its_own_forgets_nothing_of_others(
    backend: &Backend,
) {
    let (few, many) = (quotas(&["5/60s"]), quotas(&["3/1h"]));
    let own = StartRules {
        quotas: few.clone().remembering(&many),
        ..start_rules(&[], &[])
    };
    for digit in ['1', '2', '3'] {
        let wish = start(digit, "123456");
        assert!(
            backend
                .store
                .start_verification(&mobile(), &wish, &own)
                .await
                .unwrap()
                .is_ok()
        );
    }
    backend.advance(seconds(120)).await;
    let refused = backend
        .store
        .issue(&mobile(), &code("246810"), TTL, &many)
        .await
        .unwrap();
    assert!(matches!(refused, Issue::TooOften { .. }), "{refused:?}");
}

pub(crate) async fn failures_block_a_number_unless_it_is_safe(backend: &Backend) {
    begun(backend, '1', "123456").await;
    for _ in 0..3 {
        backend
            .store
            .check(&mobile(), "000000", &rules(9, &["3/1h"]))
            .await
            .unwrap();
        backend
            .store
            .issue(&mobile(), &code("246810"), TTL, &quotas(&[]))
            .await
            .unwrap();
    }
    for _ in 0..2 {
        backend
            .store
            .check(&mobile(), "000000", &rules(9, &["3/1h"]))
            .await
            .unwrap();
    }
    let blocked = StartRefusal::NumberBlocked {
        retry_after: seconds(3600),
    };
    let refused = begin(backend, &start('2', "123456")).await.unwrap_err();
    assert_eq!(refused, blocked);
    let right = try_code(backend, current(service('a')), "123456").await;
    assert!(
        matches!(right, VerificationCheck::TooMany { .. }),
        "{right:?}"
    );

    let safe = Document::SafeNumber(mobile());
    let store = &backend.store;
    assert!(store.swap_document(safe, None, Some("GN")).await.unwrap());
    assert!(begin(backend, &start('2', "123456")).await.is_ok());
    let right = try_code(backend, current(service('a')), "123456").await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
    assert!(store.swap_document(safe, Some("GN"), None).await.unwrap());
    let refused = begin(backend, &start('3', "123456")).await.unwrap_err();
    assert_eq!(refused, blocked);
}

/// An admission with one bucket, for the value `value`.
async fn admit(
    backend: &Backend,
    start: &Start<SmsCode>,
    rules: &StartRules,
    budget: &[&str],
    value: &str,
) -> VerificationAdmission {
    let bucket = BucketUse {
        sid: BucketSid::from_hex(&"b".repeat(32)).unwrap(),
        value,
        quotas: quotas(&["2/60s"]),
    };
    let request = VerificationRequest {
        mobile: &mobile(),
        start,
        rules,
        buckets: &[bucket],
        budget: &quotas(budget),
        attempts: Some(POLICY),
    };
    backend.store.admit_verification(&request).await.unwrap()
}

fn why(admission: &VerificationAdmission) -> &'static str {
    match admission {
        VerificationAdmission::Admitted { .. } => "admitted",
        VerificationAdmission::BucketFull { .. } => "bucket",
        VerificationAdmission::BudgetSpent { .. } => "budget",
        VerificationAdmission::Refused(refusal) => match refusal {
            StartRefusal::NumberBlocked { .. } => "blocked",
            StartRefusal::ChecksExhausted { .. } => "checks",
            StartRefusal::SendsExhausted { .. } => "sends",
            StartRefusal::TooOften { .. } => "often",
        },
    }
}

pub(crate) async fn a_verification_is_refused_in_the_order_of_the_contract(backend: &Backend) {
    let free = start_rules(&["9/60s"], &[]);
    let often = start_rules(&["2/60s"], &[]);
    let few = StartRules {
        max_sends: 2,
        ..often.clone()
    };
    let wish = |digit| start(digit, "123456");
    assert_eq!(
        why(&admit(backend, &wish('1'), &free, &["2/60s"], "x").await),
        "admitted"
    );
    assert_eq!(
        why(&admit(backend, &wish('2'), &free, &["2/60s"], "x").await),
        "admitted"
    );
    // Everything is used up now: sends of the verification, bucket, number, budget.
    assert_eq!(
        why(&admit(backend, &wish('3'), &few, &["2/60s"], "x").await),
        "sends"
    );
    assert_eq!(
        why(&admit(backend, &wish('3'), &often, &["2/60s"], "x").await),
        "bucket"
    );
    assert_eq!(
        why(&admit(backend, &wish('3'), &often, &["2/60s"], "y").await),
        "often"
    );
    assert_eq!(
        why(&admit(backend, &wish('3'), &free, &["2/60s"], "y").await),
        "budget"
    );
    // None of the refusals was counted.
    assert_eq!(
        why(&admit(backend, &wish('3'), &free, &["3/60s"], "y").await),
        "admitted"
    );
    try_code(backend, current(service('a')), "000000").await;
    try_code(backend, current(service('a')), "000000").await;
    assert_eq!(
        why(&admit(backend, &wish('4'), &few, &["2/60s"], "x").await),
        "checks"
    );
    let blocked = StartRules {
        failures: quotas(&["2/1h"]),
        ..few
    };
    assert_eq!(
        why(&admit(backend, &wish('4'), &blocked, &["2/60s"], "x").await),
        "blocked"
    );
}

pub(crate) async fn an_admitted_verification_is_found_and_its_attempt_kept(backend: &Backend) {
    let rules = start_rules(&[], &[]);
    let admitted = admit(backend, &start('1', "123456"), &rules, &[], "x").await;
    let VerificationAdmission::Admitted { started, .. } = admitted else {
        panic!("nothing refuses it: {}", why(&admitted));
    };
    backend.advance(seconds(1)).await;
    admit(backend, &start('2', "654321"), &rules, &[], "x").await;
    let store = &backend.store;
    let found = store.find_verification(verification('1')).await.unwrap();
    assert_eq!(found, Some((service('a'), mobile())));
    let attempt = |digit, created_at| Attempt {
        sid: send(digit),
        verification: verification('1'),
        service: service('a'),
        to: Some(mobile()),
        code_length: 6,
        created_at,
        updated_at: created_at,
        is_converted: false,
        state: AttemptState::Sent,
        provider_code: None,
    };
    let (first, second) = (started.slot, started.slot.after(seconds(1)));
    let all = store.attempts(None, 10).await.unwrap();
    assert_eq!(all, [attempt('2', second), attempt('1', first)]);
    assert_eq!(store.attempts(Some(first), 10).await.unwrap(), all[1..]);
    assert_eq!(store.attempts(None, 1).await.unwrap(), all[..1]);
    assert_eq!(
        store.attempt(send('1')).await.unwrap(),
        Some(attempt('1', first))
    );
    backend.advance(TTL).await;
    assert_eq!(
        store.find_verification(verification('1')).await.unwrap(),
        None
    );
}

pub(crate) async fn what_comes_of_an_attempt_is_kept_with_it(backend: &Backend) {
    let rules = start_rules(&[], &[]);
    admit(backend, &start('1', "123456"), &rules, &[], "x").await;
    let store = &backend.store;
    let after = async |change| {
        store.change_attempt(send('1'), change).await.unwrap();
        let attempt = store.attempt(send('1')).await.unwrap();
        attempt.map(|kept| (kept.is_converted, kept.state, kept.provider_code))
    };
    let code = Some("MK:0004".to_owned());
    let rows = [
        (
            AttemptChange::Failed(Some("MK:0004")),
            (false, AttemptState::Failed, code),
        ),
        (
            AttemptChange::Delivered,
            (false, AttemptState::Delivered, None),
        ),
        (
            AttemptChange::Converted,
            (true, AttemptState::Delivered, None),
        ),
    ];
    for (change, expected) in rows {
        assert_eq!(after(change).await, Some(expected));
    }
    assert_eq!(after(AttemptChange::Removed).await, None);
    assert_eq!(
        after(AttemptChange::Delivered).await,
        None,
        "it stays removed"
    );
    assert_eq!(store.attempts(None, 10).await.unwrap(), []);
}

pub(crate) async fn attempts_have_a_time_and_a_number(backend: &Backend) {
    let rules = StartRules {
        max_sends: 99,
        ..start_rules(&[], &[])
    };
    for digit in ['1', '2', '3', '4'] {
        admit(
            backend,
            &start(digit, "123456"),
            &rules,
            &[],
            &digit.to_string(),
        )
        .await;
        backend.advance(seconds(1)).await;
    }
    let sids = async || {
        let attempts = backend.store.attempts(None, 10).await.unwrap();
        attempts
            .into_iter()
            .map(|attempt| attempt.sid)
            .collect::<Vec<_>>()
    };
    assert_eq!(sids().await, [send('4'), send('3'), send('2')]);
    backend.advance(POLICY.ttl - seconds(2)).await;
    admit(backend, &start('5', "123456"), &rules, &[], "5").await;
    assert_eq!(sids().await, [send('5'), send('4')]);
}

pub(crate) async fn a_setting_is_changed_by_whoever_knows_it(backend: &Backend) {
    let limits = Document::RateLimits(service('a'));
    let store = &backend.store;
    let swap = async |expected, new| store.swap_document(limits, expected, new).await.unwrap();
    assert!(!swap(Some("x"), Some("1")).await);
    assert!(swap(None, Some("1")).await);
    assert!(!swap(None, Some("2")).await);
    assert!(swap(Some("1"), Some("2")).await);
    backend.advance(seconds(400 * 24 * 3600)).await;
    assert_eq!(store.document(limits).await.unwrap().as_deref(), Some("2"));
    let other = Document::RateLimits(service('b'));
    assert_eq!(store.document(other).await.unwrap(), None);
    assert!(swap(Some("2"), None).await);
    assert_eq!(store.document(limits).await.unwrap(), None);
}

pub(crate) async fn a_request_is_carried_out_by_whoever_claims_it_first(backend: &Backend) {
    let store = &backend.store;
    let claim = async |content| store.claim_request("name", content, TTL).await.unwrap();
    assert_eq!(claim("a").await, Claim::First);
    assert_eq!(claim("a").await, Claim::UnderWay);
    assert_eq!(claim("b").await, Claim::Other);
    store.close_request("name", "a", None, TTL).await.unwrap();
    assert_eq!(claim("b").await, Claim::First);
    store
        .close_request("name", "b", Some("it"), TTL)
        .await
        .unwrap();
    assert_eq!(claim("b").await, Claim::Done("it".to_owned()));
    assert_eq!(claim("a").await, Claim::Other);
    store.close_request("name", "b", None, TTL).await.unwrap();
    assert_eq!(
        claim("b").await,
        Claim::Done("it".to_owned()),
        "it is closed already"
    );
    backend.advance(TTL).await;
    assert_eq!(claim("a").await, Claim::First);
}

pub(crate) async fn invariant_3_a_verification_is_approved_by_one_of_many(backend: &Backend) {
    begun(backend, '1', "123456").await;
    let store = Arc::clone(&backend.store);
    let outcomes = at_once(20, |_| {
        let store = Arc::clone(&store);
        async move {
            let which = current(service('a'));
            store
                .check_verification(&mobile(), which, "123456", &rules(5, &[]))
                .await
                .unwrap()
        }
    });
    let is_right = |check: &&VerificationCheck| matches!(check, VerificationCheck::Right(_));
    assert_eq!(outcomes.await.iter().filter(is_right).count(), 1);
}

pub(crate) async fn invariant_3_a_verification_is_compared_no_more_than_the_maximum(
    backend: &Backend,
) {
    begun(backend, '1', "123456").await;
    let store = Arc::clone(&backend.store);
    let outcomes = at_once(30, |_| {
        let store = Arc::clone(&store);
        async move {
            let which = current(service('a'));
            store
                .check_verification(&mobile(), which, "000000", &rules(5, &[]))
                .await
                .unwrap()
        }
    });
    let is_wrong = |check: &&VerificationCheck| matches!(check, VerificationCheck::Wrong(_));
    assert_eq!(outcomes.await.iter().filter(is_wrong).count(), 5);
}
