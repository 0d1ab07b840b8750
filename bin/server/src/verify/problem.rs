use actix_web::http::StatusCode;

use crate::excess::Excess;

/// What is wrong with a request to the Verify face, or stands against it: the errors of Twilio
/// Verify, by whose codes and texts its clients go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The caller has not shown who it is.
    Unauthenticated,
    /// The path is known, but does not take this method.
    MethodNotAllowed,
    /// The caller's key is not for this.
    Forbidden,
    /// There is nothing at this path.
    NotFound,
    /// The body is larger than any that is meant.
    BodyTooLarge,
    /// The body does not come.
    BodyTooSlow,
    /// The path or the query is longer than any that is meant.
    UriTooLong,
    /// The headers are larger than any that are meant.
    HeadersTooLarge,
    /// The same request is being carried out.
    RequestUnderWay,
    /// Another request was carried out under the same `Idempotency-Key`.
    IdempotencyKeyReused,
    /// A list was asked for in pages that are too large.
    PageTooLarge,
    /// A limit of the caller's own is used up.
    RateLimited,
    /// The whole service sent as much as it may.
    BudgetSpent,
    /// The store can't be asked.
    Unavailable,
    /// As much is under way as the server takes on.
    Overloaded,
    /// No sender took the message.
    SendFailed,
    /// What should be a phone number is none; it is told, masked.
    BadMobile,
    /// A parameter is missing or bad; its name is told.
    BadParameter,
    /// As many codes were checked as may be.
    MaxChecks,
    /// As many messages were sent as may be.
    MaxSends,
    /// The service takes no codes of its callers' own.
    CustomCodeOff,
    /// A phone number, but not that of a mobile phone.
    NotMobile,
    /// The service has as many rate limits as it may.
    MaxRateLimits,
    /// The service has a rate limit of that name.
    RateLimitExists,
    /// A name of a rate limit that can't be one.
    BadUniqueName,
    /// The rate limit has as many buckets as it may.
    MaxBuckets,
    /// The rate limit has a bucket of that interval.
    BucketExists,
    /// This number was sent to too recently or too often.
    MobileTooOften,
    /// It is not said whose code is to be checked.
    NoTarget,
    /// A way to send codes that there is not; its name is told.
    ChannelDisabled,
    /// Too many wrong codes were given for this number.
    MobileBlocked,
    /// The safe list has that number.
    SafeNumberExists,
    /// No messages go to numbers of this region; it is told.
    CountryBlocked,
}

/// What is told of a problem.
pub(crate) struct Entry {
    /// A stable name for logs and metrics.
    pub(crate) name: &'static str,
    /// The number by which clients know it.
    pub(crate) code: u32,
    /// The status of HTTP.
    status: u16,
    /// The text, with `{}` where what it is about is told.
    text: &'static str,
}

impl Problem {
    /// Every problem.
    pub(crate) const ALL: [Self; 33] = [
        Self::Unauthenticated,
        Self::MethodNotAllowed,
        Self::Forbidden,
        Self::NotFound,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::UriTooLong,
        Self::HeadersTooLarge,
        Self::RequestUnderWay,
        Self::IdempotencyKeyReused,
        Self::PageTooLarge,
        Self::RateLimited,
        Self::BudgetSpent,
        Self::Unavailable,
        Self::Overloaded,
        Self::SendFailed,
        Self::BadMobile,
        Self::BadParameter,
        Self::MaxChecks,
        Self::MaxSends,
        Self::CustomCodeOff,
        Self::NotMobile,
        Self::MaxRateLimits,
        Self::RateLimitExists,
        Self::BadUniqueName,
        Self::MaxBuckets,
        Self::BucketExists,
        Self::MobileTooOften,
        Self::NoTarget,
        Self::ChannelDisabled,
        Self::MobileBlocked,
        Self::SafeNumberExists,
        Self::CountryBlocked,
    ];

