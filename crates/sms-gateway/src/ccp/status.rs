//! The status codes of CCP.
//!
//! The meanings are those of the vendor's list as public clients have copied it (among them
//! `YuntxSmsController.php`, `Sms.php` of `jinyicheng\cloopen` and `RongLianSmsComponent.java`);
//! the classes are our reading of them. The text that comes with a code is never looked at.

use std::ops::RangeInclusive;

use crate::ErrorClass::{
    self, Argument, Auth, Blocked, Config, RateAccount, RateNumber, Temporary, Unknown,
};

/// The timestamp is too old: either the request or the clock of this machine.
pub(super) const EXPIRED: &str = "111106";

/// What an answer with a status code means for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was accepted.
    Accepted,
    /// A message of the same `reqId` was accepted earlier that day.
    Repeated,
    /// It was refused; or, with the class `Unknown`, the code is about something else.
    Refused(ErrorClass),
    /// CCP failed in the middle of it and may have accepted it or not.
    Open,
}

/// One code, or a run of codes that mean the same.
#[derive(Debug)]
pub(crate) struct Status {
    codes: RangeInclusive<u32>,
    pub(crate) verdict: Verdict,
    pub(super) meaning: &'static str,
}

/// Looks a status code up; `None` if it is in no list.
pub(crate) fn find(code: &str) -> Option<&'static Status> {
    if !is_code(code) {
        return None;
    }
    let code: u32 = code.parse().ok()?;
    TABLE.iter().find(|status| status.codes.contains(&code))
}

/// Whether a code says that a balance is too low: that of the account, the channel, or the network
/// behind it.
pub(super) fn is_balance(code: &str) -> bool {
    matches!(code, "111142" | "160014" | "161002")
}

/// Whether `text` has the form of a status code: six digits.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

const fn range(codes: RangeInclusive<u32>, verdict: Verdict, meaning: &'static str) -> Status {
    Status {
        codes,
        verdict,
        meaning,
    }
}

const fn refused(code: u32, class: ErrorClass, meaning: &'static str) -> Status {
    range(code..=code, Verdict::Refused(class), meaning)
}

const fn all_refused(
    codes: RangeInclusive<u32>,
    class: ErrorClass,
    meaning: &'static str,
) -> Status {
    range(codes, Verdict::Refused(class), meaning)
}

