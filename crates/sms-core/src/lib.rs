#![doc = include_str!("../README.md")]

mod address;
mod attempt;
mod challenge;
mod delivery;
mod image_code;
mod image_id;
mod mobile;
mod number;
mod number_state;
mod outcome;
mod quota;
mod region;
mod send_log;
mod sid;
mod sms_code;
mod test_numbers;
mod timestamp;
mod verification;

pub use address::AddressBlock;
pub use attempt::{Attempt, AttemptState};
pub use challenge::{Challenge, ChallengeState, CheckOutcome};
pub use delivery::{Delivery, DeliveryState, Dispatch, Fate, Reported};
pub use image_code::{ImageCode, ImageCodeError};
pub use image_id::ImageId;
pub use mobile::{Mobile, MobileError, load_numbering_plan};
pub use number::{CheckRules, Issue, NumberRecord, Settlement};
pub use number_state::{CodeState, NumberScope, NumberState, VerificationState};
pub use outcome::{Locale, Message, UnknownLocale};
pub use quota::{Quota, QuotaError, Quotas};
pub use region::{Countries, Region, RegionError};
pub use send_log::SendLog;
pub use sid::{
    AccountSid, AttemptSid, BucketSid, KeySid, RateLimitSid, SafeNumberSid, ServiceSid, Sid,
    SidError, VerificationSid,
};
pub use sms_code::{CodeLength, CodeLengthError, SmsCode, SmsCodeError};
pub use test_numbers::{SameTestNumbers, TestEntry, TestNumbers, TestRange, TestRangeError};
pub use timestamp::Timestamp;
pub use verification::{
    CodeSend, Start, StartRefusal, StartRules, Started, Verification, VerificationCheck,
    VerificationEnd, VerificationStatus, Which,
};
