use sms_core::ImageId;

use crate::app::{App, answer};

#[tokio::test]
async fn a_picture_is_a_png_that_nobody_keeps() {
    let app = App::start();
    for path in [
        "/image_codes/f47ac10b-58cc-4372-a567-0e02b2c3d479/",
        "/image_codes/a_B-9",
    ] {
        let response = app.get(path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "image/png");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(response.bytes().await.unwrap().starts_with(b"\x89PNG\r\n"));
    }
}

#[tokio::test]
async fn an_older_picture_is_replaced() {
    let app = App::start();
    app.put_picture("i").await;
    app.get("/image_codes/i/").await;
    let id = ImageId::parse("i").unwrap();
    let consumed = app.store.consume_image_code(&id, "AbCd").await.unwrap();
    assert_eq!(consumed, sms_store::Consumed::Mismatch);
}

#[tokio::test]
async fn digits_to_listen_to_are_a_wav_that_nobody_keeps() {
    let app = App::start();
    let id = ImageId::parse("i").unwrap();
    for path in [
        "/image_codes/i/?type=audio",
        "/image_codes/i?type=image&type=audio&lang=en",
        "/image_codes/i/?lang=zh-CN&type=audio",
    ] {
        app.put_picture("i").await;
        let response = app.get(path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "audio/wav");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(response.bytes().await.unwrap().starts_with(b"RIFF"));
        let consumed = app.store.consume_image_code(&id, "AbCd").await.unwrap();
        assert_eq!(consumed, sms_store::Consumed::Mismatch, "it was replaced");
    }
    for path in [
        "/image_codes/i/?type=",
        "/image_codes/i/?type=image&lang=en",
    ] {
        let picture = app.get(path).await;
        assert_eq!(picture.headers()["content-type"], "image/png", "{path}");
    }
}

#[tokio::test]
async fn what_cannot_name_a_picture_is_not_found() {
    let app = App::start();
    let long = "x".repeat(65);
    for id in ["a.b", "a%20b", "%E5%9B%BE", "a%2Fb", &long] {
        let refused = answer(app.get(&format!("/image_codes/{id}/")).await).await;
        assert_eq!((refused.status, refused.code()), (404, 400), "{id}");
    }
}

#[tokio::test]
async fn an_address_has_a_quota_of_pictures() {
    let app = App::start_with("[limits]\nimage_per_ip = [\"2/1h\"]");
    for (path, content_type) in [
        ("/image_codes/i/", "image/png"),
        ("/image_codes/i/?type=audio", "audio/wav"),
    ] {
        let given = app.get(path).await;
        assert_eq!(given.headers()["content-type"], content_type);
    }
    for path in ["/image_codes/i/", "/image_codes/i/?type=audio"] {
        let refused = answer(app.get(path).await).await;
        refused.is_refusal("访问过于频繁");
        assert!(
            (3590..=3600).contains(&refused.retry_after.unwrap()),
            "{refused:?}"
        );
    }
}
