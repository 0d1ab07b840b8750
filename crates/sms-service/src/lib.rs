#![doc = include_str!("../README.md")]

mod abandoned;
mod check_code;
mod deliveries;
mod give_picture;
mod note_sender;
mod observer;
mod policy;
mod send_code;
mod send_record;
mod service;
mod stock;
mod take_back;
mod test_number;
mod verify;

pub use check_code::{CheckCode, CheckedCode};
pub use deliveries::DeliveryPolicy;
pub use give_picture::Picture;
pub use observer::{Asked, CheckEvent, DeliveryEvent, Observer, SendEvent};
pub use policy::{CodePolicy, ImagePolicy, Limits, Policy};
pub use send_code::{SendCode, SentCode};
pub use service::{ServiceError, VerificationService};
pub use verify::{
    AttemptFilter, AttemptPlace, AttemptSummary, Bucket, Channel, CheckVerification,
    CheckedVerification, RateLimit, RateLimitError, Repeatable, SafeListError, SafeNumber,
    ServicePolicy, StartVerification, StartedVerification, Target, VerificationCheckEvent,
    VerificationEvent, VerificationNames, Verifications, VerifyPolicy,
};
