use sms_core::{Mobile, ServiceSid};
use sms_service::AttemptFilter;

use crate::verify::{Call, Parameters, ProblemReply, moment};

/// Which attempts a query means.
pub(super) struct AttemptQuery {
    /// Those that any of these mean: a caller who is for some services has one for each.
    pub(super) filters: Vec<AttemptFilter>,
    /// The parameters that say so, for links.
    pub(super) given: Parameters,
}

impl AttemptQuery {
    /// What the parameters of these `names` say of a query. Others are not looked at.
    ///
    /// # Errors
    ///
    /// A parameter that can't be read.
    pub(super) fn read(
        call: &Call,
        query: &Parameters,
        names: &[&str],
    ) -> Result<Self, ProblemReply> {
        let query = query.only(names);
        let filter = AttemptFilter {
            to: query.read("ChannelData.To", |number| Mobile::parse(number).ok())?,
            prefix: query.read("DestinationPrefix", prefix)?,
            service: query.read("VerifyServiceSid", |sid| sid.parse().ok())?,
            verification: query.read("VerificationSid", |sid| sid.parse().ok())?,
            region: query.read("Country", |region| region.to_ascii_uppercase().parse().ok())?,
            is_converted: query.read("Status", is_converted)?,
            since: query.read("DateCreatedAfter", moment)?,
            before: query.read("DateCreatedBefore", moment)?,
        };
        let is_sms = query.read("Channel", is_sms)?.unwrap_or(true);
        let services = match is_sms {
            true => services(call, filter.service),
            false => Vec::new(),
        };
        let filters = services.into_iter().map(|service| AttemptFilter {
            service,
            ..filter.clone()
        });
        Ok(Self {
            filters: filters.collect(),
            given: query,
        })
    }
}

/// The services whose attempts the caller may see and wants to; `None` is all of them.
fn services(call: &Call, wanted: Option<ServiceSid>) -> Vec<Option<ServiceSid>> {
    match (call.caller.services(), wanted) {
        (None, wanted) => vec![wanted],
        (Some(own), None) => own.iter().copied().map(Some).collect(),
        (Some(own), Some(wanted)) => {
            let wanted = own.contains(&wanted).then_some(wanted);
            wanted.into_iter().map(Some).collect()
        }
    }
}

/// The beginning of numbers, as they begin in E.164.
fn prefix(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_prefix = (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_prefix.then(|| format!("+{digits}"))
}

fn is_converted(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().as_str() {
        "converted" => Some(true),
        "unconverted" => Some(false),
        _ => None,
    }
}

/// Whether a channel is the one that attempts have; `None` if it is none.
fn is_sms(channel: &str) -> Option<bool> {
    match channel.to_ascii_lowercase().as_str() {
        "sms" => Some(true),
        "call" | "email" | "whatsapp" | "rbm" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_read_with_a_plus_and_without() {
        let rows = [
            ("+86", Some("+86")),
            ("86138", Some("+86138")),
            ("", None),
            ("+", None),
            ("86x", None),
            ("1234567890123456", None),
        ];
        for (text, expected) in rows {
            assert_eq!(prefix(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn words_are_read_in_letters_of_any_size() {
        assert_eq!(is_converted("Converted"), Some(true));
        assert_eq!(is_converted("UNCONVERTED"), Some(false));
        assert_eq!(is_converted("pending"), None);
        assert_eq!(is_sms("SMS"), Some(true));
        assert_eq!(is_sms("Call"), Some(false));
        assert_eq!(is_sms("pigeon"), None);
    }
}
