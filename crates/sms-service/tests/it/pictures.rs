use std::time::Duration;

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
