//! Codes that another program reads and deletes, as a Django view does.

use sms_core::{CheckOutcome, Issue, Settlement};

use super::Shared;
use crate::contract::given::{TTL, check, issued, mobile, seconds, settle};

/// A code that another program deletes is gone, and so are the attempts at it.
pub async fn a_code_deleted_by_another_program_is_gone(candidate: &impl Shared) {
    issued(candidate, "123456").await;
    check(candidate, "000000").await;
    candidate.delete_code(&mobile()).await;
    assert_eq!(check(candidate, "123456").await, CheckOutcome::Missing);
}

/// Another program finds a code while it is good: not after it was used, void, settled or over.
pub async fn another_program_finds_a_code_while_it_is_good(candidate: &impl Shared) {
    let finds = async |code| candidate.finds(&mobile(), code).await;
    assert!(finds(None).await, "there is none yet");

    issued(candidate, "111111").await;
    assert!(finds(Some("111111")).await);
    check(candidate, "000000").await;
    assert!(finds(Some("111111")).await, "a wrong attempt leaves it");
    assert_eq!(check(candidate, "111111").await, CheckOutcome::Verified);
    assert!(finds(None).await, "it was used");

    candidate.advance(seconds(60)).await;
    issued(candidate, "222222").await;
    for _ in 0..5 {
        assert!(finds(Some("222222")).await);
        check(candidate, "000000").await;
    }
    assert!(finds(None).await, "it is void");

    candidate.advance(seconds(60)).await;
    let Issue::Issued { slot, .. } = issued(candidate, "333333").await else {
        unreachable!("checked by `issued`");
    };
    settle(candidate, "333333", Settlement::GiveBack(slot)).await;
    assert!(finds(None).await, "its send failed");
    issued(candidate, "444444").await;
    settle(candidate, "444444", Settlement::KeepSlot).await;
    assert!(finds(None).await, "its send was limited");

    candidate.advance(seconds(60)).await;
    issued(candidate, "555555").await;
    candidate.advance(seconds(60)).await;
    issued(candidate, "666666").await;
    assert!(finds(Some("666666")).await, "it is the newer one");
    candidate.advance(TTL).await;
    assert!(finds(None).await, "its time is over");
}
