//! Attempts of the Verify face and their summary.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sms_core::Timestamp;
use sms_store::{ManualClock, MemoryStore};

use crate::app::App;
use crate::verify::{ACCOUNT, BANK, Caller, SHOP, TO, Told, key, settings};

const KEY: &str = "SK00000000000000000000000000000001";
const FRENCH: &str = "+33612345678";

/// Two messages to one number for the shop, the second of which was converted; then one to another
/// country for the bank. A minute is between them.
async fn three_attempts(more: &str) -> App {
    let clock = ManualClock::new(Timestamp::from_millis(1_795_342_830_500));
    let store = Arc::new(MemoryStore::new(clock.clock()));
    let toml = settings(more).replace("[limits]", "[limits]\ncountries = ['*']");
    let app = App::start_on(store, &toml);
    let caller = Caller::account(&app);
    for (service, to) in [(SHOP, TO), (SHOP, TO), (BANK, FRENCH)] {
        assert_eq!(caller.start(service, to).await.status, 201);
        clock.advance(Duration::from_secs(60));
    }
    let code = app.received_code(TO);
    let check = caller.check(SHOP, TO, &code).await;
    check.is_verification(200, "approved");
    app
}

/// Numbers and states of the attempts that an answer lists.
fn listed(told: &Told) -> Vec<(String, String)> {
    assert_eq!(told.status, 200, "{told:?}");
    let attempts = told.body["attempts"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let listed = attempts.iter().map(|attempt| {
        let to = text(&attempt["channel_data"]["to"]);
        (to, text(&attempt["conversion_status"]))
    });
    listed.collect()
}

fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(to, state): &(&str, &str)| ((*to).to_owned(), (*state).to_owned());
    rows.iter().map(owned).collect()
}

#[tokio::test]
async fn every_message_is_an_attempt() {
    let app = three_attempts("code_length = 8").await;
    let caller = Caller::account(&app);
    let told = caller.get("/Attempts").await;
    let all = [
        (FRENCH, "unconverted"),
        (TO, "converted"),
        (TO, "unconverted"),
    ];
    assert_eq!(listed(&told), rows(&all));
    let converted = &told.body["attempts"][1];
    let sid = converted["sid"].as_str().unwrap();
    let verification = converted["verification_sid"].as_str().unwrap();
    let url = format!("http://{}/v2/Attempts/{sid}", app.public);
    let expected = json!({
        "sid": sid,
        "account_sid": ACCOUNT,
        "service_sid": SHOP,
        "verification_sid": verification,
        "date_created": "2026-11-22T10:21:30Z",
        "date_updated": "2026-11-22T10:23:30Z",
        "conversion_status": "converted",
        "channel": "sms",
        "price": null,
        "channel_data": {
            "to": TO,
            "country": "CN",
            "code_length": 8,
            "message_status": "sent",
            "error_code": null,
        },
        "url": url,
    });
    assert_eq!(*converted, expected);
    let fetched = caller.get(&format!("/Attempts/{sid}/")).await;
    assert_eq!((fetched.status, fetched.body), (200, expected));
    for name in ["VL00000000000000000000000000000000", "VL1", verification] {
        let path = format!("/Attempts/{name}");
        caller.get(&path).await.is_not_found(&path);
    }
}

#[tokio::test]
async fn attempts_are_listed_as_they_are_asked_for() {
    let app = three_attempts("").await;
    let caller = Caller::account(&app);
    let newest = caller.get("/Attempts").await.body["attempts"][0].clone();
    let verification = newest["verification_sid"].as_str().unwrap();
    let (french, first, second) = (
        (FRENCH, "unconverted"),
        (TO, "unconverted"),
        (TO, "converted"),
    );
    let of_verification = format!("VerificationSid={verification}");
    let of_shop = format!("VerifyServiceSid={SHOP}&Status=Unconverted");
    let table: [(&str, &[(&str, &str)]); 14] = [
        ("ChannelData.To=%2B33612345678", &[french]),
        ("ChannelData.To=%2B8613900139000", &[]),
        (&of_verification, &[french]),
        (&of_shop, &[first]),
        ("Country=CN", &[second, first]),
        ("Country=fr", &[french]),
        ("Status=CONVERTED", &[second]),
        ("Channel=SMS", &[french, second, first]),
        ("Channel=call", &[]),
        ("DateCreatedAfter=2026-11-22T10:21:00Z", &[french, second]),
        ("DateCreatedBefore=2026-11-22T10:21:00Z", &[first]),
        (
            "DateCreatedAfter=2026-11-22T10:21:00Z&DateCreatedBefore=2026-11-22T10:22:00Z",
            &[second],
        ),
        // The first for summaries alone, the second for nothing.
        ("DestinationPrefix=%2B33", &[french, second, first]),
        ("Color=red", &[french, second, first]),
    ];
    for (query, expected) in table {
        let told = caller.get(&format!("/Attempts?{query}")).await;
        assert_eq!(listed(&told), rows(expected), "{query}");
    }
    for name in [
        "ChannelData.To",
        "VerifyServiceSid",
        "VerificationSid",
        "Country",
        "Channel",
        "Status",
        "DateCreatedAfter",
        "DateCreatedBefore",
    ] {
        let told = caller.get(&format!("/Attempts?{name}=%3F")).await;
        told.is_problem(400, 60200, &format!("Invalid parameter: {name}"));
    }
}

