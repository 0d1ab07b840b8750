//! What is shown of one reading.

use std::fmt::Write as _;

use sms_core::Timestamp;

use super::funnel::History;
use crate::admin::lines::share;
use crate::admin::readings::{Reading, STEPS};
use crate::verify::stamp;

/// Characters of the longest bar.
const BAR: u64 = 30;

/// One reading, and those before it.
pub(super) struct Frame<'a> {
    pub(super) places: &'a [String],
    pub(super) at: Timestamp,
    pub(super) reading: &'a Reading,
    pub(super) history: &'a History,
}

impl Frame<'_> {
    /// A screen of lines.
    pub(super) fn picture(&self) -> String {
        let (now, minute, all) = (
            self.history.step().0,
            self.history.minute().0,
            self.history.latest().0,
        );
        let mut text = format!("{}  {}\n\n", self.places.join(", "), stamp(self.at));
        // Writing to a `String` does not fail.
        let _ = writeln!(
            text,
            "{:<10}{:>8}{:>13}{:>14}",
            "", "now", "last minute", "since start"
        );
        let most = minute.iter().copied().max().unwrap_or_default();
        for (index, (name, base)) in STEPS.into_iter().enumerate() {
            let bar = "█".repeat(minute[index].saturating_mul(BAR).div_ceil(most.max(1)) as usize);
            let share = base.map_or_else(String::new, |base| share(minute[index], minute[base]));
            let line = format!(
                "{name:<10}{:>8}{:>13}{:>14}{share:>7}  {bar}",
                now[index], minute[index], all[index]
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
        for (name, told) in self.besides() {
            let _ = writeln!(text, "{name:<10}{told}");
        }
        text
    }

    /// The same in a line.
    pub(super) fn line(&self) -> String {
        let (now, all) = (self.history.step().0, self.history.latest().0);
        let mut line = stamp(self.at);
        for (index, (name, _)) in STEPS.into_iter().enumerate() {
            // Writing to a `String` does not fail.
            let _ = write!(line, " {name}={}(+{})", all[index], now[index]);
        }
        line
    }

    /// What explains the funnel, where there is anything to tell.
    fn besides(&self) -> Vec<(&'static str, String)> {
        let wrong = [("outcome", "code_mismatch")];
        let wrong = self.reading.sum("sms_checks_total", &wrong);
        let refused = self.reading.by("sms_quota_refusals_total", "quota");
        let refused = refused
            .iter()
            .map(|(quota, count)| format!("{count} {quota}"));
        let states = self.reading.ones("sms_sender_state", ["sender", "state"]);
        let states = states
            .iter()
            .map(|(sender, state)| format!("{sender} {state}"));
        let ready = self.reading.sum("sms_ready", &[]) as usize;
        let told = [
            ("ready", format!("{ready} of {}", self.places.len())),
            ("wrong", wrong.to_string()),
            ("refused", refused.collect::<Vec<_>>().join(", ")),
            ("senders", states.collect::<Vec<_>>().join(", ")),
        ];
        let told = told.into_iter();
        told.filter(|(_, text)| !text.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::admin::readings::Counts;

    const METRICS: &str = "sms_ready 1\n\
        sms_checks_total{outcome=\"code_mismatch\"} 7\n\
        sms_quota_refusals_total{quota=\"number\"} 3\n\
        sms_quota_refusals_total{quota=\"budget\"} 0\n\
        sms_sender_state{sender=\"ccp\",state=\"open\"} 1\n\
        sms_sender_state{sender=\"ccp\",state=\"closed\"} 0\n";

    /// The picture and the line after these readings.
    fn shown(later: &[(u64, [u64; 4])]) -> (String, String) {
        let mut history = History::new(Counts([1000, 600, 500, 400]));
        for (seconds, counts) in later {
            history.add(Duration::from_secs(*seconds), Counts(*counts));
        }
        let frame = Frame {
            places: &["127.0.0.1:8001".to_owned()],
            at: Timestamp::from_millis(1_795_342_830_000),
            reading: &Reading::parse(METRICS),
            history: &history,
        };
        (frame.picture(), frame.line())
    }

    #[test]
    fn a_picture_has_bars_and_shares_of_the_last_minute() {
        let later = [(1, [1050, 630, 520, 425]), (2, [1060, 640, 520, 430])];
        let expected = "\
127.0.0.1:8001  2026-11-22T10:20:30Z

               now  last minute   since start
pictures        10           60          1060         ██████████████████████████████
sends           10           40           640   66 %  ████████████████████
delivered        0           20           520   50 %  ██████████
right            5           30           430   75 %  ███████████████

ready     1 of 1
wrong     7
refused   3 number
senders   ccp open
";
        assert_eq!(shown(&later).0, expected);
    }

    #[test]
    fn a_line_has_all_and_what_came_since_the_one_before() {
        let expected = "2026-11-22T10:20:30Z pictures=1060(+60) sends=640(+40) \
                        delivered=520(+20) right=430(+30)";
        assert_eq!(shown(&[(1, [1060, 640, 520, 430])]).1, expected);
    }

    #[test]
    fn where_nothing_happens_there_is_neither_bar_nor_share() {
        let (picture, _) = shown(&[]);
        assert!(
            !picture.contains('█') && !picture.contains('%'),
            "{picture}"
        );
    }
}
