//! Texts that we write ourselves, for providers that take them as they are.

use std::fmt;
use std::str::FromStr;

use sms_core::{CodeLength, Locale};

use crate::template::{Localized, Values, Variable};
use crate::{Network, segments};

/// The most characters of a message that phones look for an origin-bound code in
/// (web.dev, "Verify phone numbers on the web with the WebOTP API").
const ORIGIN_BOUND_LIMIT: usize = 140;

/// The text of a message, with `{code}` and `{minutes}` where those go.
///
/// A line that begins with `@` and contains `#` is an origin-bound code
/// (wicg.github.io/sms-one-time-codes): `@shop.example #{code}`, which browsers fill in on pages of
/// that host alone. It has to be the last line, and right, or phones would not heed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Variable),
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A `{` without its `}`, or the other way round.
    #[error("a brace that is not closed or not opened")]
    Brace,
    /// Something else in braces.
    #[error("only {{code}} and {{minutes}} may stand in braces")]
    UnknownVariable,
    /// There is no place for the code.
    #[error("must contain {{code}}")]
    NoCode,
    /// The line for browsers is not as they expect it.
    #[error("a line for browsers must be \"@HOST #{{code}}\", with nothing after it")]
    OriginBoundLine,
    /// A text with a line for browsers is too long.
    #[error("a text with a line for browsers must be at most 140 characters long, code included")]
    OriginBoundLength,
}

impl TextTemplate {
    /// What is sent when nothing else is said: the text in Chinese, and another in English.
    #[must_use]
    pub fn defaults() -> Localized<Self> {
        let place = Part::Place;
        let text = |text: &str| Part::Text(text.to_owned());
        let chinese = Self(vec![
            text("您的验证码是"),
            place(Variable::Code),
            text("，请于"),
            place(Variable::Minutes),
            text("分钟内正确输入"),
        ]);
        let english = Self(vec![
            place(Variable::Code),
            text(" is your verification code. It expires in "),
            place(Variable::Minutes),
            text(" min."),
        ]);
        Localized::new(chinese).with(Locale::En, english)
    }

    /// The text of one message.
    pub(crate) fn filled(&self, values: &Values<'_>) -> String {
        self.write(|variable| values.get(variable))
    }

    /// Whether it is short enough for codes of that length and that many minutes.
    ///
    /// # Errors
    ///
    /// It has a line for browsers and is longer than they read.
    pub fn check(&self, code: CodeLength, minutes: u32) -> Result<(), TextError> {
        let text = self.longest(code, minutes);
        let is_long = text.chars().count() > ORIGIN_BOUND_LIMIT;
        if is_long && text.lines().any(is_origin_bound) {
            return Err(TextError::OriginBoundLength);
        }
        Ok(())
    }

    /// How many SMS it makes in `network`, with codes of that length and that many minutes.
    #[must_use]
    pub fn segments(&self, code: CodeLength, minutes: u32, network: Network) -> usize {
        segments(&self.longest(code, minutes), network)
    }

    /// One digit is as long as another.
    fn longest(&self, code: CodeLength, minutes: u32) -> String {
        let code = "0".repeat(usize::from(code.digits()));
        let minutes = minutes.to_string();
        self.write(|variable| match variable {
            Variable::Code => &code,
            Variable::Minutes => &minutes,
        })
    }

    fn write<'a>(&'a self, value: impl Fn(Variable) -> &'a str) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Place(variable) => value(*variable),
        });
        parts.collect()
    }
}

impl FromStr for TextTemplate {
    type Err = TextError;

    /// # Errors
    ///
    /// The first thing that is wrong with it; how long it is, [`TextTemplate::check`] tells.
    fn from_str(text: &str) -> Result<Self, TextError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            let inside = after.strip_prefix('{').ok_or(TextError::Brace)?;
            let (name, after) = inside.split_once('}').ok_or(TextError::Brace)?;
            if name.contains('{') {
                return Err(TextError::Brace);
            }
            let variable = name.parse().map_err(|_| TextError::UnknownVariable)?;
            parts.extend([Part::Text(before.to_owned()), Part::Place(variable)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        if !parts.contains(&Part::Place(Variable::Code)) {
            return Err(TextError::NoCode);
        }
        check_origin_bound(text)?;
        Ok(Self(parts))
    }
}

/// As it was read.
impl fmt::Display for TextTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Place(variable) => write!(f, "{{{variable}}}"),
        })
    }
}

/// Whether a line is meant for browsers, as text for people has no reason to look like that. With
/// a space in front they would not heed it, which is not meant.
fn is_origin_bound(line: &str) -> bool {
    line.trim_start().starts_with('@') && line.contains('#')
}

fn check_origin_bound(text: &str) -> Result<(), TextError> {
    let Some((before, line)) = text.rsplit_once('\n') else {
        return check_last_line(text);
    };
    if before.lines().any(is_origin_bound) {
        return Err(TextError::OriginBoundLine);
    }
    check_last_line(line)
}

fn check_last_line(line: &str) -> Result<(), TextError> {
    if !is_origin_bound(line) {
        return Ok(());
    }
    let host = line.strip_prefix('@');
    let host = host.and_then(|host| host.strip_suffix(" #{code}"));
    match host.is_some_and(is_host) {
        true => Ok(()),
        false => Err(TextError::OriginBoundLine),
    }
}

/// Labels of letters, digits and hyphens with dots between them.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let mut bytes = label.bytes();
        !label.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(is_label)
}

#[cfg(test)]
mod tests;