#[tokio::test]
async fn links_lead_through_attempts_although_there_are_ever_more() {
    let app = three_attempts("").await;
    let caller = Caller::account(&app);
    let base = format!("http://{}/v2", app.public);
    let mut path = "/Attempts?Channel=sms&PageSize=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let told = caller.get(&path).await;
        seen.extend(listed(&told));
        // What comes later is not between two pages.
        caller.start(BANK, FRENCH).await;
        let Some(next) = told.body["meta"]["next_page_url"].as_str() else {
            break;
        };
        assert!(next.contains("Channel=sms&PageSize=1&Page="), "{next}");
        path = next.strip_prefix(&base).unwrap().to_owned();
    }
    let all = [
        (FRENCH, "unconverted"),
        (TO, "converted"),
        (TO, "unconverted"),
    ];
    assert_eq!(seen, rows(&all));
    for query in ["Page=1", "Page=1&PageToken=x"] {
        let told = caller.get(&format!("/Attempts?{query}")).await;
        told.is_problem(400, 60200, "Invalid parameter: PageToken");
    }
}

#[tokio::test]
async fn a_summary_tells_the_share_of_messages_that_led_to_an_approval() {
    let app = three_attempts("").await;
    let caller = Caller::account(&app);
    let summary = async |query: &str| {
        let told = caller.get(&format!("/Attempts/Summary{query}")).await;
        assert_eq!(told.status, 200, "{told:?}");
        told.body
    };
    let url = format!("http://{}/v2/Attempts/Summary", app.public);
    let expected = json!({
        "total_attempts": 3,
        "total_converted": 1,
        "total_unconverted": 2,
        "conversion_rate_percentage": "33.333333333",
        "url": url,
    });
    assert_eq!(summary("").await, expected);
    let of_shop = format!("?VerifyServiceSid={SHOP}");
    let rows = [
        (&*of_shop, 2, "50"),
        ("?Country=FR", 1, "0"),
        ("?DestinationPrefix=%2B86", 2, "50"),
        ("?Channel=email", 0, "0"),
        ("?DateCreatedBefore=2026-11-22T10:20:30Z", 0, "0"),
        // No part of a summary.
        ("?Status=converted", 3, "33.333333333"),
    ];
    for (query, total, percentage) in rows {
        let body = summary(query).await;
        assert_eq!(body["total_attempts"], total, "{query}");
        assert_eq!(body["conversion_rate_percentage"], percentage, "{query}");
    }
}

#[tokio::test]
async fn a_key_sees_the_attempts_of_its_services() {
    let other = "VA00000000000000000000000000000003";
    let third = format!("[verify.services.third]\nsid = '{other}'\nfriendly_name = 'Third'\n");
    let one = key(
        "one",
        KEY,
        &format!("services = ['{SHOP}']\nallow = ['read']"),
    );
    let two_sid = "SK00000000000000000000000000000002";
    let services = format!("services = ['{SHOP}', '{BANK}']");
    let two = key("two", two_sid, &services);
    let app = three_attempts(&format!("{third}{one}{two}")).await;
    let caller = Caller::new(&app, KEY, "the secret of one");
    let told = caller.get("/Attempts").await;
    let of_shop = [(TO, "converted"), (TO, "unconverted")];
    assert_eq!(listed(&told), rows(&of_shop));
    let told = caller
        .get(&format!("/Attempts?VerifyServiceSid={BANK}"))
        .await;
    assert_eq!(listed(&told), rows(&[]));
    let summary = caller.get("/Attempts/Summary").await.body;
    assert_eq!(summary["total_attempts"], 2);
    let newest = Caller::account(&app).get("/Attempts").await.body["attempts"][0].clone();
    let path = format!("/Attempts/{}", newest["sid"].as_str().unwrap());
    caller.get(&path).await.is_not_found(&path);

    let caller = Caller::new(&app, two_sid, "the secret of two");
    let told = caller.get("/Attempts?PageSize=2").await;
    let newest = [(FRENCH, "unconverted"), (TO, "converted")];
    assert_eq!(listed(&told), rows(&newest));
    let next = told.body["meta"]["next_page_url"].as_str().unwrap();
    let base = format!("http://{}/v2", app.public);
    let told = caller.get(next.strip_prefix(&base).unwrap()).await;
    assert_eq!(listed(&told), rows(&[(TO, "unconverted")]));
    let summary = caller.get("/Attempts/Summary").await.body;
    assert_eq!(summary["total_attempts"], 3);
}
