//! Pictures and their answers.

use crate::contract::Candidate;
use crate::contract::given::{TTL, address, at_once, consume, id, image, put, quotas, seconds};
use crate::{CodeStore, Consumed, PictureAdmission, PictureRequest};

/// The right answer, ASCII case ignored, is told once; then there is no such picture.
pub async fn a_picture_can_be_answered_once(candidate: &impl Candidate) {
    put(candidate, "i", "AbCd").await;
    assert_eq!(consume(candidate, "aBcD").await, Consumed::Matched);
    assert_eq!(consume(candidate, "aBcD").await, Consumed::Missing);
}

/// A wrong answer uses the picture up as well.
pub async fn a_picture_answered_wrongly_is_gone_too(candidate: &impl Candidate) {
    put(candidate, "i", "AbCd").await;
    assert_eq!(consume(candidate, "abce").await, Consumed::Mismatch);
    assert_eq!(consume(candidate, "AbCd").await, Consumed::Missing);
}

/// A picture is gone when its time is over.
pub async fn a_picture_expires(candidate: &impl Candidate) {
    put(candidate, "i", "AbCd").await;
    candidate.advance(TTL).await;
    assert_eq!(consume(candidate, "AbCd").await, Consumed::Missing);
}

/// A picture of the same name takes the place of the older, with a time of its own.
pub async fn a_newer_picture_replaces_the_older(candidate: &impl Candidate) {
    put(candidate, "i", "AAAA").await;
    candidate.advance(seconds(200)).await;
    put(candidate, "i", "BBBB").await;
    candidate.advance(seconds(200)).await;
    assert_eq!(consume(candidate, "bbbb").await, Consumed::Matched);
}

/// An address gets no more pictures than its quota; what is refused keeps nothing.
pub async fn an_address_has_a_quota_of_pictures(candidate: &impl Candidate) {
    let ask = async |text: &str| {
        let request = PictureRequest {
            address: address(),
            address_quotas: &quotas(&["2/1m"]),
            image: &id("i"),
            text: &image(text),
            ttl: TTL,
        };
        candidate.store().admit_picture(&request).await.unwrap()
    };
    assert_eq!(ask("AAAA").await, PictureAdmission::Kept);
    candidate.advance(seconds(20)).await;
    assert_eq!(ask("BBBB").await, PictureAdmission::Kept);
    let retry_after = seconds(40);
    assert_eq!(
        ask("CCCC").await,
        PictureAdmission::AddressTooOften { retry_after }
    );
    assert_eq!(
        consume(candidate, "bbbb").await,
        Consumed::Matched,
        "the refused one is not kept"
    );
    candidate.advance(retry_after).await;
    assert_eq!(ask("DDDD").await, PictureAdmission::Kept);
}

/// Of two hundred right answers at the same moment one is told so.
pub async fn invariant_1_one_picture_pays_for_one_message_at_most(candidate: &impl Candidate) {
    put(candidate, "i", "AbCd").await;
    let outcomes = at_once(200, |_| {
        let store = candidate.store();
        async move { store.consume_image_code(&id("i"), "abcd").await.unwrap() }
    })
    .await;
    let matched = outcomes
        .iter()
        .filter(|&&outcome| outcome == Consumed::Matched);
    assert_eq!(matched.count(), 1);
}
