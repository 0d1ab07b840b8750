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
    pub(super) valid: bool,
    #[schema(value_type = Option<String>)]
    amount: (),
    #[schema(value_type = Option<String>)]
    payee: (),
    date_created: String,
    date_updated: String,
}

impl<'a> Told<'a> {
    /// The beginning of the JSON that `serde_json` would write, up to where other members follow. None of
    /// these texts has a character to escape, and looking for one takes most of the time.
    pub(super) fn begin_json(&self, json: &mut Vec<u8>) {
        let parts = [
            r#"{"sid":""#,
            self.sid.as_str(),
            r#"","service_sid":""#,
            self.service_sid.as_str(),
            r#"","account_sid":""#,
            self.account_sid.as_str(),
            r#"","to":""#,
            self.to,
            r#"","channel":""#,
            self.channel,
            r#"","status":""#,
            self.status,
            r#"","valid":"#,
            if self.valid { "true" } else { "false" },
            r#","amount":null,"payee":null,"date_created":""#,
            &self.date_created,
            r#"","date_updated":""#,
            &self.date_updated,
            r#"","#,
        ];
        parts.iter().for_each(|part| json.extend(part.as_bytes()));
    }

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

#[cfg(test)]
impl Told<'_> {
    pub(super) fn example() -> Self {
        let digits = "0123456789abcdef".repeat(2);
        Self {
            sid: VerificationSid::from_hex(&digits).unwrap(),
            service_sid: ServiceSid::from_hex(&digits).unwrap(),
            account_sid: AccountSid::from_hex(&digits).unwrap(),
            to: "+8613800138000",
            channel: "sms",
            status: "pending",
            valid: false,
            amount: (),
            payee: (),
            date_created: "2026-11-22T10:20:30Z".to_owned(),
            date_updated: "2026-11-22T10:20:31Z".to_owned(),
        }
    }
}
