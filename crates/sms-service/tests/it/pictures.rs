use std::time::Duration;

use sms_captcha::Language;
use sms_core::ImageId;
use sms_service::Picture;

use crate::Harness;
use crate::harness::{address, quotas, request};

fn id() -> ImageId {
    ImageId::parse("i").unwrap()
}

#[tokio::test]
async fn a_picture_is_a_png_whose_text_is_kept() {
    let harness = Harness::new();
    let picture = harness
        .service
        .give_picture(&id(), address(7))
        .await
        .unwrap();
    assert!(matches!(picture, Picture::Drawn(png) if png.starts_with(b"\x89PNG\r\n")));
    let text = harness.store.image_code(&id()).unwrap();
    assert_eq!(text.expose().chars().count(), 4);
}

#[tokio::test]
async fn what_a_picture_shows_pays_for_a_message() {
    let harness = Harness::new();
    harness
        .service
        .give_picture(&id(), address(7))
        .await
        .unwrap();
    let text = harness.store.image_code(&id()).unwrap();
    let mut request = request();
    request.image_code = Some(text.expose().to_lowercase());
    let sent = harness.service.send_code(request).await.unwrap();
    assert!(sent.message().is_success(), "{sent:?}");
}

#[tokio::test]
async fn every_picture_has_a_text_of_its_own() {
    let harness = Harness::new();
    let mut texts = std::collections::HashSet::new();
    for _ in 0..20 {
        harness
            .service
            .give_picture(&id(), address(7))
            .await
            .unwrap();
        texts.insert(harness.store.image_code(&id()).unwrap().expose().to_owned());
    }
    assert!(texts.len() > 15, "{} of 20", texts.len());
}

#[tokio::test]
async fn digits_to_listen_to_are_a_wav_and_pay_for_a_message_too() {
    let harness = Harness::new();
    harness.put_picture("i").await;
    for language in [Language::Mandarin, Language::English] {
        let spoken = harness
            .service
            .speak_picture(&id(), language, address(7))
            .await
            .unwrap();
        assert!(matches!(spoken, Picture::Spoken(wav) if wav.starts_with(b"RIFF")));
    }
    let text = harness.store.image_code(&id()).unwrap();
    let text = text.expose();
    assert_eq!(text.len(), 4);
    assert!(text.bytes().all(|byte| byte.is_ascii_digit()));
    let mut request = request();
    request.image_code = Some(text.to_owned());
    let sent = harness.service.send_code(request).await.unwrap();
    assert!(sent.message().is_success(), "{sent:?}");
}

#[tokio::test]
async fn digits_to_listen_to_are_kept_as_long_as_the_text_of_a_picture() {
    let harness = Harness::new();
    harness
        .service
        .speak_picture(&id(), Language::English, address(7))
        .await
        .unwrap();
    harness.clock.advance(Duration::from_millis(299_999));
    assert!(harness.store.image_code(&id()).is_some());
    harness.clock.advance(Duration::from_millis(1));
    assert!(harness.store.image_code(&id()).is_none());
}

#[tokio::test]
async fn invariant_4_pictures_and_recordings_share_one_quota() {
    let harness = Harness::with(|policy| policy.limits.image_per_ip = quotas(&["2/1m"]));
    let (service, id, english) = (&harness.service, id(), Language::English);
    let drawn = service.give_picture(&id, address(7)).await.unwrap();
    assert!(matches!(drawn, Picture::Drawn(_)));
    let spoken = service.speak_picture(&id, english, address(7)).await;
    assert!(matches!(spoken.unwrap(), Picture::Spoken(_)));
    let kept = harness.store.image_code(&id).unwrap();
    for refused in [
        service.speak_picture(&id, english, address(7)).await,
        service.give_picture(&id, address(7)).await,
    ] {
        let refused = refused.unwrap();
        assert!(matches!(refused, Picture::AddressTooOften { .. }));
    }
    let still = harness.store.image_code(&id).unwrap();
    assert_eq!(still.expose(), kept.expose(), "a refusal replaces nothing");
}

#[tokio::test]
async fn invariant_4_an_address_gets_no_more_pictures_than_its_quota() {
    let harness = Harness::with(|policy| policy.limits.image_per_ip = quotas(&["2/1m"]));
    for _ in 0..2 {
        harness
            .service
            .give_picture(&id(), address(7))
            .await
            .unwrap();
    }
    let refused = harness
        .service
        .give_picture(&id(), address(7))
        .await
        .unwrap();
    let minute = Duration::from_secs(60);
    assert!(matches!(refused, Picture::AddressTooOften { retry_after } if retry_after == minute));
    let other = harness
        .service
        .give_picture(&id(), address(8))
        .await
        .unwrap();
    assert!(matches!(other, Picture::Drawn(_)));
}
