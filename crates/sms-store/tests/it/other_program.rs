//! What a program that shares the store must not find in it.

use std::time::Duration;

use sms_core::{
    AttemptSid, Mobile, Quotas, ServiceSid, SmsCode, Start, StartRules, VerificationSid,
};
use sms_store::contract::Shared;
use sms_store::{CodeStore, VerificationStore};

/// Codes of the Verify face are no codes of the shop.
pub(crate) async fn no_other_program_finds_the_code_of_a_verification(
    backend: &impl Shared<Store: VerificationStore>,
) {
    let (store, mobile) = (backend.store(), Mobile::parse("13800138000").unwrap());
    let hex = "a".repeat(32);
    let start = Start {
        service: ServiceSid::from_hex(&hex).unwrap(),
        sid: VerificationSid::from_hex(&hex).unwrap(),
        code: SmsCode::custom("123456").unwrap(),
        send: AttemptSid::from_hex(&hex).unwrap(),
    };
    let ttl = Duration::from_secs(300);
    let rules = StartRules {
        ttl,
        max_sends: 3,
        quotas: Quotas::default(),
        failures: Quotas::default(),
    };
    let started = store.start_verification(&mobile, &start, &rules).await;
    assert!(started.unwrap().is_ok());
    assert!(backend.finds(&mobile, None).await);

    let code = SmsCode::parse("246810").unwrap();
    let issue = store.issue(&mobile, &code, ttl, &Quotas::default()).await;
    issue.unwrap();
    assert!(backend.finds(&mobile, Some("246810")).await);
}
