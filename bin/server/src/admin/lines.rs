//! How things are told: a line for each, with its name in front.

use std::fmt::{self, Write as _};
use std::time::Duration;

use sms_core::Timestamp;

use crate::verify::stamp;

/// Units of a span in seconds, the largest first.
const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];

/// Lines with their names in front.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a line.
    pub(super) fn tell(&mut self, what: &str, text: impl fmt::Display) {
        // Writing to a `String` does not fail.
        let _ = writeln!(self.0, "{what:<11}{text}");
    }

    /// Adds all of others.
    pub(super) fn add(&mut self, others: &Self) {
        self.0.push_str(&others.0);
    }

    /// Adds an empty line.
    pub(super) fn gap(&mut self) {
        self.0.push('\n');
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A span as people read it, in its two largest units, rounded up: `4 min 18 s`.
pub(super) fn span(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    let first = UNITS.iter().position(|(each, _)| seconds >= *each);
    let first = first.unwrap_or(UNITS.len() - 1);
    let (each, unit) = UNITS[first];
    let mut text = format!("{} {unit}", seconds / each);
    if let Some((smaller, unit)) = UNITS.get(first + 1)
        && seconds % each >= *smaller
    {
        let _ = write!(text, " {} {unit}", seconds % each / smaller);
    }
    text
}

/// A moment that is to come, as people read it: `2026-11-22T10:20:30Z, in 18 s`.
pub(super) fn ahead(now: Timestamp, wait: Duration) -> String {
    format!("{}, in {}", stamp(now.after(wait)), span(wait))
}

/// How many of a hundred: `67 %`; `-` of nothing.
pub(super) fn share(part: u64, whole: u64) -> String {
    match part.saturating_mul(100).checked_div(whole) {
        None => "-".to_owned(),
        Some(share) => format!("{share} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_two_units() {
        let rows = [
            (0, "0 s"),
            (1, "1 s"),
            (999, "1 s"),
            (18_000, "18 s"),
            (60_000, "1 min"),
            (258_000, "4 min 18 s"),
            (3_600_000, "1 h"),
            (3_601_000, "1 h"),
            (11_520_000, "3 h 12 min"),
            (180_000_000, "2 d 2 h"),
        ];
        for (millis, text) in rows {
            assert_eq!(span(Duration::from_millis(millis)), text, "{millis}");
        }
    }

    #[test]
    fn a_share_is_rounded_down() {
        for (part, whole, text) in [(2, 3, "66 %"), (3, 3, "100 %"), (0, 9, "0 %"), (0, 0, "-")] {
            assert_eq!(share(part, whole), text);
        }
    }
}
