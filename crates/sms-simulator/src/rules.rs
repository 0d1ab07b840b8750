use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::number::Number;
use crate::reports::Receipts;
use crate::request::Provider;

/// Rules that may stand at once.
const MOST: usize = 1000;

/// What happens to messages of a kind. Of several that match, the first counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The provider; all unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The beginning of the number: with a plus, or of a mainland number without; all unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How many requests it holds for, then no more; all unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// Milliseconds that the answer takes longer.
    pub stall_ms: u64,
    /// What goes wrong; nothing unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// How deliveries are reported.
    pub receipts: Receipts,
}

/// What goes wrong with a request that breaks no rule of its provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It is refused with this code of the provider's.
    Refuse(String),
    /// It is not accepted; the answer has this HTTP status, 400 to 599, and no body that the
    /// provider would send.
    Status(u16),
    /// It is not accepted, and the connection is cut without an answer.
    LoseRequest,
    /// It is accepted, and the connection is cut without an answer.
    LoseAnswer,
    /// It is accepted, and the answer is a page that nobody can make sense of.
    Nonsense,
    /// So many requests a second are let through; others are told that they come too fast.
    Throttle(u32),
}

impl Rule {
    /// What is wrong with it, if anything.
    fn check(&self) -> Result<(), String> {
        if let Some(Fault::Status(status)) = self.fault
            && !(400..=599).contains(&status)
        {
            return Err("fault.status: 400 to 599 are allowed".to_owned());
        }
        if matches!(&self.fault, Some(Fault::Refuse(code)) if code.is_empty()) {
            return Err("fault.refuse: must not be empty".to_owned());
        }
        if self.stall_ms > 600_000 {
            return Err("stall_ms: at most ten minutes".to_owned());
        }
        self.receipts.check()
    }

    fn matches(&self, provider: Provider, to: &Number) -> bool {
        let is_his = self.provider.is_none_or(|other| other == provider);
        is_his && self.to.as_ref().is_none_or(|prefix| to.begins_with(prefix))
    }
}

/// Checks rules before they are put to use; the error names the one that is wrong, from 0.
pub(crate) fn check(rules: &[Rule]) -> Result<(), String> {
    if rules.len() > MOST {
        return Err(format!("rules: at most {MOST}"));
    }
    for (index, rule) in rules.iter().enumerate() {
        rule.check()
            .map_err(|problem| format!("rules[{index}].{problem}"))?;
    }
    Ok(())
}

/// The rules in use, and how often each was.
#[derive(Debug, Default)]
pub(crate) struct Rulebook {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    rule: Rule,
    used: u32,
    /// When it last let requests through that it counts by the second.
    passed: VecDeque<OffsetDateTime>,
}

/// What a rule says of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) stall: std::time::Duration,
    pub(crate) fault: Option<Fault>,
    pub(crate) receipts: Receipts,
}

impl Rulebook {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let entry = |rule| Entry {
            rule,
            used: 0,
            passed: VecDeque::new(),
        };
        Self {
            entries: rules.into_iter().map(entry).collect(),
        }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.entries.iter().map(|entry| &entry.rule)
    }

    /// What becomes of a request, which counts as a use of the first rule that it matches.
    pub(crate) fn judge(
        &mut self,
        provider: Provider,
        to: &Number,
        now: OffsetDateTime,
    ) -> Verdict {
        let entry = self.entries.iter_mut().find(|entry| {
            let is_open = entry.rule.first.is_none_or(|first| entry.used < first);
            is_open && entry.rule.matches(provider, to)
        });
        let Some(entry) = entry else {
            return Verdict::default();
        };
        entry.used = entry.used.saturating_add(1);
        let fault = match entry.rule.fault.clone() {
            Some(Fault::Throttle(most)) if entry.lets_through(most, now) => None,
            fault => fault,
        };
        Verdict {
            stall: std::time::Duration::from_millis(entry.rule.stall_ms),
            fault,
            receipts: entry.rule.receipts.clone(),
        }
    }
}

impl Entry {
    fn lets_through(&mut self, most: u32, now: OffsetDateTime) -> bool {
        while self
            .passed
            .front()
            .is_some_and(|at| now - *at >= Duration::SECOND)
        {
            self.passed.pop_front();
        }
        let is_free = self.passed.len() < most as usize;
        if is_free {
            self.passed.push_back(now);
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn number(text: &str) -> Number {
        Number::meant_by(text).unwrap()
    }

    fn faults(rules: Vec<Rule>, asked: &[(Provider, &str)]) -> Vec<Option<Fault>> {
        let mut book = Rulebook::new(rules);
        let asked = asked.iter();
        let verdicts = asked.map(|(provider, to)| book.judge(*provider, &number(to), NOW));
        verdicts.map(|verdict| verdict.fault).collect()
    }

    #[test]
    fn the_first_rule_that_matches_counts() {
        let rules = vec![
            Rule {
                provider: Some(Provider::Ccp),
                to: Some("138".to_owned()),
                fault: Some(Fault::Nonsense),
                ..Rule::default()
            },
            Rule {
                to: Some("+1".to_owned()),
                fault: Some(Fault::LoseAnswer),
                ..Rule::default()
            },
        ];
        let asked = [
            (Provider::Ccp, "13800138000"),
            (Provider::Aliyun, "13800138000"),
            (Provider::Twilio, "+15005550006"),
            (Provider::Ccp, "13900139000"),
        ];
        let expected = [Some(Fault::Nonsense), None, Some(Fault::LoseAnswer), None];
        assert_eq!(faults(rules, &asked), expected);
    }

    #[test]
    fn a_rule_for_the_first_requests_makes_way_for_the_next() {
        let rule = |first, fault| Rule {
            first,
            fault: Some(fault),
            ..Rule::default()
        };
        let rules = vec![
            rule(Some(2), Fault::LoseRequest),
            rule(Some(1), Fault::Nonsense),
        ];
        let asked = [(Provider::Ccp, "13800138000"); 4];
        let lost = Some(Fault::LoseRequest);
        let expected = [lost.clone(), lost, Some(Fault::Nonsense), None];
        assert_eq!(faults(rules, &asked), expected);
    }

    #[test]
    fn a_throttle_lets_so_many_through_in_any_second() {
        let rule = Rule {
            fault: Some(Fault::Throttle(2)),
            ..Rule::default()
        };
        let mut book = Rulebook::new(vec![rule]);
        let mut passes = |millis| {
            let at = NOW + Duration::milliseconds(millis);
            book.judge(Provider::Ccp, &number("13800138000"), at)
                .fault
                .is_none()
        };
        let asked = [0, 500, 600, 999, 1000, 1400, 1500];
        let expected = [true, true, false, false, true, false, true];
        assert_eq!(asked.map(&mut passes), expected);
    }

    #[test]
    fn a_rule_that_can_not_be_meant_is_named() {
        let status = |status| Rule {
            fault: Some(Fault::Status(status)),
            ..Rule::default()
        };
        assert_eq!(check(&[status(503), status(400)]), Ok(()));
        let problem = check(&[status(503), status(200)]).unwrap_err();
        assert_eq!(problem, "rules[1].fault.status: 400 to 599 are allowed");
        assert!(check(&vec![Rule::default(); MOST + 1]).is_err());
    }
}
