use sms_core::{Mobile, MobileError, VerificationSid, Which};

use super::{Inner, ServicePolicy};

/// Which verification of a service is meant.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// The latest of this number, which is not parsed yet.
    Number(String),
    /// The one of this name.
    Sid(VerificationSid),
}

/// What a target comes to.
pub(super) enum Found {
    /// A number, and perhaps the name of a verification of it.
    At(Mobile, Which),
    /// There is no such verification.
    Nowhere,
    /// What should be a number is none.
    BadNumber,
}

impl Inner {
    pub(super) fn find(&self, service: &ServicePolicy, target: &Target) -> Found {
        let service = service.sid;
        match target {
            Target::Number(number) => match parse(number) {
                Ok(mobile) => Found::At(mobile, Which { service, sid: None }),
                Err(MobileError::Malformed) => Found::BadNumber,
                // Nothing was ever sent to such a number.
                Err(MobileError::NotMobile | MobileError::NotAllowed) => Found::Nowhere,
            },
            Target::Sid(sid) => match self.policy.names.number(sid) {
                Some(mobile) => {
                    let sid = Some(*sid);
                    Found::At(mobile, Which { service, sid })
                }
                None => Found::Nowhere,
            },
        }
    }
}

/// Reads a number as callers must write it: in E.164.
pub(super) fn parse(number: &str) -> Result<Mobile, MobileError> {
    match number.starts_with('+') {
        true => Mobile::parse(number),
        false => Err(MobileError::Malformed),
    }
}
