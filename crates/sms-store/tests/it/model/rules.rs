//! What the rules of `sms-core` make of a step.

use std::collections::HashMap;
use std::time::Duration;

use sms_core::{CheckOutcome, Delivery, Dispatch, ImageCode, NumberRecord, SendLog, Timestamp};
use sms_store::{Checked, Consumed, Slot};

use super::steps::{
    CODES, Limits, Memory, Outcome, SENDERS, Step, TEXTS, TICK, TTL, accepted, code, image_code,
    report, settlement,
};
use super::verifications;

/// The pure rules, with nothing around them.
#[derive(Default)]
pub(super) struct Model {
    pub(super) now: u64,
    pub(super) numbers: HashMap<usize, NumberRecord>,
    pub(super) images: HashMap<usize, (ImageCode, Timestamp)>,
    pub(super) logs: HashMap<usize, SendLog>,
    pub(super) deliveries: HashMap<usize, (Delivery, Timestamp)>,
    pub(super) verify: verifications::Model,
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

    pub(super) fn run(&mut self, step: &Step, memory: &Memory, limits: &Limits) -> Outcome {
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
