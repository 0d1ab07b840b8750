//! The text format of Prometheus, taken apart.

use std::collections::BTreeMap;

use crate::app::App;

/// What `/metrics` says.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
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
            if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                self.series
                    .insert(read_series(series), value.parse().unwrap());
            }
        }
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
