//! Services of the Verify face.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::App;
use crate::verify::{BANK, Caller, SHOP, key, settings};

const KEY: &str = "SK00000000000000000000000000000001";

/// A service as clients read it, where links begin with `base`.
fn resource(base: &str, sid: &str, name: &str) -> Value {
    let url = format!("{base}/v2/Services/{sid}");
    json!({
        "sid": sid,
        "account_sid": "AC00000000000000000000000000000001",
        "friendly_name": name,
        "code_length": 6,
        "lookup_enabled": false,
        "psd2_enabled": false,
        "skip_sms_to_landlines": true,
        "dtmf_input_required": false,
        "tts_name": null,
        "do_not_share_warning_enabled": false,
        "custom_code_enabled": false,
        "push": null,
        "totp": null,
        "default_template_sid": null,
        "whatsapp": null,
        "passkeys": null,
        "verify_event_subscription_enabled": false,
        "date_created": null,
        "date_updated": null,
        "url": url,
        "links": {
            "verifications": format!("{url}/Verifications"),
            "verification_checks": format!("{url}/VerificationCheck"),
            "rate_limits": format!("{url}/RateLimits"),
        },
    })
}

#[tokio::test]
async fn a_service_is_as_it_is_configured() {
    let app = App::start_with(&settings("code_length = 8\ncustom_code_enabled = true"));
    let caller = Caller::account(&app);
    let base = format!("http://{}", app.public);
    for path in [format!("/Services/{SHOP}"), format!("/Services/{SHOP}/")] {
        let told = caller.get(&path).await;
        let mut expected = resource(&base, SHOP, "Shop");
        expected["code_length"] = json!(8);
        expected["custom_code_enabled"] = json!(true);
        assert_eq!((told.status, told.body), (200, expected));
    }
    let told = caller.get(&format!("/Services/{BANK}")).await;
    assert_eq!(told.body, resource(&base, BANK, "Bank"));
}

#[tokio::test]
async fn services_are_listed_in_pages_that_links_lead_through() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let base = format!("http://{}", app.public);
    let url = |query: &str| format!("{base}/v2/Services?{query}");
    let whole = caller.get("/Services").await;
    let expected = json!({
        "services": [resource(&base, BANK, "Bank"), resource(&base, SHOP, "Shop")],
        "meta": {
            "key": "services",
            "page": 0,
            "page_size": 50,
            "first_page_url": url("PageSize=50&Page=0"),
            "previous_page_url": null,
            "url": url("PageSize=50&Page=0"),
            "next_page_url": null,
        },
    });
    assert_eq!((whole.status, whole.body), (200, expected));

    let first = caller.get("/Services/?PageSize=1").await.body;
    assert_eq!(first["services"][0]["sid"], BANK);
    let next = first["meta"]["next_page_url"].as_str().unwrap();
    let next = next.strip_prefix(&format!("{base}/v2")).unwrap();
    let last = caller.get(next).await.body;
    assert_eq!(last["services"][0]["sid"], SHOP);
    assert_eq!(last["meta"]["next_page_url"], Value::Null);
    let previous = &last["meta"]["previous_page_url"];
    assert_eq!(*previous, url("PageSize=1&Page=0"));

    for (query, code, message) in [
        ("PageSize=0", 60200, "Invalid parameter: PageSize"),
        ("Page=x", 60200, "Invalid parameter: Page"),
        ("PageSize=1001", 20007, "Page size too large"),
    ] {
        let told = caller.get(&format!("/Services?{query}")).await;
        told.is_problem(400, code, message);
    }
}

#[tokio::test]
async fn links_begin_where_callers_reach_the_service() {
    let app = App::start_with(&settings("").replace(
        "[verify]\n",
        "[verify]\npublic_url = 'https://sms.example/verify/'\n",
    ));
    let told = Caller::account(&app)
        .get(&format!("/Services/{SHOP}"))
        .await;
    let expected = resource("https://sms.example/verify", SHOP, "Shop");
    assert_eq!(told.body, expected);

    let behind_proxy = format!(
        "server.trusted_proxies = ['127.0.0.1/32']\n{}",
        settings("")
    );
    let app = App::start_with(&behind_proxy);
    let caller = Caller::account(&app);
    let request = caller.request(Method::GET, &format!("/Services/{SHOP}"));
    let request = request.header("X-Forwarded-Proto", "https");
    let request = request.header("X-Forwarded-Host", "sms.example");
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(body, resource("https://sms.example", SHOP, "Shop"));
}

#[tokio::test]
async fn a_service_that_is_not_there_or_not_for_the_caller_is_not_found() {
    let key = key("checkout", KEY, &format!("services = ['{SHOP}']"));
    let app = App::start_with(&settings(&key));
    let caller = Caller::account(&app);
    let other = "VA00000000000000000000000000000003";
    for sid in [other, "VA1", "shop", ACCOUNT_LIKE] {
        let path = format!("/Services/{sid}");
        caller.get(&path).await.is_not_found(&path);
    }
    let caller = Caller::new(&app, KEY, "the secret of checkout");
    let path = format!("/Services/{BANK}");
    caller.get(&path).await.is_not_found(&path);
    assert_eq!(caller.get(&format!("/Services/{SHOP}")).await.status, 200);
    let listed = caller.get("/Services").await.body;
    assert_eq!(listed["services"].as_array().unwrap().len(), 1);
}

const ACCOUNT_LIKE: &str = "AC00000000000000000000000000000001";

#[tokio::test]
async fn services_are_changed_by_configuration_alone() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let service = format!("/Services/{SHOP}");
    for method in [Method::POST, Method::DELETE, Method::PUT, Method::HEAD] {
        for path in ["/Services", &service, &format!("{service}/")] {
            let response = caller.request(method.clone(), path).send().await.unwrap();
            assert_eq!(response.status(), 405, "{method} {path}");
            assert_eq!(response.headers()["allow"], "GET", "{method} {path}");
            let body = response.text().await.unwrap();
            assert!(method == Method::HEAD || body.contains("\"code\":20004"));
        }
    }
}
