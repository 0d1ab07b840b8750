//! A verification from its first message to its end.

use std::sync::Arc;

use sms_core::{
    CheckOutcome, Settlement, StartRefusal, VerificationCheck, VerificationEnd, VerificationStatus,
    Which,
};

use super::given::{
    begin, begun, current, send, service, start, start_rules, status, try_code, verification,
};
use crate::contract::Candidate;
use crate::contract::given::{TTL, at_once, code, mobile, quotas, rules, seconds};
use crate::{CodeStore, VerificationStore};

/// A further message of a pending verification has its code, its name and its end.
pub async fn a_verification_that_is_sent_again_keeps_its_name_and_code(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let first = begun(candidate, '1', "123456").await;
    candidate.advance(seconds(10)).await;
    let second = begun(candidate, '2', "654321").await;
    assert_eq!(second.code.expose(), "123456");
    let (first, second) = (first.verification, second.verification);
    assert_eq!(second.sid, first.sid);
    assert_eq!(second.expires_at, first.expires_at);
    let sids: Vec<_> = second.sends.iter().map(|send| send.sid).collect();
    assert_eq!(sids, [send('1'), send('2')]);
    let right = try_code(candidate, current(service('a')), "123456").await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
}

/// A right code approves a verification, which is not known after that.
pub async fn a_verification_is_approved_once_and_gone(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    let named = Which {
        service: service('a'),
        sid: Some(verification('1')),
    };
    let VerificationCheck::Right(approved) = try_code(candidate, named, "123456").await else {
        panic!("the code was right");
    };
    assert_eq!(approved.status, VerificationStatus::Approved);
    let again = try_code(candidate, named, "123456").await;
    assert_eq!(again, VerificationCheck::Missing);
    assert_eq!(status(candidate, None).await, None);
    let next = begun(candidate, '2', "654321").await;
    assert_eq!(next.verification.sid, verification('2'));
}

/// Codes of services, and the plain code of a number, are apart.
pub async fn a_code_of_one_service_is_none_of_another_nor_of_the_other_face(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    let elsewhere = try_code(candidate, current(service('b')), "123456").await;
    assert_eq!(elsewhere, VerificationCheck::Missing);
    let other_face = candidate
        .store()
        .check(&mobile(), "123456", &rules(5, &[]))
        .await;
    assert_eq!(other_face.unwrap().outcome, CheckOutcome::Missing);

    candidate
        .store()
        .issue(&mobile(), &code("246810"), TTL, &quotas(&[]))
        .await
        .unwrap();
    let wrong = try_code(candidate, current(service('a')), "246810").await;
    assert!(matches!(wrong, VerificationCheck::Wrong(_)), "{wrong:?}");
}

/// After the last wrong check a verification is locked, and none is begun in its place, until it
/// would have expired.
pub async fn the_last_wrong_check_locks_a_verification(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    for left in [1, 0] {
        let VerificationCheck::Wrong(told) =
            try_code(candidate, current(service('a')), "000000").await
        else {
            panic!("it was wrong, with {left} left");
        };
        assert_eq!(told.status, VerificationStatus::Pending);
    }
    let locked = Some(VerificationStatus::MaxAttemptsReached);
    assert_eq!(status(candidate, Some(verification('1'))).await, locked);
    let right = try_code(candidate, current(service('a')), "123456").await;
    assert_eq!(right, VerificationCheck::TooMany { retry_after: TTL });
    let again = begin(candidate, &start('2', "654321")).await.unwrap_err();
    assert_eq!(again, StartRefusal::ChecksExhausted { retry_after: TTL });
    candidate.advance(TTL).await;
    assert_eq!(status(candidate, Some(verification('1'))).await, None);
    begun(candidate, '3', "111111").await;
}

