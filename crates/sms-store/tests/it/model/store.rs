//! What a store makes of a step.

use sms_store::contract::{Candidate, Shared};

use super::steps::{
    CODES, Limits, Memory, Outcome, SENDERS, Step, TEXTS, TICK, TTL, accepted, code, delivery_name,
    image_code, image_id, log, mobile, report, settlement,
};
use super::verifications;
use crate::Backend;

pub(super) async fn run(
    backend: &Backend,
    step: &Step,
    memory: &Memory,
    limits: &Limits,
) -> Outcome {
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
