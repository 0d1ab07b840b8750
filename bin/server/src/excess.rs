use sms_core::Message;

/// What of a request is more than is read of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// The path or the query.
    LongUri,
    /// The headers together.
    LargeHeaders,
    /// The body.
    LargeBody,
    /// The time that the body takes.
    SlowBody,
}

impl From<Excess> for Message {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::LongUri => Self::UriTooLong,
            Excess::LargeHeaders => Self::HeadersTooLarge,
            Excess::LargeBody => Self::BodyTooLarge,
            Excess::SlowBody => Self::BodyTooSlow,
        }
    }
}
