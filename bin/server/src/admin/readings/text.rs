//! The text format of Prometheus.

use std::collections::BTreeMap;

/// What an instance counted until now.
#[derive(Debug, Clone, Default)]
pub(in crate::admin) struct Reading(Vec<Series>);

#[derive(Debug, Clone, PartialEq)]
struct Series {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

impl Reading {
    /// Reads the text format of Prometheus; what is no series is left out.
    pub(in crate::admin) fn parse(text: &str) -> Self {
        Self(text.lines().filter_map(series).collect())
    }

    /// The sum of all series of this name that have these labels.
    pub(in crate::admin) fn sum(&self, name: &str, wanted: &[(&str, &str)]) -> u64 {
        let has = |series: &&Series| {
            let mut wanted = wanted.iter();
            wanted.all(|(label, value)| series.label(label) == Some(value))
        };
        let values = self.named(name).filter(has).map(|series| series.value);
        // Counters are whole numbers.
        values.sum::<f64>() as u64
    }

    /// The value of the first series of this name.
    pub(in crate::admin) fn first(&self, name: &str) -> Option<f64> {
        self.named(name).next().map(|series| series.value)
    }

    /// How much there is of each value of a label over the series of this name; nothing of those of
    /// which there is none.
    pub(in crate::admin) fn by(&self, name: &str, label: &str) -> BTreeMap<&str, u64> {
        let mut sums = BTreeMap::new();
        for series in self.named(name).filter(|series| series.value > 0.0) {
            if let Some(value) = series.label(label) {
                let sum: &mut u64 = sums.entry(value).or_default();
                *sum = sum.saturating_add(series.value as u64);
            }
        }
        sums
    }

    /// Those of several instances together.
    pub(in crate::admin) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Pairs of the values of two labels, of those series of this name that are 1.
    pub(in crate::admin) fn ones(&self, name: &str, labels: [&str; 2]) -> Vec<(&str, &str)> {
        let ones = self.named(name).filter(|series| series.value == 1.0);
        ones.filter_map(|series| Some((series.label(labels[0])?, series.label(labels[1])?)))
            .collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Series> {
        self.0.iter().filter(move |series| series.name == name)
    }
}

impl Series {
    fn label(&self, name: &str) -> Option<&str> {
        let mut labels = self.labels.iter();
        labels
            .find(|(label, _)| label == name)
            .map(|(_, value)| &**value)
    }
}

/// Reads `name{label="value",…} 1.5`.
fn series(line: &str) -> Option<Series> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, labels) = match head.split_once('{') {
        Some((name, labels)) => (name, pairs(labels.strip_suffix('}')?)?),
        None => (head, Vec::new()),
    };
    Some(Series {
        name: name.to_owned(),
        labels,
        value: value.parse().ok()?,
    })
}

/// Reads `label="value",…`, where a value has `\"`, `\\` and `\n` for what they stand for.
fn pairs(mut text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    while !text.is_empty() {
        let (label, rest) = text.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = rest.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => match characters.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        pairs.push((label.to_owned(), value));
        text = rest[end + 1..].trim_start_matches(',');
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "# HELP sms_sent_total Messages.\n\
        # TYPE sms_sent_total counter\n\
        sms_sent_total{country=\"CN\",sender=\"ccp\"} 3\n\
        sms_sent_total{country=\"FR\",sender=\"a \\\"b\\\", {c}\"} 4\n\
        sms_sent_total{country=\"DE\",sender=\"ccp\"} 0\n\
        sms_ready 1\n\
        sms_sender_state{sender=\"ccp\",state=\"open\"} 1\n\
        sms_sender_state{sender=\"ccp\",state=\"closed\"} 0\n\
        nonsense{ 1\n";

    #[test]
    fn series_are_summed_by_their_labels() {
        let reading = Reading::parse(TEXT);
        assert_eq!(reading.sum("sms_sent_total", &[]), 7);
        assert_eq!(reading.sum("sms_sent_total", &[("sender", "ccp")]), 3);
        assert_eq!(
            reading.sum("sms_sent_total", &[("sender", "a \"b\", {c}")]),
            4
        );
        assert_eq!(reading.first("sms_ready"), Some(1.0));
        assert_eq!(reading.first("sms_nothing"), None);
        let by = reading.by("sms_sent_total", "country");
        assert_eq!(by, BTreeMap::from([("CN", 3), ("FR", 4)]));
        let states = reading.ones("sms_sender_state", ["sender", "state"]);
        assert_eq!(states, [("ccp", "open")]);
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics(text in "\\PC{0,60}|[a-z{}=\",\\\\ 0-9.]{0,60}") {
            let reading = Reading::parse(&text);
            reading.sum("a", &[("b", "c")]);
            reading.by("a", "b");
        }
    }
}
