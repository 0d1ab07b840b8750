//! Digits to listen to, for those who can't see a picture.

use crate::demo::MOBILE;
use crate::{Demo, Visitor};

/// Waits for a recording that isn't `old`, and tells its id.
async fn hears_recording_other_than(visitor: &Visitor, old: &str) -> String {
    let id = "(find('#image[data-state=shown][hidden]')?.dataset.id ?? '')";
    visitor
        .finds(&format!("{id} !== '' && {id} !== '{old}'"))
        .await;
    visitor.ask(id).await
}

#[tokio::test]
async fn without_seeing_anything_the_keyboard_is_enough() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let picture = visitor.sees_picture_other_than("").await;
    visitor.presses("Tab").await;
    visitor.presses("Tab").await;
    visitor.is_at("#mobile").await;
    visitor.types(MOBILE).await;
    for next in ["#image_code", "#refresh", "#listen"] {
        visitor.presses("Tab").await;
        visitor.is_at(next).await;
    }
    visitor
        .finds("focused().ariaLabel === '看不清？听数字验证码'")
        .await;
    visitor.presses("Enter").await;
    let recording = hears_recording_other_than(&visitor, &picture).await;
    visitor.finds("focused().ariaLabel === '再听一遍'").await;
    assert!(!visitor.can_see("#image").await);

    // When it has been played to its end, the field for what was heard is next.
    visitor.is_at("#image_code").await;
    visitor.sees("[for=image_code]", "语音验证码").await;
    visitor.finds("focused().inputMode === 'numeric'").await;
    let digits = demo.picture_text(&recording).unwrap();
    assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
    visitor.types(&digits).await;
    visitor.presses("Enter").await;
    visitor.sees("#send-status", "发送短信成功").await;

    visitor.is_at("#sms_code").await;
    visitor.types(&demo.stored_code().unwrap()).await;
    visitor.presses("Enter").await;
    visitor.sees("#result", "短信验证码正确").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_recording_is_played_again_replaced_and_given_up_for_a_picture() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    visitor.clicks("#lang").await;
    visitor.clicks("#listen").await;
    let first = hears_recording_other_than(&visitor, "").await;
    visitor.sees("[for=image_code]", "Audio code").await;
    visitor.clicks("#listen").await;
    assert_eq!(hears_recording_other_than(&visitor, "").await, first);
    visitor.clicks("#refresh").await;
    let second = hears_recording_other_than(&visitor, &first).await;
    assert!(demo.picture_text(&second).is_some());

    visitor.clicks("#look").await;
    visitor.sees_picture_other_than(&second).await;
    assert!(visitor.can_see("#image").await);
    assert!(!visitor.can_see("#look").await);
    visitor.sees("[for=image_code]", "Picture code").await;
    visitor
        .finds("find('#listen').ariaLabel === 'Can’t read it? Listen to digits'")
        .await;
    visitor.leaves_content().await;
}

/// Another recording waits until it is asked for, so that it doesn't talk over a screen reader.
#[tokio::test]
async fn what_was_heard_wrongly_is_said_and_can_be_heard_anew() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    visitor.enters("#mobile", MOBILE).await;
    visitor.clicks("#listen").await;
    let first = hears_recording_other_than(&visitor, "").await;
    let digits = demo.picture_text(&first).unwrap();
    let wrong = if digits == "1111" { "2222" } else { "1111" };
    visitor.enters("#image_code", wrong).await;
    visitor.clicks("#send").await;
    let error = "输入语音验证码有误，请重新听";
    visitor.sees("#image_code-error", error).await;
    assert_eq!(visitor.value("#image_code").await, "");
    visitor.clicks("#send").await;
    visitor.sees("#image_code-error", "请先听一段语音").await;

    visitor.clicks("#listen").await;
    let second = hears_recording_other_than(&visitor, &first).await;
    let digits = demo.picture_text(&second).unwrap();
    visitor.enters("#image_code", &digits).await;
    visitor.presses("Enter").await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.leaves_content().await;
}
