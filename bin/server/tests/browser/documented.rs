//! What `docs/COMPONENT.md` says that pages may use is what there is.

use std::collections::BTreeSet;

use crate::{Demo, Visitor};

const COMPONENT: &str = include_str!("../../../../docs/COMPONENT.md");

/// The names in the first column of the table that begins with this cell.
fn documented(head: &str) -> BTreeSet<String> {
    let head = format!("| {head} |");
    let rows = COMPONENT
        .lines()
        .skip_while(|line| !line.starts_with(&head));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn every_attribute_property_part_and_slot_is_documented() {
    let demo = Demo::start();
    let visitor = Visitor::of(&demo).await;
    let rows = [
        (
            "part",
            "[...shadow().querySelectorAll('[part]')].flatMap((it) => [...it.part])",
        ),
        (
            "slot",
            "[...shadow().querySelectorAll('slot[name]')].map((it) => it.name)",
        ),
        (
            "property",
            "[...shadow().adoptedStyleSheets[0].cssRules]
                .flatMap((it) => it.cssText.match(/--sms-code-[a-z-]+/g) ?? [])",
        ),
    ];
    for (head, script) in rows {
        let there = visitor.ask::<BTreeSet<String>>(script).await;
        assert_eq!(documented(head), there, "{head}");
    }
    let observed = "customElements.get('sms-code').observedAttributes";
    let observed = visitor.ask::<BTreeSet<String>>(observed).await;
    assert!(!observed.is_empty());
    assert!(observed.is_subset(&documented("attribute")), "{observed:?}");
    visitor.leaves_content().await;
}
