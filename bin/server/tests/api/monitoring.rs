//! The alarms, the dashboard and the documentation speak of metrics that there are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sms_gateway::Behaviour;
use sms_testkit::RedisServer;

use crate::app::{App, MOBILE, UNLIMITED};
use crate::exposition::Exposition;
use crate::promql::{groups, selections};
use crate::receipts;
use crate::shutdown::reached_the_sender;

const ALERTS: &str = include_str!("../../../../docs/monitoring/alerts.yml");
const DASHBOARD: &str = include_str!("../../../../docs/monitoring/grafana-dashboard.json");
const OPERATIONS: &str = include_str!("../../../../docs/OPERATIONS.md");

/// Labels that Prometheus itself puts on series.
const ITS_OWN: [&str; 3] = ["instance", "job", "le"];

/// What a server says that has sent a code and checked it, and then had too much to do.
async fn exposition() -> Exposition {
    let redis = RedisServer::start();
    let settings = format!(
        "{UNLIMITED}\n[gateway]\nmax_in_flight = 1\n{}",
        receipts::settings("")
    );
    let app = App::start_on_url(&redis.url(), &settings);
    app.send(MOBILE).await.is_success("发送短信成功");
    app.check(MOBILE, &app.received_code(MOBILE)).await;
    app.sender.behave(Behaviour::Stall);
    let stalls = app.send("13900139000");
    let refused = async {
        reached_the_sender(&*app.store, "13900139000").await;
        assert_eq!(app.send("13700137000").await.status, 503);
    };
    tokio::select! {
        _ = stalls => panic!("it was to stall"),
        () = refused => {}
    }
    Exposition::of(&app).await
}

/// A query, and the labels that are shown with what it gives.
struct Query {
    text: String,
    shown: Vec<String>,
}

#[tokio::test]
async fn the_alarms_are_about_metrics_that_there_are() {
    let metrics = exposition().await;
    let alarms = alarms();
    assert!(alarms.len() > 10, "{}", alarms.len());
    for alarm in alarms {
        check(&metrics, &alarm);
    }
}

#[tokio::test]
async fn the_dashboard_is_about_metrics_that_there_are() {
    let metrics = exposition().await;
    let panels = panels();
    assert!(panels.len() > 20, "{}", panels.len());
    for panel in panels {
        check(&metrics, &panel);
    }
}

#[tokio::test]
async fn the_queries_of_the_documentation_are_about_metrics_that_there_are() {
    let metrics = exposition().await;
    let queries = queries();
    assert!(queries.len() > 2, "{}", queries.len());
    for query in queries {
        check(&metrics, &query);
    }
}

#[tokio::test]
async fn the_documentation_lists_the_metrics_with_their_types_and_labels() {
    let metrics = exposition().await;
    let real = metrics.types.iter().map(|(name, kind)| {
        let labels = metrics.labels(name).into_iter().map(str::to_owned);
        (name.clone(), (kind.clone(), labels.collect()))
    });
    let real: BTreeMap<_, (String, BTreeSet<String>)> = real.collect();
    assert_eq!(documented(), real, "docs/OPERATIONS.md (left) is wrong");
}

#[test]
fn the_documentation_lists_the_alarms() {
    let names = |text: &'static str, before: &str, after: char| -> BTreeSet<_> {
        let lines = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(before));
        lines
            .map(|rest| rest.split(after).next().unwrap())
            .collect()
    };
    let rules = names(ALERTS, "- alert: ", ' ');
    let rows = names(OPERATIONS, "| `Sms", '`');
    let rows: BTreeSet<_> = rows.into_iter().map(|name| format!("Sms{name}")).collect();
    assert_eq!(rows, rules.into_iter().map(str::to_owned).collect());
}

/// Fails unless each metric, label and value that a query names is there.
#[track_caller]
fn check(metrics: &Exposition, query: &Query) {
    let text = &query.text;
    let mut labels: BTreeSet<_> = ITS_OWN.into();
    for selection in selections(text) {
        let metric = metrics.metric(&selection.name);
        let metric = metric.unwrap_or_else(|| panic!("no metric {}: {text}", selection.name));
        let own = metrics.labels(metric);
        for (label, values) in &selection.matchers {
            let is_own = own.contains(&**label);
            assert!(is_own || ITS_OWN.contains(&&**label), "no {label}: {text}");
            let real = metrics.values(metric, label);
            for value in values.iter().filter(|_| is_own) {
                assert!(real.contains(&**value), "{label} is never {value}: {text}");
            }
        }
        labels.extend(own);
    }
    let grouped = groups(text);
    for label in grouped.iter().flatten() {
        assert!(labels.contains(label), "no label {label}: {text}");
    }
    let left = grouped.unwrap_or_else(|| labels.into_iter().collect());
    for label in &query.shown {
        assert!(left.contains(&&**label), "{label} is not left: {text}");
    }
}

/// The expression of each rule, and the labels that its text shows.
fn alarms() -> Vec<Query> {
    let rules = ALERTS.split("- alert:").skip(1);
    let alarm = |rule: &str| {
        let (_, rest) = rule.split_once("expr: ").unwrap();
        let text = rest.split("labels: {").next().unwrap();
        let shown = rule.split("$labels.").skip(1);
        Query {
            text: text.to_owned(),
            shown: shown.map(|rest| word(rest).to_owned()).collect(),
        }
    };
    rules.map(alarm).collect()
}

/// What the documentation gives as examples: one a paragraph, with a comment above it.
fn queries() -> Vec<Query> {
    let blocks = OPERATIONS.split("```promql\n").skip(1);
    let blocks = blocks.map(|rest| rest.split_once("```").unwrap().0);
    let query = |paragraph: &str| {
        let lines = paragraph.lines().filter(|line| !line.starts_with('#'));
        Query {
            text: lines.collect(),
            shown: Vec::new(),
        }
    };
    blocks
        .flat_map(|block| block.split("\n\n").map(query))
        .collect()
}

/// The expression of each target of each panel, and the labels of its legend.
fn panels() -> Vec<Query> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    let query = |target: &Value| {
        let legend = target["legendFormat"].as_str().unwrap().split("{{");
        Query {
            text: target["expr"].as_str().unwrap().to_owned(),
            shown: legend.skip(1).map(|rest| word(rest).to_owned()).collect(),
        }
    };
    targets.map(query).collect()
}

/// The name that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The metrics of the table, with their types and labels.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let rows = OPERATIONS.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", name, kind, labels, _, ""] = cells[..] else {
            return None;
        };
        let name = name.trim_matches('`');
        let is_metric = name.starts_with("sms_") || name.starts_with("process_");
        let labels = labels.split(", ").map(|label| label.trim_matches('`'));
        let labels = labels.filter(|label| !label.is_empty()).map(str::to_owned);
        is_metric.then(|| (name.to_owned(), (kind.to_owned(), labels.collect())))
    });
    rows.collect()
}
