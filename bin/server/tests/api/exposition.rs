//! The text format of Prometheus, taken apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::App;

/// What `/metrics` says.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    /// The type of each metric.
    pub(crate) types: BTreeMap<String, String>,
    /// The series with their values.
    pub(crate) series: BTreeMap<Series, f64>,
}

/// A name and its labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
}

impl Exposition {
    pub(crate) async fn of(app: &App) -> Self {
        let mut exposition = Self::default();
        exposition.read(&app.get_ops("/metrics").await.text().await.unwrap());
        exposition
    }

    fn read(&mut self, text: &str) {
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                self.types.insert(name.into(), kind.into());
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                self.series
                    .insert(read_series(series), value.parse().unwrap());
            }
        }
    }

    /// The metric that a series belongs to: those of histograms end in `_bucket` and the like.
    pub(crate) fn metric<'a>(&self, series: &'a str) -> Option<&'a str> {
        let ends = ["", "_bucket", "_sum", "_count"];
        let mut metrics = ends.iter().filter_map(|end| series.strip_suffix(end));
        metrics.find(|metric| self.types.contains_key(*metric))
    }

    /// The names of the labels of a metric, without `le`.
    pub(crate) fn labels(&self, metric: &str) -> BTreeSet<&str> {
        let series = self.series.keys();
        let own = series.filter(|series| self.metric(&series.name) == Some(metric));
        let labels = own.flat_map(|series| series.labels.keys().map(String::as_str));
        labels.filter(|label| *label != "le").collect()
    }

    /// The values that a label of a metric has.
    pub(crate) fn values(&self, metric: &str, label: &str) -> BTreeSet<&str> {
        let series = self.series.keys();
        let own = series.filter(|series| self.metric(&series.name) == Some(metric));
        own.filter_map(|series| series.labels.get(label).map(String::as_str))
            .collect()
    }

    /// The value of a series that is there.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        let value = self.series.get(&read_series(series));
        *value.unwrap_or_else(|| panic!("{series} is not in {:#?}", self.series))
    }
}

fn read_series(text: &str) -> Series {
    let (name, labels) = text.split_once('{').unwrap_or((text, "}"));
    let labels = labels.strip_suffix('}').unwrap();
    let pairs = labels.split_terminator("\",").map(|pair| {
        let (label, value) = pair.split_once("=\"").unwrap();
        (label.into(), value.trim_end_matches('"').into())
    });
    Series {
        name: name.into(),
        labels: pairs.collect(),
    }
}
