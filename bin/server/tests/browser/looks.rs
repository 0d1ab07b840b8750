//! What the page looks like, and its small controls.

use crate::demo::MOBILE;
use crate::journey::asks_for_code;
use crate::{Demo, Screen, Visitor};

#[tokio::test]
async fn another_picture_can_be_had() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let first = visitor.sees_picture_other_than("").await;
    visitor.enters("#image_code", "AB").await;
    visitor.clicks("#refresh").await;
    let second = visitor.sees_picture_other_than(&first).await;
    assert!(demo.picture_text(&second).is_some());
    assert_eq!(visitor.value("#image_code").await, "");
    visitor.clicks("#image").await;
    visitor.sees_picture_other_than(&second).await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn the_language_changes_whatever_is_shown() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.sees("#messages .tap", "点按填入验证码").await;
    visitor.clicks("#lang").await;
    visitor.sees("#send-status", "The code has been sent").await;
    visitor
        .sees("#messages .tap", "Tap to fill in the code")
        .await;
    visitor.sees("#send-label", "Get another code").await;
    visitor
        .reads("#countdown", |text| text.ends_with('s'))
        .await;
    visitor.clicks("#lang").await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.sees("#messages .tap", "点按填入验证码").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_narrow_screen_shows_everything_within_its_width() {
    let demo = Demo::start();
    let narrow = Screen {
        width: 360,
        height: 740,
        ..Screen::DESK
    };
    let visitor = Visitor::looking(&demo, narrow).await;
    assert_eq!(visitor.ask::<u32>("innerWidth").await, 360);
    assert_eq!(too_wide(&visitor).await, [""; 0]);
    asks_for_code(&visitor, &demo, "12345").await;
    visitor.sees("#mobile-error", "手机号格式不正确").await;
    assert_eq!(too_wide(&visitor).await, [""; 0]);
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#messages .tap", "点按填入验证码").await;
    assert_eq!(too_wide(&visitor).await, [""; 0]);
    visitor.leaves_content().await;
}

/// What reaches over the edges of the screen. The field of the SMS code is wider than what is seen of
/// it, and waves go out from the telephone: both are cut off, and neither can be scrolled to.
async fn too_wide(visitor: &Visitor) -> Vec<String> {
    let script = "
        [document, shadow()].flatMap((it) => [...it.querySelectorAll('body, body *, fieldset *:not(#sms_code)')]).filter((it) => {
            const box = it.getBoundingClientRect();
            return it.checkVisibility() && box.width > 0 && (box.left < 0 || box.right > innerWidth);
        }).concat(document.documentElement.scrollWidth > innerWidth ? document.documentElement : [])
            .map((it) => it.id || it.className || it.tagName)";
    visitor.ask(script).await
}

#[tokio::test]
async fn the_page_is_dark_for_those_who_like_it_dark() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let [light_page, light_card, light_ink] = brightness(&visitor).await;
    let dark = Screen {
        scheme: "dark",
        ..Screen::DESK
    };
    visitor.look_through(dark).await;
    let [dark_page, dark_card, dark_ink] = brightness(&visitor).await;
    assert!(light_page > 200 && light_card > 200 && light_ink < 60);
    assert!(dark_page < 60 && dark_card < 60 && dark_ink > 200);
    visitor.leaves_content().await;
}

/// How bright the page, the card on it and its letters are, of 255.
async fn brightness(visitor: &Visitor) -> [u32; 3] {
    let script = "
        [['body', 'backgroundColor'], ['.card', 'backgroundColor'], ['h1', 'color']].map(([it, what]) => {
            const colour = getComputedStyle(document.querySelector(it))[what];
            return Math.max(...colour.match(/\\d+/g).slice(0, 3).map(Number));
        })";
    visitor.ask(script).await
}
