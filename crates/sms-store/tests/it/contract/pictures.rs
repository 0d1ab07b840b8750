use super::*;

pub(crate) async fn a_picture_can_be_answered_once(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    assert_eq!(consume(backend, "aBcD").await, Consumed::Matched);
    assert_eq!(consume(backend, "aBcD").await, Consumed::Missing);
}

pub(crate) async fn a_picture_answered_wrongly_is_gone_too(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    assert_eq!(consume(backend, "abce").await, Consumed::Mismatch);
    assert_eq!(consume(backend, "AbCd").await, Consumed::Missing);
}

pub(crate) async fn a_picture_expires(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    backend.advance(TTL).await;
    assert_eq!(consume(backend, "AbCd").await, Consumed::Missing);
}

pub(crate) async fn a_newer_picture_replaces_the_older(backend: &Backend) {
    put(backend, "i", "AAAA").await;
    backend.advance(seconds(200)).await;
    put(backend, "i", "BBBB").await;
    backend.advance(seconds(200)).await;
    assert_eq!(consume(backend, "bbbb").await, Consumed::Matched);
}

pub(crate) async fn an_address_has_a_quota_of_pictures(backend: &Backend) {
    let ask = async |text: &str| {
        let request = PictureRequest {
            address: address(),
            address_quotas: &quotas(&["2/1m"]),
            image: &id("i"),
            text: &image(text),
            ttl: TTL,
        };
        backend.store.admit_picture(&request).await.unwrap()
    };
    assert_eq!(ask("AAAA").await, PictureAdmission::Kept);
    backend.advance(seconds(20)).await;
    assert_eq!(ask("BBBB").await, PictureAdmission::Kept);
    let retry_after = seconds(40);
    assert_eq!(
        ask("CCCC").await,
        PictureAdmission::AddressTooOften { retry_after }
    );
    assert_eq!(
        consume(backend, "bbbb").await,
        Consumed::Matched,
        "the refused one is not kept"
    );
    backend.advance(retry_after).await;
    assert_eq!(ask("DDDD").await, PictureAdmission::Kept);
}

pub(crate) async fn invariant_1_one_picture_pays_for_one_message_at_most(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    let outcomes = at_once(200, |_| {
        let store = Arc::clone(&backend.store);
        async move { store.consume_image_code(&id("i"), "abcd").await.unwrap() }
    })
    .await;
    let matched = outcomes
        .iter()
        .filter(|&&outcome| outcome == Consumed::Matched);
    assert_eq!(matched.count(), 1);
}
