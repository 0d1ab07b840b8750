//! Services of the Verify face that have senders, limits and countries of their own.

use sms_core::Mobile;

use crate::app::{App, MOBILE};
use crate::exposition::Exposition;
use crate::verify::{BANK, Caller, SHOP, TO, limited};

const OF_BANK: &str = "[verify.services.bank]\n";

#[tokio::test]
async fn a_service_sends_by_its_own_senders() {
    let sender = "[gateway.senders.of_shop]\nkind = 'mock'\n";
    let toml = limited(
        "per_mobile = []",
        &format!("senders = ['of_shop']\n{sender}"),
    );
    let app = App::start_with_its_senders(&toml);
    let caller = Caller::account(&app);
    for service in [SHOP, SHOP, BANK] {
        assert_eq!(caller.start(service, TO).await.status, 201);
    }
    let metrics = Exposition::of(&app).await;
    let accepted = |sender: &str| {
        metrics.value(&format!(
            "sms_sends_total{{result=\"accepted\",sender=\"{sender}\"}}"
        ))
    };
    assert_eq!((accepted("of_shop"), accepted("mock")), (2.0, 1.0));
    let ready = app.get_ops("/readyz").await.text().await.unwrap();
    assert!(
        ready.contains(r#"{"mock":"closed","of_shop":"closed"}"#),
        "{ready}"
    );
}

#[tokio::test]
async fn a_service_has_limits_and_countries_of_its_own() {
    let toml = limited(
        "per_mobile = ['1/1h']",
        "per_mobile = ['2/1h']\ncountries = ['FR']",
    )
    .replace(OF_BANK, &format!("{OF_BANK}countries = ['CN', 'FR']\n"));
    let app = App::start_with(&toml);
    let caller = Caller::account(&app);
    let blocked = caller.start(SHOP, TO).await;
    assert_eq!(
        (blocked.status, &blocked.body["code"]),
        (403, &60605.into())
    );

    let french = "+33612345678";
    assert_eq!(caller.start(SHOP, french).await.status, 201);
    // What one service sent counts for the other, each by its own quota.
    let refused = caller.start(BANK, french).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (429, &60212.into())
    );
    assert_eq!(caller.start(SHOP, french).await.status, 201);
    assert_eq!(caller.start(SHOP, french).await.status, 429);
    let mobile = Mobile::parse(french).unwrap();
    assert_eq!(app.sender.sent_to(&mobile).len(), 2);

    // And for the other face.
    assert_eq!(caller.start(BANK, TO).await.status, 201);
    app.send(MOBILE).await.is_refusal("发送短信过于频繁");
}
