//! What the page says when the server says no.

use std::time::Duration;

use crate::demo::MOBILE;
use crate::journey::asks_for_code;
use crate::{Demo, Visitor};

const OTHER_MOBILE: &str = "13900139000";

#[tokio::test]
async fn a_wrong_picture_is_said_at_its_field_and_replaced() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let picture = visitor.sees_picture_other_than("").await;
    let wrong = if demo.picture_text(&picture).unwrap() == "AAAA" {
        "BBBB"
    } else {
        "AAAA"
    };
    visitor.enters("#mobile", MOBILE).await;
    visitor.enters("#image_code", wrong).await;
    visitor.clicks("#send").await;

    visitor
        .sees("#image_code-error", "输入图形验证码有误")
        .await;
    visitor.is_at("#image_code[aria-invalid=true]").await;
    visitor.sees_picture_other_than(&picture).await;
    assert_eq!(visitor.value("#image_code").await, "");
    visitor.sees("#mobile-error", "").await;
    visitor.sees("#send-error", "").await;
    assert_eq!(demo.sender.count(), 0);
    assert_eq!(demo.stored_code(), None);

    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.sees("#image_code-error", "").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_bad_number_is_said_at_its_field_and_costs_no_picture() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let picture = visitor.sees_picture_other_than("").await;
    asks_for_code(&visitor, &demo, "12345").await;
    visitor.sees("#mobile-error", "手机号格式不正确").await;
    visitor.is_at("#mobile[aria-invalid=true]").await;
    visitor.sees("#image_code-error", "").await;
    assert_eq!(visitor.sees_picture_other_than("").await, picture);
    assert_eq!(demo.sender.count(), 0);

    // With the number put right, the picture that was read already is still good.
    visitor.enters("#mobile", MOBILE).await;
    visitor.presses("Enter").await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.sees("#mobile-error", "").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_number_that_was_just_sent_to_has_to_wait() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;

    // A page that was opened anew doesn't know; the server tells it how long.
    visitor.open(&demo).await;
    visitor.sees("#countdown", "").await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-error", "发送短信过于频繁").await;
    let first = seconds_left(&visitor, 60).await;
    seconds_left(&visitor, first - 1).await;

    visitor.clicks("#send").await;
    let wait = |text: &str| text.starts_with("请等");
    visitor.reads("#send-status", wait).await;
    visitor.finds("find('#send').ariaDisabled === 'true'").await;
    assert_eq!(demo.sender.count(), 1);

    asks_for_code(&visitor, &demo, OTHER_MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    assert_eq!(demo.sender.count(), 2);
    visitor.leaves_content().await;
}

/// Waits until the button counts `most` seconds or fewer.
async fn seconds_left(visitor: &Visitor, most: u32) -> u32 {
    let seconds = |text: &str| text.trim_end_matches('秒').parse().ok();
    let few = |text: &str| seconds(text).is_some_and(|left: u32| left <= most);
    seconds(&visitor.reads("#countdown", few).await).unwrap()
}

#[tokio::test]
async fn after_the_countdown_another_code_can_be_had() {
    let demo = Demo::with("[limits]\nper_mobile = [\"1/2s\"]");
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.sees("#countdown", "").await;
    demo.clock.advance(Duration::from_secs(2));
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor
        .finds("document.querySelectorAll('#messages .message').length === 2")
        .await;
    assert_eq!(demo.sender.count(), 2);
    visitor.leaves_content().await;
}

#[tokio::test]
async fn an_address_that_asks_too_often_has_to_wait_for_any_number() {
    let demo = Demo::with("[limits]\nper_ip = [\"1/1h\"]");
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    asks_for_code(&visitor, &demo, OTHER_MOBILE).await;
    visitor.sees("#send-error", "访问过于频繁").await;
    visitor.sees("#countdown", "60分钟").await;
    visitor.enters("#mobile", "13700137000").await;
    visitor.sees("#countdown", "60分钟").await;
    assert_eq!(demo.sender.count(), 1);
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_wrong_code_is_said_at_its_field_with_the_attempts_left() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    let right = demo.stored_code().unwrap();
    let wrong = if right == "000000" {
        "111111"
    } else {
        "000000"
    };

    for left in ["（还可以试 4 次）", "（还可以试 3 次）"] {
        visitor.enters("#sms_code", wrong).await;
        visitor.clicks("#check").await;
        let error = format!("输入短信验证码有误{left}");
        visitor.sees("#sms_code-error", &error).await;
        visitor.is_at("#sms_code[aria-invalid=true]").await;
        visitor.sees("#result", "").await;
    }

    visitor.types(&right).await; // over the wrong one, which is selected
    visitor.sees("#sms_code-error", "").await;
    visitor.presses("Enter").await;
    visitor.sees("#result", "短信验证码正确").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_code_is_void_after_too_many_wrong_ones() {
    let demo = Demo::with("[sms_code]\nmax_attempts = 1");
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    let right = demo.stored_code().unwrap();
    let wrong = if right == "000000" {
        "111111"
    } else {
        "000000"
    };
    visitor.enters("#sms_code", wrong).await;
    visitor.clicks("#check").await;
    visitor.sees("#sms_code-error", "输入短信验证码有误").await;
    assert_eq!(demo.stored_code(), None);
    visitor.enters("#sms_code", &right).await;
    visitor.clicks("#check").await;
    visitor.sees("#sms_code-error", "错误次数过多").await;
    visitor.leaves_content().await;
}

/// Refused pictures come as JSON with HTTP 200, as everything does.
#[tokio::test]
async fn a_picture_that_is_refused_is_said_and_can_be_asked_for_again() {
    let demo = Demo::with("[limits]\nimage_per_ip = [\"1/1m\"]");
    let visitor = Visitor::of(&demo).await;
    let picture = visitor.sees_picture_other_than("").await;
    visitor.clicks("#refresh").await;
    visitor.sees("#image_code-error", "访问过于频繁").await;
    visitor
        .finds("find('#image').dataset.state === 'missing'")
        .await;

    demo.clock.advance(Duration::from_secs(60));
    visitor.clicks("#refresh").await;
    visitor.sees_picture_other_than(&picture).await;
    visitor.sees("#image_code-error", "").await;
    visitor.leaves_content().await;
}
