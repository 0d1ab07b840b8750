//! What may happen in a history, and what of it is remembered.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use proptest::prelude::*;
use sms_core::{
    CheckRules, DeliveryState, Fate, ImageCode, ImageId, Issue, Mobile, Quotas, Region, Reported,
    Settlement, SmsCode, Timestamp,
};
use sms_store::{Accepted, Checked, Consumed, DeliveryName, Log, Report, Slot};

use super::verifications;

/// Time passes in multiples of ten seconds and lives end between two of them, so that the few
/// real milliseconds that a history takes on Redis can't decide anything.
pub(super) const TICK: Duration = Duration::from_secs(10);
pub(super) const TTL: Duration = Duration::from_secs(95);
pub(super) const NUMBERS: [&str; 2] = ["13800138000", "+33612345678"];
pub(super) const CODES: [&str; 3] = ["000000", "111111", "222222"];
pub(super) const SENDERS: [&str; 2] = ["ccp", "aliyun"];
pub(super) const TEXTS: [&str; 2] = ["AbCd", "XY23"];

#[derive(Debug, Clone)]
pub(super) enum Step {
    Pass {
        ticks: u32,
    },
    Issue {
        number: usize,
        code: usize,
    },
    NoteSender {
        number: usize,
        code: usize,
        sender: usize,
    },
    Check {
        number: usize,
        attempt: usize,
    },
    SettleLast {
        give_back: bool,
    },
    DeleteCode {
        number: usize,
    },
    PutImage {
        image: usize,
        text: usize,
    },
    ConsumeImage {
        image: usize,
        text: usize,
    },
    TakeSlot {
        log: usize,
    },
    GiveBackLast,
    NoteDispatch {
        delivery: usize,
    },
    Report {
        delivery: usize,
        state: usize,
        age: Option<u64>,
    },
    Verify(verifications::Step),
}

#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Done,
    Issue(Issue),
    Check(Checked),
    Consumed(Consumed),
    Slot(Slot),
    Fate(Option<Fate>),
    Reported(Reported),
    Verify(verifications::Outcome),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let (number, code, image, text) = (0..2_usize, 0..3_usize, 0..2_usize, 0..2_usize);
    prop_oneof![
        3 => (1..5_u32).prop_map(|ticks| Step::Pass { ticks }),
        3 => (number.clone(), code.clone()).prop_map(|(number, code)| Step::Issue { number, code }),
        2 => (number.clone(), code.clone(), 0..2_usize)
            .prop_map(|(number, code, sender)| Step::NoteSender { number, code, sender }),
        6 => (number.clone(), code).prop_map(|(number, attempt)| Step::Check { number, attempt }),
        1 => any::<bool>().prop_map(|give_back| Step::SettleLast { give_back }),
        1 => number.prop_map(|number| Step::DeleteCode { number }),
        1 => (image.clone(), text.clone()).prop_map(|(image, text)| Step::PutImage { image, text }),
        1 => (image, text).prop_map(|(image, text)| Step::ConsumeImage { image, text }),
        2 => (0..3_usize).prop_map(|log| Step::TakeSlot { log }),
        1 => Just(Step::GiveBackLast),
        1 => (0..2_usize).prop_map(|delivery| Step::NoteDispatch { delivery }),
        2 => (0..2_usize, 0..3_usize, prop::option::of(0..99_u64))
            .prop_map(|(delivery, state, age)| Step::Report { delivery, state, age }),
        12 => verifications::step().prop_map(Step::Verify),
    ]
}

/// The limits that hold in every history: tight, so that they are reached.
pub(super) struct Limits {
    pub(super) sends: Quotas,
    pub(super) rules: CheckRules,
    pub(super) log: Quotas,
    pub(super) verify: verifications::Limits,
}

pub(super) fn limits() -> Limits {
    let quotas = |list: &[&str]| Quotas::parse(list).unwrap();
    let sends = quotas(&["1/20s", "3/2m"]);
    let rules = CheckRules {
        max_attempts: 3,
        failures: quotas(&["5/3m", "8/10m"]),
    };
    // The last is not one that is reached, but one that a store may keep in another form.
    let log = quotas(&["2/30s", "3/1m", "1000/1m"]);
    let budget = quotas(&["6/2m"]);
    Limits {
        verify: verifications::Limits {
            sends: sends.clone(),
            rules: rules.clone(),
            budget: budget.clone().remembering(&log),
        },
        sends,
        rules,
        log: log.remembering(&budget),
    }
}

pub(super) fn mobile(number: usize) -> Mobile {
    Mobile::parse(NUMBERS[number]).unwrap()
}

pub(super) fn code(index: usize) -> SmsCode {
    SmsCode::parse(CODES[index]).unwrap()
}

pub(super) fn image_id(image: usize) -> ImageId {
    ImageId::parse(&format!("image-{image}")).unwrap()
}

pub(super) fn image_code(text: usize) -> ImageCode {
    ImageCode::new(TEXTS[text]).unwrap()
}

pub(super) fn log(index: usize) -> Log {
    let address = IpAddr::from(Ipv4Addr::new(203, 0, 113, 7)).into();
    [Log::Pictures(address), Log::Requests(address), Log::Budget][index]
}

pub(super) fn delivery_name(delivery: usize) -> DeliveryName<'static> {
    DeliveryName {
        sender: SENDERS[delivery],
        provider_id: "id",
    }
}

/// So long that no history outlives what is told early.
pub(super) fn accepted() -> Accepted<'static> {
    Accepted {
        region: Region::CN,
        message_id: "m",
        ttl: Duration::from_secs(86_400),
    }
}

/// A report about what was so `age` seconds ago.
pub(super) fn report(now: Timestamp, state: usize, age: Option<u64>) -> Report {
    let states = [
        DeliveryState::Pending,
        DeliveryState::Failed,
        DeliveryState::Delivered,
    ];
    Report {
        state: states[state],
        at: age.map(|age| Timestamp::from_millis(now.as_millis() - age * 1000)),
    }
}

/// What a history remembers to take back later.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) issued: Option<(usize, usize, Timestamp)>,
    pub(super) taken: Option<(usize, Timestamp)>,
    pub(super) verify: verifications::Memory,
}

impl Memory {
    pub(super) fn note(&mut self, step: &Step, outcome: &Outcome) {
        match (step, outcome) {
            (&Step::Issue { number, code }, &Outcome::Issue(Issue::Issued { slot, .. })) => {
                self.issued = Some((number, code, slot));
            }
            (&Step::TakeSlot { log }, &Outcome::Slot(Slot::Taken(slot))) => {
                self.taken = Some((log, slot));
            }
            (Step::Verify(step), Outcome::Verify(outcome)) => self.verify.note(step, outcome),
            _ => {}
        }
    }
}

pub(super) fn settlement(give_back: bool, slot: Timestamp) -> Settlement {
    match give_back {
        true => Settlement::GiveBack(slot),
        false => Settlement::KeepSlot,
    }
}
