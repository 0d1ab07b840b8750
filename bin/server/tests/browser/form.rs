//! The component as a part of a form that is not its own.

use crate::demo::MOBILE;
use crate::elsewhere::{script, shop_and_demo};
use crate::journey::asks_for_code;
use crate::{Demo, Shop, Visitor};

/// A form with the component, and something else to fill in. What answers the form is shown beside it.
async fn visits_form(shop: &Shop, demo: &Demo, component: &str) -> Visitor {
    shop.shows(&format!(
        "{}<form method=\"post\" target=\"answer\">{component}<input name=\"nick\" value=\"x\">\
         <button id=\"register\">Register</button></form><iframe name=\"answer\"></iframe>",
        script(demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    visitor.sees_picture_other_than("").await;
    visitor
}

#[tokio::test]
async fn a_form_waits_until_the_number_is_verified() {
    let (shop, demo) = shop_and_demo("");
    let visitor = visits_form(&shop, &demo, "<sms-code name=\"phone\"></sms-code>").await;
    visitor.clicks("#register").await;
    visitor.sees("#send-error", "请先验证手机号").await;
    visitor.is_at("#mobile").await;

    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.is_at("#sms_code").await;
    visitor.clicks("#register").await;
    visitor
        .sees("#sms_code-error", "请输入短信里的 6 位数字")
        .await;
    visitor.types(&demo.stored_code().unwrap()).await;
    visitor.clicks("#register").await;
    visitor.sees("#sms_code-error", "请先验证手机号").await;
    assert_eq!(
        visitor
            .ask::<String>("document.querySelector('sms-code').value")
            .await,
        ""
    );
    assert_eq!(shop.posted(), [""; 0]);

    visitor.clicks("#check").await;
    visitor.sees("#result", "短信验证码正确").await;
    assert_eq!(
        visitor
            .ask::<String>("document.querySelector('sms-code').value")
            .await,
        MOBILE
    );
    visitor.clicks("#register").await;
    assert_eq!(shop.receives(), [format!("phone={MOBILE}&nick=x")]);
    visitor.leaves_content().await;
}

#[tokio::test]
async fn another_number_has_to_be_verified_anew() {
    let (shop, demo) = shop_and_demo("");
    let visitor = visits_form(&shop, &demo, "<sms-code></sms-code>").await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.is_at("#sms_code").await;
    visitor.types(&demo.stored_code().unwrap()).await;
    visitor.presses("Enter").await;
    visitor.sees("#result", "短信验证码正确").await;
    visitor.enters("#mobile", "13900139000").await;
    visitor.clicks("#register").await;
    visitor.sees("#send-error", "请先验证手机号").await;
    assert_eq!(shop.posted(), [""; 0]);
    visitor.leaves_content().await;
}

/// Whoever receives the form can't know what a browser did: it has to check the code itself.
#[tokio::test]
async fn a_form_carries_the_code_to_whoever_checks_it() {
    let (shop, demo) = shop_and_demo("");
    let visitor = visits_form(&shop, &demo, "<sms-code defer-check></sms-code>").await;
    assert!(!visitor.can_see("#check").await);
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.is_at("#sms_code").await;
    visitor.presses("Enter").await;
    visitor
        .sees("#sms_code-error", "请输入短信里的 6 位数字")
        .await;
    let code = demo.stored_code().unwrap();
    visitor.types(&code).await;
    visitor.presses("Enter").await;
    assert_eq!(
        shop.receives(),
        [format!("mobile={MOBILE}&sms_code={code}&nick=x")]
    );
    assert_eq!(demo.stored_code(), Some(code), "nobody has checked it yet");
    visitor.leaves_content().await;
}

#[tokio::test]
async fn an_optional_one_can_be_left_alone() {
    let (shop, demo) = shop_and_demo("");
    let visitor = visits_form(&shop, &demo, "<sms-code optional></sms-code>").await;
    visitor.clicks("#register").await;
    assert_eq!(shop.receives(), ["nick=x"]);
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_form_resets_and_disables_it() {
    let (shop, demo) = shop_and_demo("");
    let component = format!("<fieldset><sms-code value=\"{MOBILE}\"></sms-code></fieldset>");
    let visitor = visits_form(&shop, &demo, &component).await;
    assert_eq!(visitor.value("#mobile").await, MOBILE);
    let picture = visitor.sees_picture_other_than("").await;
    visitor.enters("#mobile", "12345").await;
    visitor.ask::<()>("document.forms[0].reset()").await;
    assert_eq!(visitor.value("#mobile").await, MOBILE);
    visitor.sees_picture_other_than(&picture).await;

    visitor
        .ask::<()>("void (document.querySelector('form fieldset').disabled = true)")
        .await;
    let usable = "[...shadow().querySelectorAll('input, button, select')]
        .filter((it) => !it.matches(':disabled')).map((it) => it.id)";
    assert_eq!(visitor.ask::<Vec<String>>(usable).await, [""; 0]);
    visitor.leaves_content().await;
}