    /// What is told of it. Of what Twilio has no code for, the status is the code.
    pub(crate) fn entry(self) -> Entry {
        const UNAVAILABLE: &str = "Service is unavailable. Please try again";
        const TOO_MANY: &str = "Too many requests";
        let (name, code, status, text) = match self {
            Self::Unauthenticated => ("unauthenticated", 20003, 401, "Authenticate"),
            Self::MethodNotAllowed => ("method_not_allowed", 20004, 405, "Method not allowed"),
            Self::Forbidden => ("forbidden", 20403, 403, "Forbidden"),
            Self::NotFound => {
                let text = "The requested resource {} was not found";
                ("not_found", 20404, 404, text)
            }
            Self::BodyTooLarge => ("body_too_large", 20413, 413, "Request Entity Too Large"),
            Self::BodyTooSlow => ("body_too_slow", 408, 408, "Request Timeout"),
            Self::UriTooLong => ("uri_too_long", 414, 414, "URI Too Long"),
            Self::HeadersTooLarge => {
                let text = "Request Header Fields Too Large";
                ("headers_too_large", 431, 431, text)
            }
            Self::RequestUnderWay => {
                let text = "A request with this Idempotency-Key is under way";
                ("request_under_way", 20409, 409, text)
            }
            Self::IdempotencyKeyReused => {
                let text = "This Idempotency-Key was used for another request";
                ("idempotency_key_reused", 20422, 422, text)
            }
            Self::PageTooLarge => ("page_too_large", 20007, 400, "Page size too large"),
            Self::RateLimited => ("rate_limited", 20429, 429, TOO_MANY),
            Self::BudgetSpent => ("budget_spent", 20429, 429, TOO_MANY),
            Self::Unavailable => ("unavailable", 20503, 503, UNAVAILABLE),
            Self::Overloaded => ("overloaded", 20503, 503, UNAVAILABLE),
            Self::SendFailed => ("send_failed", 20503, 503, UNAVAILABLE),
            Self::BadMobile => ("bad_mobile", 60200, 400, "Invalid parameter `To`: {}"),
            Self::BadParameter => ("bad_parameter", 60200, 400, "Invalid parameter: {}"),
            Self::MaxChecks => ("max_checks", 60202, 429, "Max check attempts reached"),
            Self::MaxSends => ("max_sends", 60203, 429, "Max send attempts reached"),
            Self::CustomCodeOff => {
                let text = "Service does not support this feature";
                ("custom_code_off", 60204, 403, text)
            }
            Self::NotMobile => {
                let text = "SMS is not supported by landline phone number";
                ("not_mobile", 60205, 403, text)
            }
            Self::MaxRateLimits => {
                let text = "Max rate limits per service reached";
                ("max_rate_limits", 60207, 400, text)
            }
            Self::RateLimitExists => {
                let text = "Rate limit with that UniqueName already exists";
                ("rate_limit_exists", 60208, 400, text)
            }
            Self::BadUniqueName => {
                let text = "UniqueName format is invalid";
                ("bad_unique_name", 60209, 400, text)
            }
            Self::MaxBuckets => {
                let text = "Max Buckets per Rate limit reached";
                ("max_buckets", 60210, 400, text)
            }
            Self::BucketExists => {
                let text = "Bucket with the given Interval already exists";
                ("bucket_exists", 60211, 400, text)
            }
            Self::MobileTooOften => {
                let text = "Too many concurrent requests for phone number";
                ("mobile_too_often", 60212, 429, text)
            }
            Self::NoTarget => {
                let text = "No target verification specified";
                ("no_target", 60221, 400, text)
            }
            Self::ChannelDisabled => {
                let text = "Delivery channel disabled: {}";
                ("channel_disabled", 60223, 400, text)
            }
            Self::MobileBlocked => {
                let text = "The destination phone number has been temporarily blocked due to \
                            suspicious activity";
                ("mobile_blocked", 60410, 403, text)
            }
            Self::SafeNumberExists => {
                let text = "Phone Number already exists";
                ("safe_number_exists", 60411, 400, text)
            }
            Self::CountryBlocked => {
                let text = "The destination phone number has been blocked by Verify \
                            Geo-Permissions. {} is blocked for sms channel for all services";
                ("country_blocked", 60605, 403, text)
            }
        };
        Entry {
            name,
            code,
            status,
            text,
        }
    }
}

impl Entry {
    /// The status of HTTP.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).expect("the table has statuses that there are")
    }

    /// The text, with what it is about.
    pub(crate) fn message(&self, about: &str) -> String {
        self.text.replacen("{}", about, 1)
    }
}

impl From<Excess> for Problem {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::LongUri => Self::UriTooLong,
            Excess::LargeHeaders => Self::HeadersTooLarge,
            Excess::LargeBody => Self::BodyTooLarge,
            Excess::SlowBody => Self::BodyTooSlow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const API: &str = include_str!("../../../../docs/API.md");

    #[test]
    fn each_has_a_name_of_its_own_and_its_place() {
        let names = Problem::ALL.map(|problem| problem.entry().name);
        assert_eq!(HashSet::from(names).len(), Problem::ALL.len());
        for (place, problem) in Problem::ALL.into_iter().enumerate() {
            assert_eq!(problem as usize, place, "{problem:?}");
        }
    }

    #[test]
    fn each_is_documented() {
        for problem in Problem::ALL {
            let entry = problem.entry();
            let (code, status) = (entry.code, entry.status);
            let row = format!("| `{}` | {code} | {status} | {} |", entry.name, entry.text);
            let is_there = API.lines().any(|line| line.starts_with(&row));
            assert!(is_there, "docs/API.md lacks {row}");
        }
    }
}
