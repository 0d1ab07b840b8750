use std::time::Duration;

use sms_captcha::Size;
use sms_core::{CodeLength, Countries, Locale, Quotas, TestNumbers};

use crate::DeliveryPolicy;

/// Everything about the use cases that an operator may choose.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Pictures.
    pub image: ImagePolicy,
    /// Codes.
    pub code: CodePolicy,
    /// How much is allowed.
    pub limits: Limits,
    /// Numbers that get a fixed code and no message.
    pub test_numbers: TestNumbers,
    /// The language of the texts that go to phones.
    pub locale: Locale,
    /// What providers tell about messages that they accepted.
    pub deliveries: DeliveryPolicy,
    /// How many sends may be under way at once, at least 1; more are refused, not queued.
    pub max_in_flight: usize,
}

/// What pictures look like and how long they count.
#[derive(Debug, Clone)]
pub struct ImagePolicy {
    /// How long the text of a picture is kept.
    pub ttl: Duration,
    /// Characters in a picture, 3 to 8.
    pub length: usize,
    /// Pixels of a picture.
    pub size: Size,
}

/// What codes look like and how long they count.
#[derive(Debug, Clone)]
pub struct CodePolicy {
    /// How long a code is good.
    pub ttl: Duration,
    /// Digits of a code.
    pub length: CodeLength,
    /// Wrong codes until a code is void, at least 1.
    pub max_attempts: u8,
}

impl CodePolicy {
    /// The time to live as a message tells it: whole minutes, rounded down, at least one.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        u32::try_from(self.ttl.as_secs() / 60)
            .unwrap_or(u32::MAX)
            .max(1)
    }
}

/// How much is allowed; empty quotas allow everything.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Messages to one number.
    pub per_mobile: Quotas,
    /// Codes for one test number, in place of messages.
    pub per_test_number: Quotas,
    /// Requests for a message by one client address.
    pub per_ip: Quotas,
    /// Pictures for one client address.
    pub image_per_ip: Quotas,
    /// Messages of the whole service.
    pub global: Quotas,
    /// Wrong codes for one number, over all its codes.
    pub failures_per_mobile: Quotas,
    /// Where messages may go.
    pub countries: Countries,
}

impl Limits {
    /// How often a number may be sent to without a service; `is_test`: a test number.
    #[must_use]
    pub fn of_number(&self, is_test: bool) -> &Quotas {
        match is_test {
            false => &self.per_mobile,
            true => &self.per_test_number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_whole_minutes_and_at_least_one() {
        for (seconds, minutes) in [(300, 5), (299, 4), (90, 1), (59, 1), (1, 1), (600, 10)] {
            let policy = CodePolicy {
                ttl: Duration::from_secs(seconds),
                length: CodeLength::SIX,
                max_attempts: 5,
            };
            assert_eq!(policy.minutes(), minutes, "{seconds} s");
        }
    }
}
