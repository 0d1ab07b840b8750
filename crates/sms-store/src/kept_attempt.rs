//! An attempt as it is kept.

use serde::{Deserialize, Serialize};
use sms_core::{Attempt, AttemptSid, AttemptState, ServiceSid, Timestamp, VerificationSid};

use crate::{AtRest, AttemptChange};

/// Characters of a provider's word that are kept at most.
const LONGEST_WORD: usize = 64;

/// What is kept of an attempt under its name. Its number may be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptAttempt {
    pub(crate) created_at: Timestamp,
    verification: VerificationSid,
    service: ServiceSid,
    number: String,
    code_length: u8,
    is_converted: bool,
    updated_at: Timestamp,
    state: AttemptState,
    provider_code: Option<String>,
}

impl KeptAttempt {
    pub(crate) fn new(attempt: &Attempt, at_rest: &AtRest) -> Self {
        Self {
            created_at: attempt.created_at,
            verification: attempt.verification,
            service: attempt.service,
            number: number(attempt, at_rest),
            code_length: attempt.code_length,
            is_converted: attempt.is_converted,
            updated_at: attempt.updated_at,
            state: attempt.state,
            provider_code: attempt.provider_code.as_deref().and_then(word),
        }
    }

    pub(crate) fn attempt(&self, sid: AttemptSid, at_rest: &AtRest) -> Attempt {
        Attempt {
            sid,
            verification: self.verification,
            service: self.service,
            to: at_rest.read_number(&self.number),
            code_length: self.code_length,
            created_at: self.created_at,
            updated_at: self.updated_at,
            is_converted: self.is_converted,
            state: self.state,
            provider_code: self.provider_code.clone(),
        }
    }

    /// Notes a change that leaves it there.
    pub(crate) fn change(&mut self, now: Timestamp, change: &AttemptChange) {
        self.updated_at = now;
        match change {
            AttemptChange::Removed => {}
            AttemptChange::Converted => self.is_converted = true,
            AttemptChange::Delivered => {
                (self.state, self.provider_code) = (AttemptState::Delivered, None);
            }
            AttemptChange::Failed(code) => {
                (self.state, self.provider_code) =
                    (AttemptState::Failed, code.as_deref().and_then(word));
            }
        }
    }

    /// Reads one from what scripts keep; `lua/forget_attempts.lua` tells the form.
    pub(crate) fn read(kept: &str) -> Option<Self> {
        let timestamp = |digits: &str| digits.parse().ok().map(Timestamp::from_millis);
        let mut parts = kept.split(' ');
        Some(Self {
            created_at: timestamp(parts.next()?)?,
            verification: VerificationSid::from_hex(parts.next()?).ok()?,
            service: ServiceSid::from_hex(parts.next()?).ok()?,
            number: parts.next()?.to_owned(),
            code_length: parts.next()?.parse().ok()?,
            is_converted: parts.next()? == "1",
            updated_at: timestamp(parts.next()?)?,
            state: match parts.next()? {
                "s" => AttemptState::Sent,
                "d" => AttemptState::Delivered,
                "f" => AttemptState::Failed,
                _ => return None,
            },
            provider_code: Some(parts.next()?.to_owned()).filter(|word| word != "-"),
        })
    }
}

impl KeptAttempt {
    /// As it is kept in Redis. Not by a format, because there is one for each message.
    pub(crate) fn written(&self) -> String {
        let (mut created, mut updated) = (itoa::Buffer::new(), itoa::Buffer::new());
        let mut length = itoa::Buffer::new();
        let words = [
            created.format(self.created_at.as_millis()),
            self.verification.hex(),
            self.service.hex(),
            &self.number,
            length.format(self.code_length),
            if self.is_converted { "1" } else { "0" },
            updated.format(self.updated_at.as_millis()),
            match self.state {
                AttemptState::Sent => "s",
                AttemptState::Delivered => "d",
                AttemptState::Failed => "f",
            },
            self.provider_code.as_deref().unwrap_or("-"),
        ];
        words.join(" ")
    }
}

/// The number of an attempt as it is kept; '-' if nobody knows it.
fn number(attempt: &Attempt, at_rest: &AtRest) -> String {
    let number = attempt.to.map(|to| at_rest.written_number(&to));
    number.unwrap_or_else(|| "-".to_owned())
}

/// A provider's word as one word, and not too long; `None` if nothing is left of it.
pub(crate) fn word(text: &str) -> Option<String> {
    let visible = text.chars().filter(char::is_ascii_graphic);
    let word: String = visible.take(LONGEST_WORD).collect();
    (!word.is_empty() && word != "-").then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_providers_word_is_one_word() {
        let long = "x".repeat(99);
        let rows = [
            ("DELIVRD", Some("DELIVRD")),
            ("MK:0 004", Some("MK:0004")),
            ("-", None),
            (" ", None),
            ("图", None),
            (long.as_str(), Some(&long[..LONGEST_WORD])),
        ];
        for (text, expected) in rows {
            assert_eq!(word(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics(kept in "\\PC{0,40}|[0-9a-f sdf-]{0,160}") {
            let _ = KeptAttempt::read(&kept);
        }
    }
}