static TABLE: &[Status] = &[
    range(0..=0, Verdict::Accepted, "accepted"),
    // The gateway: account, signature, application.
    range(111_000..=111_099, Verdict::Open, "internal error of CCP"),
    refused(111_100, Config, "account in the URL malformed"),
    all_refused(
        111_101..=111_105,
        Auth,
        "Authorization missing or malformed",
    ),
    refused(111_106, Auth, "timestamp expired"),
    refused(
        111_107,
        Auth,
        "account in Authorization differs from the URL",
    ),
    all_refused(111_108..=111_109, Auth, "sig missing or wrong"),
    refused(111_110, Config, "version in the path wrong"),
    refused(111_111, RateAccount, "too many requests at the same time"),
    refused(111_113, Auth, "timestamp malformed"),
    all_refused(
        111_128..=111_137,
        Auth,
        "account or token empty or malformed",
    ),
    all_refused(111_138..=111_141, Auth, "account not active or unknown"),
    refused(111_142, Config, "balance of the account too low"),
    refused(111_143, Auth, "token invalid or account not active"),
    all_refused(
        111_169..=111_182,
        Config,
        "application unknown or not usable",
    ),
    // The SMS service.
    refused(112_300, Argument, "recipient empty"),
    refused(112_301, Argument, "content empty"),
    refused(112_302, Config, "bulk sending paused"),
    refused(112_303, Config, "SMS not enabled for the application"),
    refused(112_304, Argument, "encoding of the content wrong"),
    refused(
        112_305,
        Config,
        "application not online: recipient not allowed",
    ),
    refused(112_306, Argument, "recipient empty"),
    refused(112_307, Argument, "template id empty"),
    refused(112_308, Argument, "data empty"),
    refused(112_309, Argument, "encoding of the content wrong"),
    refused(
        112_310,
        Config,
        "application not online: recipient not allowed",
    ),
    refused(112_311, Config, "template unknown or not approved"),
    refused(112_312, Config, "extension code not configured"),
    refused(112_313, Config, "template unknown or not approved"),
    refused(112_314, RateNumber, "daily limit reached"),
    refused(112_315, Argument, "template id too long"),
    refused(112_316, Argument, "recipients malformed"),
    refused(112_317, Blocked, "recipient blacklisted"),
    refused(112_318, Argument, "template id not digits"),
    refused(112_319, Argument, "too many recipients"),
    all_refused(112_320..=112_321, Config, "no callback for reports"),
    refused(112_323, Config, "template unknown or not approved"),
    refused(112_326, Temporary, "sending failed"),
    refused(112_329, Argument, "report query: bad count"),
    refused(112_330, Argument, "report query: count too large"),
    all_refused(112_351..=112_352, Unknown, "about a report, not a message"),
    refused(112_354, RateAccount, "report query: too many at once"),
    refused(112_356, Unknown, "about a report, not a message"),
    refused(113_302, Config, "test template: recipient not registered"),
    // The SMS platform behind it.
    range(160_000..=160_000, Verdict::Open, "system error of CCP"),
    all_refused(160_001..=160_010, Temporary, "channel busy"),
    refused(160_011, Blocked, "forbidden words"),
    refused(160_012, Temporary, "authentication of the channel failed"),
    refused(160_013, Argument, "number malformed or not supported"),
    refused(160_014, Config, "balance of the channel too low"),
    refused(160_015, RateNumber, "limit for this number"),
    refused(160_016, RateAccount, "speed limit of the channel"),
    refused(160_017, Argument, "too many recipients"),
    refused(160_018, Blocked, "forbidden words"),
    refused(160_019, Config, "name in the brackets invalid"),
    refused(160_020, Argument, "content too long"),
    all_refused(160_021..=160_022, RateNumber, "limit for this number"),
    refused(160_030, Argument, "body empty"),
    refused(160_031, Argument, "body malformed"),
    refused(160_032, Config, "template invalid"),
    refused(160_033, Blocked, "forbidden words"),
    refused(160_034, Blocked, "recipient blacklisted"),
    refused(160_035, Argument, "content empty"),
    refused(160_036, Config, "type of the template unknown"),
    refused(160_037, Argument, "content too long"),
    all_refused(160_038..=160_041, RateNumber, "limit for this number"),
    refused(160_042, Argument, "number malformed or not supported"),
    refused(160_043, Config, "template of another application"),
    all_refused(160_044..=160_045, Argument, "recipient empty or repeated"),
    refused(160_046, Blocked, "marketing content not approved"),
    refused(160_047, Argument, "report query malformed"),
    refused(160_048, Argument, "too many recipients"),
    refused(160_049, Blocked, "forbidden words"),
    refused(160_050, Temporary, "sending failed"),
    refused(160_051, Blocked, "recipient unsubscribed"),
    refused(160_052, Argument, "template variable malformed"),
    refused(160_053, Auth, "address of the caller not allowed"),
    range(160_054..=160_054, Verdict::Repeated, "request repeated"),
    refused(160_055, Argument, "reqId too long"),
    refused(160_056, RateNumber, "same content to the same number"),
    refused(160_057, Config, "template id not digits"),
    all_refused(
        160_058..=160_062,
        Config,
        "international sending not allowed",
    ),
    all_refused(160_063..=160_064, Temporary, "sending failed"),
    refused(160_065, Argument, "extension code not acceptable"),
    all_refused(160_066..=160_067, Argument, "scheduled time not acceptable"),
    refused(160_068, Blocked, "recipient blacklisted"),
    refused(160_069, Argument, "test template: variable not digits"),
    refused(
        160_070,
        Config,
        "international sending: template not allowed",
    ),
    refused(160_071, Blocked, "outside the hours for marketing"),
    all_refused(160_072..=160_074, Blocked, "recipient blacklisted"),
    // The channels to the operators, and a newer gateway.
    all_refused(161_000..=161_001, Temporary, "channel failed"),
    refused(161_002, Config, "account of the channel empty"),
    all_refused(161_003..=161_004, Temporary, "channel failed"),
    refused(161_005, Config, "no channel"),
    refused(161_006, RateAccount, "too many requests to the channel"),
    refused(161_007, Blocked, "sensitive content"),
    all_refused(161_008..=161_024, Temporary, "channel failed"),
    all_refused(161_100..=161_108, Auth, "authentication failed"),
];

#[cfg(test)]
mod tests;
