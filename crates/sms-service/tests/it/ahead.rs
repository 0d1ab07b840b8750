//! Pictures that are drawn ahead.

use std::collections::HashSet;

use sms_captcha::Size;
use sms_core::ImageId;
use sms_service::Picture;

use crate::Harness;
use crate::harness::{address, quotas};

/// How many pictures of the biggest size are drawn ahead; of small ones it would be hundreds.
const AHEAD: usize = 23;

/// How many may be missing before the thread that draws them wakes.
const MISSING: usize = 5;

/// A service with as many pictures as it draws ahead.
async fn stocked(per_address: &[&str]) -> Harness {
    let harness = Harness::with(|policy| {
        policy.image.size = Size::new(600, 300).unwrap();
        policy.limits.image_per_ip = quotas(per_address);
    });
    harness.service.draw_ahead();
    stocked_up(&harness, AHEAD).await;
    harness
}

async fn stocked_up(harness: &Harness, count: usize) {
    while harness.service.pictures_ahead() < count {
        tokio::task::yield_now().await;
    }
}

async fn ask(harness: &Harness, id: &str) -> Picture {
    let id = ImageId::parse(id).unwrap();
    harness.service.give_picture(&id, address(7)).await.unwrap()
}

#[tokio::test]
async fn no_picture_is_given_twice_and_each_text_is_kept() {
    let harness = stocked(&[]).await;
    let mut files = HashSet::new();
    for number in 0..2 * AHEAD {
        let id = format!("picture-{number}");
        let Picture::Drawn(file) = ask(&harness, &id).await else {
            panic!("not drawn");
        };
        assert!(files.insert(file), "given before");
        let kept = harness.store.image_code(&ImageId::parse(&id).unwrap());
        assert_eq!(kept.unwrap().expose().len(), 4);
    }
    stocked_up(&harness, AHEAD - MISSING).await;
}

#[tokio::test]
async fn whoever_is_refused_has_nothing_drawn() {
    let harness = stocked(&["2/1m"]).await;
    for number in 0..100 {
        let picture = ask(&harness, "i").await;
        assert_eq!(matches!(picture, Picture::Drawn(_)), number < 2);
    }
    // Two are too few for the thread to wake, and none of the others was taken.
    assert_eq!(harness.service.pictures_ahead(), AHEAD - 2);
}
