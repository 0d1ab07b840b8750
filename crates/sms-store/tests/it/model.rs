//! Random histories give the same outcomes on the pure rules and on every store.

mod verifications;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sms_core::{
    CheckOutcome, CheckRules, Delivery, DeliveryState, Dispatch, Fate, ImageCode, ImageId, Issue,
    Mobile, NumberRecord, Quotas, Region, Reported, SendLog, Settlement, SmsCode, Timestamp,
};
use sms_store::contract::{Candidate, Shared};
use sms_store::{Accepted, Checked, Consumed, DeliveryName, Log, Report, Slot, Snapshot};

use crate::{Backend, Setting};

/// Time passes in multiples of ten seconds and lives end between two of them, so that the few
/// real milliseconds that a history takes on Redis can't decide anything.
const TICK: Duration = Duration::from_secs(10);
const TTL: Duration = Duration::from_secs(95);
const NUMBERS: [&str; 2] = ["13800138000", "+33612345678"];
const CODES: [&str; 3] = ["000000", "111111", "222222"];
const SENDERS: [&str; 2] = ["ccp", "aliyun"];
const TEXTS: [&str; 2] = ["AbCd", "XY23"];

#[derive(Debug, Clone)]
enum Step {
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
enum Outcome {
    Done,
    Issue(Issue),
    Check(Checked),
    Consumed(Consumed),
    Slot(Slot),
    Fate(Option<Fate>),
    Reported(Reported),
    Verify(verifications::Outcome),
}

fn step() -> impl Strategy<Value = Step> {
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
struct Limits {
    sends: Quotas,
    rules: CheckRules,
    log: Quotas,
    verify: verifications::Limits,
}

fn limits() -> Limits {
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

fn mobile(number: usize) -> Mobile {
    Mobile::parse(NUMBERS[number]).unwrap()
}

fn code(index: usize) -> SmsCode {
    SmsCode::parse(CODES[index]).unwrap()
}

fn image_id(image: usize) -> ImageId {
    ImageId::parse(&format!("image-{image}")).unwrap()
}

fn image_code(text: usize) -> ImageCode {
    ImageCode::new(TEXTS[text]).unwrap()
}

fn log(index: usize) -> Log {
    let address = IpAddr::from(Ipv4Addr::new(203, 0, 113, 7)).into();
    [Log::Pictures(address), Log::Requests(address), Log::Budget][index]
}

fn delivery_name(delivery: usize) -> DeliveryName<'static> {
    DeliveryName {
        sender: SENDERS[delivery],
        provider_id: "id",
    }
}

/// So long that no history outlives what is told early.
fn accepted() -> Accepted<'static> {
    Accepted {
        region: Region::CN,
        message_id: "m",
        ttl: Duration::from_secs(86_400),
    }
}

/// A report about what was so `age` seconds ago.
fn report(now: Timestamp, state: usize, age: Option<u64>) -> Report {
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
struct Memory {
    issued: Option<(usize, usize, Timestamp)>,
    taken: Option<(usize, Timestamp)>,
    verify: verifications::Memory,
}

impl Memory {
    fn note(&mut self, step: &Step, outcome: &Outcome) {
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

/// The pure rules, with nothing around them.
#[derive(Default)]
struct Model {
    now: u64,
    numbers: HashMap<usize, NumberRecord>,
    images: HashMap<usize, (ImageCode, Timestamp)>,
    logs: HashMap<usize, SendLog>,
    deliveries: HashMap<usize, (Delivery, Timestamp)>,
    verify: verifications::Model,
}

impl Model {
    /// What is known of a delivery and until when it is kept; made anew if that is over.
    fn delivery(&mut self, now: Timestamp, delivery: usize) -> &mut (Delivery, Timestamp) {
        let early = now.after(Duration::from_secs(600));
        let fresh = (Delivery::default(), early);
        let kept = self.deliveries.entry(delivery);
        let kept = kept.or_insert_with(|| fresh.clone());
        if kept.1 <= now {
            *kept = fresh;
        }
        kept
    }

    fn run(&mut self, step: &Step, memory: &Memory, limits: &Limits) -> Outcome {
        let now = Timestamp::from_millis(self.now);
        match *step {
            Step::Pass { ticks } => {
                self.now += (TICK * ticks).as_millis() as u64;
                Outcome::Done
            }
            Step::Issue {
                number,
                code: index,
            } => {
                let record = self.numbers.entry(number).or_default();
                Outcome::Issue(record.issue(now, code(index), TTL, &limits.sends))
            }
            Step::NoteSender {
                number,
                code: index,
                sender,
            } => {
                let record = self.numbers.entry(number).or_default();
                record.note_sender(&code(index), SENDERS[sender]);
                Outcome::Done
            }
            Step::Check { number, attempt } => {
                let record = self.numbers.entry(number).or_default();
                let sender = record.sender().map(str::to_owned);
                let outcome = record.check(now, CODES[attempt], &limits.rules);
                let sender = sender.filter(|_| outcome == CheckOutcome::Verified);
                Outcome::Check(Checked { outcome, sender })
            }
            Step::SettleLast { give_back } => {
                if let Some((number, index, slot)) = memory.issued {
                    let record = self.numbers.entry(number).or_default();
                    record.settle(&code(index), settlement(give_back, slot));
                }
                Outcome::Done
            }
            Step::DeleteCode { number } => {
                self.numbers.entry(number).or_default().remove_code();
                Outcome::Done
            }
            Step::PutImage { image, text } => {
                self.images
                    .insert(image, (image_code(text), now.after(TTL)));
                Outcome::Done
            }
            Step::ConsumeImage { image, text } => {
                let kept = self.images.remove(&image).filter(|(_, until)| now < *until);
                Outcome::Consumed(match kept {
                    Some((code, _)) if code.matches(TEXTS[text]) => Consumed::Matched,
                    Some(_) => Consumed::Mismatch,
                    None => Consumed::Missing,
                })
            }
            Step::TakeSlot { log } => {
                let taken = self.logs.entry(log).or_default().take(now, &limits.log);
                Outcome::Slot(match taken {
                    Ok(()) => Slot::Taken(now),
                    Err(retry_after) => Slot::Refused { retry_after },
                })
            }
            Step::GiveBackLast => {
                if let Some((log, slot)) = memory.taken {
                    self.logs.entry(log).or_default().give_back(slot);
                }
                Outcome::Done
            }
            Step::NoteDispatch { delivery } => {
                let (kept, until) = self.delivery(now, delivery);
                if !kept.is_dispatched() {
                    *until = now.after(accepted().ttl);
                }
                Outcome::Fate(kept.dispatched(Dispatch {
                    sent_at: now,
                    region: accepted().region,
                    message_id: accepted().message_id.to_owned(),
                }))
            }
            Step::Report {
                delivery,
                state,
                age,
            } => {
                let report = report(now, state, age);
                let (kept, _) = self.delivery(now, delivery);
                Outcome::Reported(kept.reported(now, report.state, report.at))
            }
            Step::Verify(ref step) => Outcome::Verify(self.verify.run(
                &mut self.numbers,
                self.logs.entry(2).or_default(),
                step,
                now,
                &memory.verify,
                &limits.verify,
            )),
        }
    }
}

fn settlement(give_back: bool, slot: Timestamp) -> Settlement {
    match give_back {
        true => Settlement::GiveBack(slot),
        false => Settlement::KeepSlot,
    }
}

async fn run(backend: &Backend, step: &Step, memory: &Memory, limits: &Limits) -> Outcome {
    let store = &backend.store;
    match *step {
        Step::Pass { ticks } => {
            backend.advance(TICK * ticks).await;
            Outcome::Done
        }
        Step::Issue {
            number,
            code: index,
        } => Outcome::Issue(
            store
                .issue(&mobile(number), &code(index), TTL, &limits.sends)
                .await
                .unwrap(),
        ),
        Step::NoteSender {
            number,
            code: index,
            sender,
        } => {
            store
                .note_sender(&mobile(number), &code(index), SENDERS[sender])
                .await
                .unwrap();
            Outcome::Done
        }
        Step::Check { number, attempt } => Outcome::Check(
            store
                .check(&mobile(number), CODES[attempt], &limits.rules)
                .await
                .unwrap(),
        ),
        Step::SettleLast { give_back } => {
            if let Some((number, index, slot)) = memory.issued {
                let settlement = settlement(give_back, slot);
                store
                    .settle(&mobile(number), &code(index), settlement)
                    .await
                    .unwrap();
            }
            Outcome::Done
        }
        Step::DeleteCode { number } => {
            backend.delete_code(&mobile(number)).await;
            Outcome::Done
        }
        Step::PutImage { image, text } => {
            store
                .put_image_code(&image_id(image), &image_code(text), TTL)
                .await
                .unwrap();
            Outcome::Done
        }
        Step::ConsumeImage { image, text } => Outcome::Consumed(
            store
                .consume_image_code(&image_id(image), TEXTS[text])
                .await
                .unwrap(),
        ),
        Step::TakeSlot { log: index } => {
            Outcome::Slot(store.take_slot(log(index), &limits.log).await.unwrap())
        }
        Step::GiveBackLast => {
            if let Some((index, slot)) = memory.taken {
                store.give_back_slot(log(index), slot).await.unwrap();
            }
            Outcome::Done
        }
        Step::NoteDispatch { delivery } => {
            let name = delivery_name(delivery);
            Outcome::Fate(store.note_dispatch(name, &accepted()).await.unwrap())
        }
        Step::Report {
            delivery,
            state,
            age,
        } => {
            let report = report(backend.clock.now(), state, age);
            let name = delivery_name(delivery);
            Outcome::Reported(store.take_report(name, report).await.unwrap())
        }
        Step::Verify(ref step) => {
            Outcome::Verify(verifications::run(backend, step, &memory.verify, &limits.verify).await)
        }
    }
}

/// Runs random histories, each on a backend of its own at the place of `first`.
fn agrees_with_the_model(cases: u32, first: &Backend) {
    agrees_over_restarts(cases, first, |backend| backend);
}

/// The same, but every tenth step `restart` puts another backend in the place of the one there is,
/// with the same state.
fn agrees_over_restarts(cases: u32, first: &Backend, restart: impl Fn(Backend) -> Backend) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let limits = limits();
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let histories = prop::collection::vec(step(), 1..80);
    let result = runner.run(&histories, |history| {
        let mut backend = first.another();
        let mut memory = Memory::default();
        let mut model = Model {
            now: backend.clock.now().as_millis(),
            ..Model::default()
        };
        for (index, step) in history.iter().enumerate() {
            let expected = model.run(step, &memory, &limits);
            let outcome = runtime.block_on(run(&backend, step, &memory, &limits));
            prop_assert_eq!(&outcome, &expected, "step {}: {:?}", index, step);
            memory.note(step, &outcome);
            if index % 10 == 9 {
                backend = restart(backend);
            }
        }
        for number in 0..NUMBERS.len() {
            let now = Timestamp::from_millis(model.now);
            let expected = model
                .numbers
                .get(&number)
                .and_then(|record| record.code(now));
            let expected = expected.map(SmsCode::expose);
            let finds = runtime.block_on(backend.finds(&mobile(number), expected));
            prop_assert!(finds, "{:?} is not what is kept", expected);
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_memory_store_agrees_with_the_model() {
    agrees_with_the_model(500, &Backend::memory(Setting::Plain));
}

#[test]
fn the_memory_store_agrees_with_the_model_in_secret() {
    agrees_with_the_model(500, &Backend::memory(Setting::Secret));
}

#[test]
fn the_memory_store_agrees_with_the_model_over_restarts() {
    memory_agrees_over_restarts(Setting::Plain);
}

#[test]
fn the_memory_store_agrees_with_the_model_over_restarts_in_secret() {
    memory_agrees_over_restarts(Setting::Secret);
}

fn memory_agrees_over_restarts(setting: Setting) {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::claim(directory.path().join("state")).unwrap();
    let snapshot = RefCell::new(snapshot);
    let restart = |backend: Backend| backend.restarted(&mut snapshot.borrow_mut());
    agrees_over_restarts(100, &Backend::memory(setting), restart);
}

#[test]
fn the_redis_store_agrees_with_the_model() {
    agrees_with_the_model(150, &Backend::redis(Setting::Plain));
}

#[test]
fn the_redis_store_agrees_with_the_model_in_secret() {
    agrees_with_the_model(150, &Backend::redis(Setting::Secret));
}

#[test]
fn the_store_behind_sentinels_agrees_with_the_model() {
    agrees_with_the_model(60, &Backend::sentinel(Setting::Plain));
}

#[test]
fn the_store_behind_sentinels_agrees_with_the_model_in_secret() {
    agrees_with_the_model(60, &Backend::sentinel(Setting::Secret));
}

#[test]
fn the_store_in_a_cluster_agrees_with_the_model() {
    agrees_with_the_model(60, &Backend::cluster(Setting::Plain));
}

#[test]
fn the_store_in_a_cluster_agrees_with_the_model_in_secret() {
    agrees_with_the_model(60, &Backend::cluster(Setting::Secret));
}
