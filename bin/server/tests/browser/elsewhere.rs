//! The component on pages of another origin.

use serde_json::{Value, json};

use crate::demo::MOBILE;
use crate::journey::asks_for_code;
use crate::{Demo, Shop, Visitor};

/// A shop, and a server that lets its pages call.
pub(crate) fn shop_and_demo(settings: &str) -> (Shop, Demo) {
    let shop = Shop::open();
    let origins = format!("cors_origins = [\"{}\"]\n{settings}", shop.origin());
    (shop, Demo::with(&origins))
}

/// The line that brings the component.
pub(crate) fn script(demo: &Demo) -> String {
    let url = demo.url();
    format!("<script type=\"module\" src=\"{url}sms-code.js\"></script>")
}

#[tokio::test]
async fn two_lines_on_a_page_of_another_origin_are_enough() {
    let (shop, demo) = shop_and_demo("");
    shop.shows(&format!("{}\n<sms-code></sms-code>", script(&demo)));
    let visitor = Visitor::at(shop.origin()).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    visitor.is_at("#sms_code").await;
    visitor.types(&demo.stored_code().unwrap()).await;
    visitor.clicks("#check").await;
    visitor.sees("#result", "短信验证码正确").await;
    assert_eq!(demo.stored_code(), None, "a code is good for one time");
    visitor.leaves_content().await;
}

#[tokio::test]
async fn a_page_of_an_origin_that_may_not_call_is_told_nothing() {
    let (shop, demo) = (Shop::open(), Demo::start());
    shop.shows(&format!("{}\n<sms-code></sms-code>", script(&demo)));
    let visitor = Visitor::at(shop.origin()).await;
    let refusal = "没有连上服务，请稍后再试";
    visitor.sees("#image_code-error", refusal).await;
    let complaints = visitor.leave().await;
    let is_cors =
        |complaint: &String| complaint.contains("CORS") || complaint.contains("ERR_FAILED");
    assert!(complaints.iter().all(is_cors), "{complaints:?}");
}

