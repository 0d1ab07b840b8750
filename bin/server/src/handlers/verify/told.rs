use serde::Serialize;
use sms_core::{AccountSid, Mobile, ServiceSid, Verification, VerificationSid, VerificationStatus};
use utoipa::ToSchema;

use crate::verify::{Call, stamp};

/// What is told of a verification by whatever way it is looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = ToldVerification)]
pub(super) struct Told<'a> {
    #[schema(value_type = String)]
    sid: VerificationSid,
    #[schema(value_type = String)]
    service_sid: ServiceSid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    to: &'a str,
    channel: &'static str,
    status: &'static str,
    valid: bool,
    #[schema(value_type = Option<String>)]
    amount: (),
    #[schema(value_type = Option<String>)]
    payee: (),
    date_created: String,
    date_updated: String,
}

impl<'a> Told<'a> {
    pub(super) fn new(
        call: &Call,
        service: ServiceSid,
        to: &'a Mobile,
        verification: &Verification,
    ) -> Self {
        Self {
            sid: verification.sid,
            service_sid: service,
            account_sid: call.account(),
            to: to.e164(),
            channel: "sms",
            status: verification.status.name(),
            valid: verification.status == VerificationStatus::Approved,
            amount: (),
            payee: (),
            date_created: stamp(verification.created_at),
            date_updated: stamp(verification.updated_at),
        }
    }
}
