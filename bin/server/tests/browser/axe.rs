//! What keeps people out of a page, as far as axe-core finds it. It is brought by `scripts/axe-core`.

use std::process::Command;
use std::sync::OnceLock;
use std::{fs, path::Path};

use crate::demo::MOBILE;
use crate::elsewhere::{script, shop_and_demo};
use crate::journey::asks_for_code;
use crate::{Demo, Screen, Visitor};

/// The script, which defines `axe`.
fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let directory = concat!(env!("CARGO_TARGET_TMPDIR"), "/axe-core");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/axe-core");
        let status = Command::new(script).arg(directory).status().unwrap();
        assert!(
            status.success(),
            "npm is needed: install the Debian package `npm`"
        );
        let file = Path::new(directory).join("node_modules/axe-core/axe.min.js");
        fs::read_to_string(file).unwrap()
    })
}

/// Fails unless the page as it is now has nothing against it, in the component too.
async fn finds_nothing(visitor: &Visitor, when: &str) {
    visitor.still().await;
    visitor.runs(axe()).await;
    let run = "axe.run().then(({ violations, passes }) => [
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((it) => it.html).join(' ')}`),
        passes.flatMap(({ nodes }) => nodes).some((it) => JSON.stringify(it.target).includes('sms_code')),
    ])";
    let (violations, has_looked_inside): (Vec<String>, bool) = visitor.ask(run).await;
    assert_eq!(violations, [""; 0], "{when}");
    assert!(
        has_looked_inside,
        "{when}: it didn't look into the component"
    );
}

#[tokio::test]
async fn nothing_is_against_the_page_from_its_beginning_to_its_end() {
    let demo = Demo::start();
    for scheme in ["light", "dark"] {
        let screen = Screen {
            scheme,
            ..Screen::DESK
        };
        let visitor = Visitor::looking(&demo, screen).await;
        finds_nothing(&visitor, "at first").await;
        visitor.clicks("#send").await;
        visitor.sees("#mobile-error", "请输入手机号").await;
        finds_nothing(&visitor, "with errors").await;
        visitor.clicks("#lang").await;
        visitor.clicks("#listen").await;
        visitor
            .finds("find('#image[data-state=shown]')?.hidden === true")
            .await;
        finds_nothing(&visitor, "with a recording").await;
        visitor.clicks("#look").await;
        demo.clock.advance(std::time::Duration::from_secs(60));
        asks_for_code(&visitor, &demo, MOBILE).await;
        visitor
            .sees("#messages .tap", "Tap to fill in the code")
            .await;
        finds_nothing(&visitor, "with a message on its way").await;
        visitor.clicks("#messages li:last-child .message").await;
        visitor.clicks("#check").await;
        visitor.sees("#result", "The number is yours").await;
        finds_nothing(&visitor, "at the end").await;
        visitor.leaves_content().await;
    }
}

#[tokio::test]
async fn nothing_is_against_it_on_a_bare_page() {
    let (shop, demo) = shop_and_demo("[limits]\ncountries = [\"*\"]");
    shop.shows(&format!(
        "{}<main><h1>Shop</h1><sms-code></sms-code></main>",
        script(&demo)
    ));
    let visitor = Visitor::at(shop.origin()).await;
    visitor.sees_picture_other_than("").await;
    finds_nothing(&visitor, "on a bare page").await;
    visitor.leaves_content().await;
}

/// The others find nothing; this one shows that they would.
#[tokio::test]
async fn what_keeps_people_out_is_found() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let spoil = "void find('#listen').setAttribute('aria-label', '')";
    visitor.ask::<()>(spoil).await;
    visitor.runs(axe()).await;
    let run = "axe.run().then(({ violations }) => violations.map(({ id }) => id))";
    assert_eq!(visitor.ask::<Vec<String>>(run).await, ["button-name"]);
    visitor.leaves_content().await;
}
