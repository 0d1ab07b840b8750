//! How many get how far.

use super::Reading;

/// The steps of a verification, and of how many the next one is a share: of those of which index.
pub(in crate::admin) const STEPS: [(&str, Option<usize>); 4] = [
    ("pictures", None),
    ("sends", Some(0)),
    ("delivered", Some(1)),
    ("right", Some(1)),
];

/// How many came to each of [`STEPS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::admin) struct Counts(pub(in crate::admin) [u64; STEPS.len()]);

impl Counts {
    /// Since the instances began: pictures that were given, messages that senders accepted, those that
    /// providers said arrived, and codes that came back.
    pub(in crate::admin) fn of(reading: &Reading) -> Self {
        let pictures = [("route", "/image_codes/{uuid}"), ("outcome", "ok")];
        Self([
            reading.sum("sms_http_requests_total", &pictures),
            reading.sum("sms_sent_total", &[]),
            reading.sum("sms_deliveries_total", &[("result", "delivered")]),
            reading.sum("sms_verified_total", &[]),
        ])
    }

    /// How many came since it was like `earlier`.
    pub(in crate::admin) fn since(&self, earlier: &Self) -> Self {
        let mut more = *self;
        for (count, before) in more.0.iter_mut().zip(earlier.0) {
            *count = count.saturating_sub(before);
        }
        more
    }

    /// Whether it may have come to be like `other`, since nothing is ever counted back.
    pub(in crate::admin) fn is_before(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(one, other)| one <= other)
    }
}
