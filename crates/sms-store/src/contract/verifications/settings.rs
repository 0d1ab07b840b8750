//! What callers set, and requests that may come again.

use super::given::service;
use crate::contract::Candidate;
use crate::contract::given::{TTL, seconds};
use crate::{Claim, Document, VerificationStore};

/// A setting is changed by whoever names what it was, and has no end.
pub async fn a_setting_is_changed_by_whoever_knows_it(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let limits = Document::RateLimits(service('a'));
    let store = candidate.store();
    let swap = async |expected, new| store.swap_document(limits, expected, new).await.unwrap();
    assert!(!swap(Some("x"), Some("1")).await);
    assert!(swap(None, Some("1")).await);
    assert!(!swap(None, Some("2")).await);
    assert!(swap(Some("1"), Some("2")).await);
    candidate.advance(seconds(400 * 24 * 3600)).await;
    assert_eq!(store.document(limits).await.unwrap().as_deref(), Some("2"));
    let other = Document::RateLimits(service('b'));
    assert_eq!(store.document(other).await.unwrap(), None);
    assert!(swap(Some("2"), None).await);
    assert_eq!(store.document(limits).await.unwrap(), None);
}

/// A request is claimed once, and what it came to is told to those who ask for the same.
pub async fn a_request_is_carried_out_by_whoever_claims_it_first(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let store = candidate.store();
    let claim = async |content| store.claim_request("name", content, TTL).await.unwrap();
    assert_eq!(claim("a").await, Claim::First);
    assert_eq!(claim("a").await, Claim::UnderWay);
    assert_eq!(claim("b").await, Claim::Other);
    store.close_request("name", "a", None, TTL).await.unwrap();
    assert_eq!(claim("b").await, Claim::First);
    store
        .close_request("name", "b", Some("it"), TTL)
        .await
        .unwrap();
    assert_eq!(claim("b").await, Claim::Done("it".to_owned()));
    assert_eq!(claim("a").await, Claim::Other);
    store.close_request("name", "b", None, TTL).await.unwrap();
    assert_eq!(
        claim("b").await,
        Claim::Done("it".to_owned()),
        "it is closed already"
    );
    candidate.advance(TTL).await;
    assert_eq!(claim("a").await, Claim::First);
}
