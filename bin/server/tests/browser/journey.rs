//! The whole way from a picture to a checked number.

use std::env;

use crate::demo::MOBILE;
use crate::{Demo, Visitor};

/// The first steps, by mouse: number and picture in, button pressed.
pub(crate) async fn asks_for_code(visitor: &Visitor, demo: &Demo, mobile: &str) {
    let id = visitor.sees_picture_other_than("").await;
    let text = demo.picture_text(&id).unwrap();
    visitor.enters("#mobile", mobile).await;
    visitor.enters("#image_code", &text).await;
    visitor.clicks("#send").await;
}

/// With `SMS_SCREENSHOT=PATH` in the environment, this test leaves a picture of the page there with
/// the message on the telephone; `scripts/screenshot` takes the README's that way.
#[tokio::test]
async fn a_code_is_asked_for_arrives_and_is_checked() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    visitor.sees("h1", "验证手机号").await;
    visitor.sees("#phone-note", "短信会送到这台手机").await;
    let picture = visitor.sees_picture_other_than("").await;

    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.sees("#send-label", "重新获取").await;
    visitor.is_at("#sms_code").await;
    visitor.sees_picture_other_than(&picture).await;
    assert_eq!(demo.picture_text(&picture), None, "it has been answered");

    let sent = demo.sender.sent();
    let code = demo.stored_code().unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].code.expose(), code);
    visitor.sees("#messages .text", &sent[0].text()).await;
    if let Some(path) = env::var_os("SMS_SCREENSHOT") {
        visitor.screenshot(path).await;
    }

    visitor.clicks("#messages .message").await;
    assert_eq!(visitor.value("#sms_code").await, code);
    assert_eq!(visitor.reads("#result", str::is_empty).await, "");
    visitor.clicks("#check").await;
    visitor.sees("#result", "短信验证码正确").await;
    assert_eq!(demo.stored_code(), None, "a code is good for one time");

    visitor.clicks("#check").await;
    visitor.sees("#sms_code-error", "短信验证码失效").await;
    visitor.sees("#result", "").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn the_keyboard_is_enough_and_it_may_be_in_english() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    visitor.presses("Tab").await;
    visitor.is_at("#lang").await;
    visitor.presses("Enter").await;
    visitor.sees("h1", "Verify your number").await;
    visitor.sees("#lang", "中文").await;

    visitor.presses("Tab").await;
    visitor.is_at("#mobile").await;
    visitor.presses("Enter").await;
    visitor.sees("#mobile-error", "Enter a mobile number").await;
    let hint = "Enter the 4 characters of the picture";
    visitor.sees("#image_code-error", hint).await;
    visitor.types("+86 138-0013-8000").await;
    visitor.sees("#mobile-error", "").await;

    visitor.presses("Tab").await;
    visitor.is_at("#image_code").await;
    let picture = visitor.sees_picture_other_than("").await;
    let text = demo.picture_text(&picture).unwrap();
    visitor.types(&text.to_lowercase()).await;
    visitor.presses("Enter").await;
    visitor.sees("#send-status", "The code has been sent").await;
    visitor.is_at("#sms_code").await;

    let code = demo.stored_code().unwrap();
    visitor
        .reads("#messages .text", |text| text.contains(&code))
        .await;
    visitor.types(&code).await;
    visitor.presses("Enter").await;
    visitor.sees("#result", "The number is yours").await;
    assert_eq!(demo.stored_code(), None, "a code is good for one time");

    visitor.open(&demo).await;
    visitor.sees("h1", "Verify your number").await; // what was chosen stays
    visitor.leaves_content().await;
}

#[tokio::test]
async fn the_telephone_can_be_reached_by_keyboard() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#messages .tap", "点按填入验证码").await;
    visitor.is_at("#sms_code").await;
    visitor.presses("Tab").await;
    visitor.is_at("#check").await;
    visitor.presses("Tab").await;
    visitor.is_at(".message").await;
    visitor.presses("Enter").await;
    visitor.is_at("#sms_code").await;
    let code = demo.stored_code().unwrap();
    assert_eq!(visitor.value("#sms_code").await, code);
    visitor.presses("Enter").await;
    visitor.sees("#result", "短信验证码正确").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn in_production_there_is_no_telephone() {
    let demo = Demo::in_production();
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    assert!(!visitor.can_see("#phone").await);

    visitor.is_at("#sms_code").await;
    visitor.types(&demo.stored_code().unwrap()).await;
    visitor.clicks("#check").await;
    visitor.sees("#result", "短信验证码正确").await;
    // Nothing was asked of an outbox either, or a 404 would be among the complaints.
    assert!(!visitor.can_see("#messages .message").await);
    let outbox = "fetch('/dev/outbox').then((answer) => answer.status)";
    assert_eq!(visitor.ask::<u16>(outbox).await, 404);
    let complaints = visitor.leave().await;
    assert_eq!(complaints.len(), 1, "but for ours: {complaints:?}");
}

/// The other tests find nothing wrong; this one shows that they would.
#[tokio::test]
async fn what_the_browser_has_against_a_page_is_heard() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    for mishap in [
        "console.error('said by the page')",
        "void Promise.reject('thrown by the page')",
        "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
        "fetch('/missing').then(() => null)",
    ] {
        visitor.ask::<()>(mishap).await;
    }
    let complaints = visitor.leave().await;
    let heard = |part: &str| complaints.iter().any(|complaint| complaint.contains(part));
    assert!(heard("said by the page"), "{complaints:?}");
    assert!(heard("thrown by the page"), "{complaints:?}");
    assert!(heard("Content Security Policy"), "{complaints:?}");
    assert!(heard("404"), "{complaints:?}");
}
