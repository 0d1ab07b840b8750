//! Admissions of sends.

use sms_core::{CheckOutcome, ImageId, Mobile};

use crate::contract::Candidate;
use crate::contract::given::{TTL, address, code, consume, mobile, put, quotas, rules, seconds};
use crate::{CodeStore, Consumed, Log, Reservation, SendAdmission, SendRequest};

/// A send with limits of its own; everything else is the same for all.
struct Send<'a> {
    image: &'a str,
    answer: &'a str,
    per_address: &'a [&'a str],
    per_number: &'a [&'a str],
    budget: &'a [&'a str],
    mobile: Mobile,
}

impl Default for Send<'_> {
    fn default() -> Self {
        Self {
            image: "i",
            answer: "abcd",
            per_address: &[],
            per_number: &[],
            budget: &[],
            mobile: mobile(),
        }
    }
}

impl Send<'_> {
    async fn admit(&self, candidate: &impl Candidate) -> SendAdmission {
        let image = ImageId::parse(self.image);
        let request = SendRequest {
            address: address(),
            address_quotas: &quotas(self.per_address),
            image: image.as_ref(),
            answer: self.answer,
            budget: &quotas(self.budget),
            mobile: &self.mobile,
            mobile_quotas: &quotas(self.per_number),
            code: &code("123456"),
            ttl: TTL,
        };
        candidate.store().admit_send(&request).await.unwrap()
    }

    /// The same after a fresh picture was put.
    async fn admit_with_picture(&self, candidate: &impl Candidate) -> SendAdmission {
        put(candidate, "i", "AbCd").await;
        self.admit(candidate).await
    }
}

fn reservation(admission: SendAdmission) -> Reservation {
    match admission {
        SendAdmission::Admitted(reservation) => reservation,
        other => panic!("{other:?}"),
    }
}

/// Address, picture, budget, number: the first that refuses is told, and what comes after it is
/// untouched.
pub async fn a_send_is_refused_in_the_order_of_the_contract(candidate: &impl Candidate) {
    let limits: &[&str] = &["1/60s"];
    let send = Send {
        per_address: limits,
        ..Send::default()
    };
    reservation(send.admit_with_picture(candidate).await);
    let retry_after = seconds(60);
    let refused = SendAdmission::AddressTooOften { retry_after };
    assert_eq!(
        Send {
            answer: "no",
            ..send
        }
        .admit_with_picture(candidate)
        .await,
        refused
    );
    assert_eq!(
        Send {
            image: "not an id",
            ..send
        }
        .admit(candidate)
        .await,
        refused
    );
    assert_eq!(
        consume(candidate, "abcd").await,
        Consumed::Matched,
        "the picture was not touched"
    );

    let missing = SendAdmission::ImageMissing;
    assert_eq!(Send::default().admit(candidate).await, missing);
    assert_eq!(
        Send {
            image: "not an id",
            ..Send::default()
        }
        .admit(candidate)
        .await,
        missing
    );

    let send = Send {
        per_number: limits,
        budget: limits,
        ..Send::default()
    };
    reservation(send.admit_with_picture(candidate).await);
    let wrong = Send {
        answer: "no",
        ..send
    }
    .admit_with_picture(candidate)
    .await;
    assert_eq!(wrong, SendAdmission::ImageMismatch);
    let spent = send.admit_with_picture(candidate).await;
    assert_eq!(spent, SendAdmission::BudgetSpent { retry_after });
    let too_often = Send {
        budget: &[],
        ..send
    }
    .admit_with_picture(candidate)
    .await;
    assert_eq!(too_often, SendAdmission::MobileTooOften { retry_after });
}

/// A refusal costs the number and the budget nothing.
pub async fn a_refused_send_takes_no_slot_of_number_or_budget(candidate: &impl Candidate) {
    let send = Send {
        per_number: &["1/60s"],
        budget: &["2/60s"],
        ..Send::default()
    };
    reservation(send.admit_with_picture(candidate).await);
    for _ in 0..3 {
        let refused = send.admit_with_picture(candidate).await;
        assert!(
            matches!(refused, SendAdmission::MobileTooOften { .. }),
            "{refused:?}"
        );
    }
    let other = Mobile::parse("13900139000").unwrap();
    reservation(
        Send {
            mobile: other,
            ..send
        }
        .admit_with_picture(candidate)
        .await,
    );
    let checked = candidate
        .store()
        .check(&other, "123456", &rules(5, &[]))
        .await;
    assert_eq!(checked.unwrap().outcome, CheckOutcome::Verified);
}

/// The budget counts all numbers together, and a slot that was given back is free.
pub async fn a_budget_holds_over_all_numbers(candidate: &impl Candidate) {
    let send = |number: &str| Send {
        budget: &["1/60s"],
        mobile: Mobile::parse(number).unwrap(),
        ..Send::default()
    };
    let first = reservation(send("13800138000").admit_with_picture(candidate).await);
    let refused = send("13900139000").admit_with_picture(candidate).await;
    assert!(
        matches!(refused, SendAdmission::BudgetSpent { .. }),
        "{refused:?}"
    );
    candidate
        .store()
        .give_back_slot(Log::Budget, first.budget_slot)
        .await
        .unwrap();
    reservation(send("13900139000").admit_with_picture(candidate).await);
}

/// A send uses up the picture that it names.
pub async fn a_send_uses_its_picture_up_right_or_wrong(candidate: &impl Candidate) {
    let send = Send::default();
    reservation(send.admit_with_picture(candidate).await);
    assert_eq!(send.admit(candidate).await, SendAdmission::ImageMissing);
    let wrong = Send {
        answer: "no",
        ..Send::default()
    };
    let mismatch = wrong.admit_with_picture(candidate).await;
    assert_eq!(mismatch, SendAdmission::ImageMismatch);
    assert_eq!(send.admit(candidate).await, SendAdmission::ImageMissing);
}