/// A name is that of one verification of one service. Whoever asks for another one by it finds nothing, and
/// uses nothing of that one up: nobody but the store compares names.
pub async fn a_name_of_another_verification_finds_and_uses_nothing(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let store = candidate.store();
    begun(candidate, '1', "123456").await;
    let mut elsewhere = start('2', "123456");
    elsewhere.service = service('b');
    begin(candidate, &elsewhere).await.unwrap();
    for (of, digit) in [('a', '2'), ('b', '1'), ('a', '3')] {
        let (service, sid) = (service(of), verification(digit));
        let which = Which {
            service,
            sid: Some(sid),
        };
        for text in ["123456", "000000", "000001"] {
            let checked = try_code(candidate, which, text).await;
            assert_eq!(checked, VerificationCheck::Missing, "{of} {digit}");
        }
        let found = store.verification(&mobile(), which).await.unwrap();
        assert_eq!(found, None, "{of} {digit}");
        let how = VerificationEnd::Canceled;
        let ended = store.end_verification(&mobile(), service, sid, how).await;
        assert_eq!(ended.unwrap(), None, "{of} {digit}");
    }
    for (of, digit) in [('a', '1'), ('b', '2')] {
        let which = Which {
            service: service(of),
            sid: Some(verification(digit)),
        };
        let right = try_code(candidate, which, "123456").await;
        assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
    }
}

/// A verification has no more messages than its rules say.
pub async fn a_verification_has_so_many_messages(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    for digit in ['1', '2', '3'] {
        begun(candidate, digit, "123456").await;
    }
    let refused = begin(candidate, &start('4', "123456")).await.unwrap_err();
    assert_eq!(refused, StartRefusal::SendsExhausted { retry_after: TTL });
}

/// A verification that was canceled is known under its name, beside the next one, until it would
/// have expired.
pub async fn a_canceled_verification_is_known_until_its_time_is_over(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    let end = async |digit, how| {
        let sid = verification(digit);
        candidate
            .store()
            .end_verification(&mobile(), service('a'), sid, how)
            .await
            .unwrap()
    };
    assert_eq!(end('2', VerificationEnd::Canceled).await, None);
    let ended = end('1', VerificationEnd::Canceled).await.unwrap();
    assert_eq!(ended.status, VerificationStatus::Canceled);
    assert_eq!(end('1', VerificationEnd::Canceled).await, None, "only once");
    let right = try_code(candidate, current(service('a')), "123456").await;
    assert_eq!(right, VerificationCheck::Missing);

    candidate.advance(seconds(100)).await;
    begun(candidate, '2', "654321").await;
    let canceled = Some(VerificationStatus::Canceled);
    assert_eq!(status(candidate, Some(verification('1'))).await, canceled);
    let ended = end('2', VerificationEnd::Approved).await.unwrap();
    assert_eq!(ended.status, VerificationStatus::Approved);
    assert_eq!(status(candidate, Some(verification('2'))).await, None);
    assert_eq!(status(candidate, Some(verification('1'))).await, canceled);
    candidate.advance(seconds(200)).await;
    assert_eq!(status(candidate, Some(verification('1'))).await, None);
}

/// Of twenty right checks at the same moment one approves.
pub async fn invariant_3_a_verification_is_approved_by_one_of_many(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    let store = candidate.store();
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

/// Of thirty wrong checks at the same moment five are compared.
pub async fn invariant_3_a_verification_is_compared_no_more_than_the_maximum(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    begun(candidate, '1', "123456").await;
    let store = candidate.store();
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

/// A message that failed takes itself and its slot back, and the verification with it if it was the
/// first.
pub async fn invariant_5_a_failed_message_leaves_nothing_of_a_verification(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let rules = start_rules(&["1/10s"], &[]);
    let store = candidate.store();
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
    assert_eq!(status(candidate, Some(verification('1'))).await, None);

    let second = try_start('2').await.unwrap();
    assert_eq!(second.verification.sid, verification('2'));
    candidate.advance(seconds(10)).await;
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
    let right = try_code(candidate, which, "123456").await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
}
