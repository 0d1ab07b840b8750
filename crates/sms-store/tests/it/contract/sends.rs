use super::*;

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
    async fn admit(&self, backend: &Backend) -> SendAdmission {
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
        backend.store.admit_send(&request).await.unwrap()
    }

    /// The same after a fresh picture was put.
    async fn admit_with_picture(&self, backend: &Backend) -> SendAdmission {
        put(backend, "i", "AbCd").await;
        self.admit(backend).await
    }
}

fn reservation(admission: SendAdmission) -> Reservation {
    match admission {
        SendAdmission::Admitted(reservation) => reservation,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_send_is_refused_in_the_order_of_the_contract(backend: &Backend) {
    let limits: &[&str] = &["1/60s"];
    let send = Send {
        per_address: limits,
        ..Send::default()
    };
    reservation(send.admit_with_picture(backend).await);
    let retry_after = seconds(60);
    let refused = SendAdmission::AddressTooOften { retry_after };
    assert_eq!(
        Send {
            answer: "no",
            ..send
        }
        .admit_with_picture(backend)
        .await,
        refused
    );
    assert_eq!(
        Send {
            image: "not an id",
            ..send
        }
        .admit(backend)
        .await,
        refused
    );
    assert_eq!(
        consume(backend, "abcd").await,
        Consumed::Matched,
        "the picture was not touched"
    );

    let missing = SendAdmission::ImageMissing;
    assert_eq!(Send::default().admit(backend).await, missing);
    assert_eq!(
        Send {
            image: "not an id",
            ..Send::default()
        }
        .admit(backend)
        .await,
        missing
    );

    let send = Send {
        per_number: limits,
        budget: limits,
        ..Send::default()
    };
    reservation(send.admit_with_picture(backend).await);
    let wrong = Send {
        answer: "no",
        ..send
    }
    .admit_with_picture(backend)
    .await;
    assert_eq!(wrong, SendAdmission::ImageMismatch);
    let spent = send.admit_with_picture(backend).await;
    assert_eq!(spent, SendAdmission::BudgetSpent { retry_after });
    let too_often = Send {
        budget: &[],
        ..send
    }
    .admit_with_picture(backend)
    .await;
    assert_eq!(too_often, SendAdmission::MobileTooOften { retry_after });
}

pub(crate) async fn a_refused_send_takes_no_slot_of_number_or_budget(backend: &Backend) {
    let send = Send {
        per_number: &["1/60s"],
        budget: &["2/60s"],
        ..Send::default()
    };
    reservation(send.admit_with_picture(backend).await);
    for _ in 0..3 {
        let refused = send.admit_with_picture(backend).await;
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
        .admit_with_picture(backend)
        .await,
    );
    assert!(backend.keeps(&other, Some("123456")).await);
}

pub(crate) async fn a_budget_holds_over_all_numbers(backend: &Backend) {
    let send = |number: &str| Send {
        budget: &["1/60s"],
        mobile: Mobile::parse(number).unwrap(),
        ..Send::default()
    };
    let first = reservation(send("13800138000").admit_with_picture(backend).await);
    let refused = send("13900139000").admit_with_picture(backend).await;
    assert!(
        matches!(refused, SendAdmission::BudgetSpent { .. }),
        "{refused:?}"
    );
    backend
        .store
        .give_back_slot(sms_store::Log::Budget, first.budget_slot)
        .await
        .unwrap();
    reservation(send("13900139000").admit_with_picture(backend).await);
}

pub(crate) async fn a_send_uses_its_picture_up_right_or_wrong(backend: &Backend) {
    let send = Send::default();
    reservation(send.admit_with_picture(backend).await);
    assert_eq!(send.admit(backend).await, SendAdmission::ImageMissing);
    let wrong = Send {
        answer: "no",
        ..Send::default()
    };
    let mismatch = wrong.admit_with_picture(backend).await;
    assert_eq!(mismatch, SendAdmission::ImageMismatch);
    assert_eq!(send.admit(backend).await, SendAdmission::ImageMissing);
}