/// The policy is the one in `docs/COMPONENT.md`, and forbids what pages with a policy like to forbid.
#[tokio::test]
async fn a_strict_policy_does_not_stop_it() {
    let (shop, demo) = shop_and_demo("");
    let server = demo.url();
    let policy = format!(
        "default-src 'none'; script-src {server}; connect-src {server}; img-src blob:; media-src blob:; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    shop.shows(&format!("{meta}{}\n<sms-code></sms-code>", script(&demo)));
    let visitor = Visitor::at(shop.origin()).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.sees("#send-status", "发送短信成功").await;
    let colour = "getComputedStyle(find('#check')).backgroundColor";
    assert_eq!(visitor.ask::<String>(colour).await, "rgb(23, 104, 90)");
    visitor.leaves_content().await;
}

#[tokio::test]
async fn the_page_styles_it() {
    let (shop, demo) = shop_and_demo("");
    shop.shows(&format!(
        "{}
        <style>
            sms-code {{ --sms-code-accent: rgb(120, 40, 140); --sms-code-radius: 2px; --accent: red; }}
            sms-code::part(label) {{ color: rgb(1, 2, 3); }}
            sms-code[stage=request]::part(status) {{ text-indent: 7px; }}
        </style>
        <sms-code><b slot=\"label-mobile\">Your telephone</b><p id=\"terms\">Terms <input></p></sms-code>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    visitor.sees_picture_other_than("").await;
    let rows = [
        ("#send", "backgroundColor", "rgb(120, 40, 140)"),
        ("#refresh", "color", "rgb(120, 40, 140)"),
        ("#mobile", "borderRadius", "2px"),
        ("[for=mobile]", "color", "rgb(1, 2, 3)"),
        ("#send-status", "textIndent", "7px"),
    ];
    for (selector, property, value) in rows {
        let style = format!("getComputedStyle(find('{selector}')).{property}");
        assert_eq!(visitor.ask::<String>(&style).await, value, "{selector}");
    }
    visitor.sees("[slot=label-mobile]", "Your telephone").await;
    visitor.clicks("[slot=label-mobile]").await;
    visitor.is_at("#mobile").await;
    visitor.sees("#terms", "Terms").await;
    visitor.enters("#terms input", "x").await;
    // What is in a slot is the page's, and so are the names of its properties.
    let leaks = "getComputedStyle(find('#terms')).getPropertyValue('--accent')";
    assert_eq!(visitor.ask::<String>(leaks).await, "red");
    visitor.leaves_content().await;
}

#[tokio::test]
async fn the_page_is_told_what_happens() {
    let (shop, demo) = shop_and_demo("");
    shop.shows(&format!(
        "<script nonce=\"\">
            window.told = [];
            for (const type of ['sent', 'verified', 'error']) {{
                window.addEventListener(type, (event) => told.push(['window', type]));
                document.addEventListener('DOMContentLoaded', () => document.querySelector('sms-code')
                    .addEventListener(type, ({{ detail }}) => told.push([type, detail])));
            }}
        </script>{}\n<sms-code></sms-code>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    asks_for_code(&visitor, &demo, "12345").await;
    visitor.sees("#mobile-error", "手机号格式不正确").await;
    asks_for_code(&visitor, &demo, "+86 138 0013 8000").await;
    visitor.is_at("#sms_code").await;
    visitor.types(&demo.stored_code().unwrap()).await;
    visitor.presses("Enter").await;
    visitor.sees("#result", "短信验证码正确").await;
    let bad = json!({ "code": 400, "errmsg": "手机号格式不正确", "outcome": "bad_mobile" });
    let told = json!([
        // It doesn't reach the window, which would take it for an error of a script.
        ["error", bad],
        ["sent", { "mobile": MOBILE }],
        ["window", "sent"],
        ["verified", { "mobile": MOBILE }],
        ["window", "verified"],
    ]);
    assert_eq!(visitor.ask::<Value>("told").await, told);
    visitor.leaves_content().await;
}

/// Browsers on telephones read the message and ask the visitor; this one is made to believe that it does.
#[tokio::test]
async fn a_code_that_the_browser_has_read_is_filled_in() {
    let (shop, demo) = shop_and_demo("");
    shop.shows(&format!(
        "<script>
            window.OTPCredential = class {{}};
            navigator.credentials.get = ({{ otp, signal }}) => new Promise((resolve, reject) => {{
                window.read = (code) => resolve({{ code, type: otp.transport[0] }});
                signal.addEventListener('abort', () => {{ window.isOver = true; reject(signal.reason); }});
            }});
        </script>{}\n<sms-code></sms-code>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    asks_for_code(&visitor, &demo, MOBILE).await;
    visitor.finds("Boolean(window.read)").await;
    let code = demo.stored_code().unwrap();
    visitor.ask::<()>(&format!("read('{code}')")).await;
    visitor.finds("find('#sms_code').value !== ''").await;
    assert_eq!(visitor.value("#sms_code").await, code);
    visitor.presses("Enter").await;
    visitor.sees("#result", "短信验证码正确").await;
    visitor.finds("window.isOver").await;
    visitor.leaves_content().await;
}

#[tokio::test]
async fn the_visitor_chooses_a_country() {
    let countries = "[limits]\nper_mobile = []\ncountries = [\"CN\", \"HK\", \"GB\", \"CI\"]";
    let (shop, demo) = shop_and_demo(countries);
    shop.shows(&format!(
        "{}\n<sms-code country=\"HK\"></sms-code>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    visitor.sees_picture_other_than("").await;
    let options = "[...find('#country').options].map((it) => it.text)";
    let options: Vec<String> = visitor.ask(options).await;
    assert_eq!(options[0], "+86 中国");
    assert_eq!(options[3], "+225 科特迪瓦");
    let rows = [
        ("HK", "5123 4567", "+85251234567"),
        ("GB", "07400 123456", "+447400123456"),
        ("CI", "01 23 45 67 89", "+2250123456789"),
        ("GB", "+852 6123-4567", "+85261234567"),
        ("HK", "0086 13900139000", "13900139000"),
        ("CN", MOBILE, MOBILE),
    ];
    for (index, (country, typed, number)) in rows.into_iter().enumerate() {
        let choose = format!(
            "(() => {{ find('#country').value = '{country}'; \
            find('#country').dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
        );
        if index > 0 {
            visitor.ask::<()>(&choose).await;
        }
        asks_for_code(&visitor, &demo, typed).await;
        visitor.sees("#send-status", "发送短信成功").await;
        assert_eq!(demo.sender.sent()[0].mobile.key(), number, "{typed}");
    }
    visitor.leaves_content().await;
}
