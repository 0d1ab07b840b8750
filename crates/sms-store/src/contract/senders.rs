//! Who sent a code.

use sms_core::{CheckOutcome, Settlement};

use crate::contract::Candidate;
use crate::contract::given::{TTL, code, issued, mobile, rules, seconds, settle};
use crate::{Checked, CodeStore};

async fn note(candidate: &impl Candidate, text: &str, sender: &str) {
    candidate
        .store()
        .note_sender(&mobile(), &code(text), sender)
        .await
        .unwrap();
}

/// Checks a code that must be right, and gives the sender that is told with it.
async fn sender_of(candidate: &impl Candidate, right: &str) -> Option<String> {
    let checked = candidate
        .store()
        .check(&mobile(), right, &rules(5, &[]))
        .await;
    let Checked { outcome, sender } = checked.unwrap();
    assert_eq!(outcome, CheckOutcome::Verified);
    sender
}

/// The last sender noted is told with the right code, and not with a wrong one.
pub async fn a_sender_is_told_with_the_right_code_alone(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    note(candidate, "123456", "first").await;
    note(candidate, "123456", "second").await;
    let wrong = candidate
        .store()
        .check(&mobile(), "000000", &rules(5, &[]))
        .await;
    assert_eq!(wrong.unwrap().sender, None);
    let sender = sender_of(candidate, "123456").await;
    assert_eq!(sender.as_deref(), Some("second"));
}

/// A sender that is noted for another code is not told.
pub async fn a_sender_belongs_to_one_code(candidate: &impl Candidate) {
    note(candidate, "111111", "too early").await;
    issued(candidate, "111111").await;
    note(candidate, "222222", "of another code").await;
    assert_eq!(sender_of(candidate, "111111").await, None);

    candidate.advance(seconds(60)).await;
    issued(candidate, "222222").await;
    note(candidate, "222222", "of an older code").await;
    candidate.advance(seconds(60)).await;
    issued(candidate, "333333").await;
    note(candidate, "222222", "too late").await;
    assert_eq!(sender_of(candidate, "333333").await, None);
}

/// The next code knows nothing of the sender of the last, not even if it is the same.
pub async fn a_sender_is_forgotten_with_its_code(candidate: &impl Candidate) {
    issued(candidate, "111111").await;
    note(candidate, "111111", "settled").await;
    settle(candidate, "111111", Settlement::KeepSlot).await;
    candidate.advance(seconds(60)).await;
    issued(candidate, "111111").await;
    assert_eq!(sender_of(candidate, "111111").await, None);

    candidate.advance(seconds(60)).await;
    issued(candidate, "222222").await;
    note(candidate, "222222", "expired").await;
    candidate.advance(TTL).await;
    issued(candidate, "222222").await;
    assert_eq!(sender_of(candidate, "222222").await, None);
}
