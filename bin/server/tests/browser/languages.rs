//! Languages, and the direction in which they are written.

use std::env;

use crate::demo::MOBILE;
use crate::elsewhere::{script, shop_and_demo};
use crate::journey::asks_for_code;
use crate::{Demo, Visitor};

#[tokio::test]
async fn it_speaks_the_language_around_it() {
    let (shop, demo) = shop_and_demo("");
    shop.shows(&format!(
        "{}<div><sms-code></sms-code></div>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    visitor.sees_picture_other_than("").await;
    // The page is in Chinese. Changes count at once, wherever around it they are.
    visitor.sees("[for=mobile]", "手机号").await;
    let rows = [
        ("div", "en-GB", "Mobile number"),
        ("sms-code", "zh-TW", "手机号"),
        ("sms-code", "fr", "Mobile number"),
        ("sms-code", "", "Mobile number"),
        ("div", "", "手机号"),
        ("html", "en", "Mobile number"),
    ];
    for (around, language, label) in rows {
        let change = format!("void (find('{around}').lang = '{language}')");
        visitor.ask::<()>(&change).await;
        visitor.sees("[for=mobile]", label).await;
    }
    visitor.leaves_content().await;
}

#[tokio::test]
async fn refusals_are_said_in_the_language_of_the_visitor() {
    let texts = [
        (
            "zh-CN",
            [
                "请输入手机号",
                "手机号格式不正确",
                "输入图形验证码有误",
                "发送短信过于频繁",
                "短信验证码失效",
            ],
        ),
        (
            "en",
            [
                "Enter a mobile number",
                "Not a number that can be sent to",
                "Not what the picture says, here is a new one",
                "Too many codes for this number",
                "No valid code, please get another one",
            ],
        ),
    ];
    for (language, [empty, malformed, mismatch, too_often, none]) in texts {
        let demo = Demo::with("[locale]\nmessages = \"en\"");
        let visitor = Visitor::of(&demo).await;
        let switch = format!("void (document.documentElement.lang = '{language}')");
        visitor.ask::<()>(&switch).await;
        visitor.clicks("#send").await;
        visitor.sees("#mobile-error", empty).await;
        asks_for_code(&visitor, &demo, "12345").await;
        visitor.sees("#mobile-error", malformed).await;
        visitor.enters("#mobile", MOBILE).await;
        visitor.enters("#image_code", "0000").await;
        visitor.presses("Enter").await;
        visitor.sees("#image_code-error", mismatch).await;
        visitor.enters("#sms_code", "123456").await;
        visitor.presses("Enter").await;
        visitor.sees("#sms_code-error", none).await;
        asks_for_code(&visitor, &demo, MOBILE).await;
        visitor.is_at("#sms_code").await;
        visitor.open(&demo).await;
        visitor.ask::<()>(&switch).await;
        asks_for_code(&visitor, &demo, MOBILE).await;
        visitor.sees("#send-error", too_often).await;
        visitor.leaves_content().await;
    }
}

#[tokio::test]
async fn a_page_may_add_a_language() {
    let (shop, demo) = shop_and_demo("");
    let url = demo.url();
    shop.shows(&format!(
        "<script type=\"module\">
            import {{ TEXT }} from '{url}sms-code.js';
            TEXT.ar = {{ ...TEXT.en, mobile: 'رقم الهاتف' }};
        </script>
        {}<sms-code lang=\"zh\"></sms-code>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    visitor.sees("[for=mobile]", "手机号").await;
    visitor
        .ask::<()>("void (document.querySelector('sms-code').lang = 'ar-EG')")
        .await;
    visitor.sees("[for=mobile]", "رقم الهاتف").await;
    visitor.leaves_content().await;
}

/// Where things are, from the left edge, and how wide; and the text in the number's field.
const PLACES: &str =
    "['#mobile', '#image_code', '#image', '#refresh', '#listen', '#send', '#check', 'label span']
    .map((it) => find(it).getBoundingClientRect()).map(({ left, right }) => [left, right])";

/// With `SMS_SCREENSHOT_RTL=PATH` in the environment, this test leaves a picture of the page there.
#[tokio::test]
async fn from_right_to_left_everything_is_mirrored_but_numbers() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    visitor.enters("#mobile", "+86 138").await;
    let ltr: Vec<[f64; 2]> = visitor.ask(PLACES).await;
    let edges = "(({ left, right }) => [left, right])(find('sms-code').getBoundingClientRect())";
    let [left, right]: [f64; 2] = visitor.ask(edges).await;
    visitor
        .ask::<()>("void (document.documentElement.dir = 'rtl')")
        .await;
    let rtl: Vec<[f64; 2]> = visitor.ask(PLACES).await;
    let [rtl_left, rtl_right]: [f64; 2] = visitor.ask(edges).await;
    for (before, after) in ltr.iter().zip(&rtl) {
        let mirrored = [left + rtl_right - after[1], left + rtl_right - after[0]];
        for (place, mirrored) in before.iter().zip(mirrored) {
            assert!((place - mirrored).abs() < 1.5, "{ltr:?} {rtl:?}");
        }
    }
    assert!((right - left - (rtl_right - rtl_left)).abs() < 1.5);
    let directions =
        "['#mobile', '#image_code', '#sms_code'].map((it) => getComputedStyle(find(it)).direction)";
    assert_eq!(visitor.ask::<Vec<String>>(directions).await, ["ltr"; 3]);

    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#messages .tap", "点按填入验证码").await;
    if let Some(path) = env::var_os("SMS_SCREENSHOT_RTL") {
        visitor.screenshot(path).await;
    }
    visitor.types("12").await;
    let overflow = "document.documentElement.scrollWidth > innerWidth";
    assert!(!visitor.ask::<bool>(overflow).await);
    visitor.leaves_content().await;
}
