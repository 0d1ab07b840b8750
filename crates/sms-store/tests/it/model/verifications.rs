//! Histories of verifications, on the same numbers as the codes of the other face.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;
use sms_core::{
    AttemptSid, BucketSid, CheckRules, NumberRecord, NumberScope, NumberState, Quota, Quotas,
    SendLog, ServiceSid, Settlement, SmsCode, Start, StartRefusal, StartRules, Timestamp,
    Verification, VerificationCheck, VerificationEnd, VerificationSid, VerificationState, Which,
};
use sms_store::{BucketUse, Document, VerificationAdmission, VerificationRequest};

use super::steps::{CODES, mobile};
use crate::Backend;

const TTL: Duration = Duration::from_secs(145);

#[derive(Debug, Clone)]
pub(super) enum Step {
    Start {
        number: usize,
        service: usize,
        code: usize,
        bucket: bool,
    },
    Check {
        number: usize,
        service: usize,
        attempt: usize,
        is_named: bool,
    },
    End {
        is_approved: bool,
    },
    Settle {
        give_back: bool,
    },
    Look {
        number: usize,
        service: usize,
        is_named: bool,
    },
    Safe {
        number: usize,
    },
    /// What an operator does.
    Operate {
        number: usize,
        is_forgotten: bool,
    },
}

#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Done,
    Started(Verification, String, Timestamp, Duration),
    Refused(StartRefusal),
    BucketFull(Duration),
    BudgetSpent(Duration),
    Checked(VerificationCheck),
    Found(Option<Verification>),
    Told(Told),
}

/// What is told of a number, but for how long things are kept, which takes real time on Redis.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    code: Option<(u8, bool)>,
    verifications: Vec<VerificationState>,
    used: Vec<usize>,
    waits: [Duration; 2],
    is_safe: bool,
}

impl Told {
    fn new(state: NumberState, limits: &Limits) -> Self {
        let window = |quota: Quota| state.sends.used(state.at, quota.window());
        Self {
            code: state.code.map(|code| (code.attempts, code.is_exhausted)),
            used: limits.sends.iter().map(window).collect(),
            waits: [
                state.sends.wait(state.at, &limits.sends),
                state.failures.wait(state.at, &limits.rules.failures),
            ],
            verifications: state.verifications,
            is_safe: state.is_safe,
        }
    }
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let (number, service, code) = (0..2_usize, 0..2_usize, 0..3_usize);
    prop_oneof![
        5 => (number.clone(), service.clone(), code.clone(), any::<bool>())
            .prop_map(|(number, service, code, bucket)| Step::Start { number, service, code, bucket }),
        6 => (number.clone(), service.clone(), code, prop::bool::weighted(0.3))
            .prop_map(|(number, service, attempt, is_named)| Step::Check { number, service, attempt, is_named }),
        1 => any::<bool>().prop_map(|is_approved| Step::End { is_approved }),
        1 => any::<bool>().prop_map(|give_back| Step::Settle { give_back }),
        2 => (number.clone(), service, any::<bool>())
            .prop_map(|(number, service, is_named)| Step::Look { number, service, is_named }),
        1 => number.clone().prop_map(|number| Step::Safe { number }),
        2 => (number, prop::bool::weighted(0.4))
            .prop_map(|(number, is_forgotten)| Step::Operate { number, is_forgotten }),
    ]
}

/// The message that was admitted last, and how many were asked for.
#[derive(Default)]
pub(super) struct Memory {
    asked: u32,
    last: Option<Last>,
}

#[derive(Clone, Copy)]
struct Last {
    number: usize,
    service: usize,
    sid: VerificationSid,
    send: AttemptSid,
    slot: Timestamp,
}

impl Memory {
    pub(super) fn note(&mut self, step: &Step, outcome: &Outcome) {
        let &Step::Start {
            number, service, ..
        } = step
        else {
            return;
        };
        if let Outcome::Started(verification, _, slot, _) = outcome {
            let sends = verification.sends.last();
            self.last = Some(Last {
                number,
                service,
                sid: verification.sid,
                send: sends.unwrap().sid,
                slot: *slot,
            });
        }
        self.asked += 1;
    }

    fn which(&self, service: usize, is_named: bool) -> Which {
        let sid = self.last.filter(|_| is_named).map(|last| last.sid);
        Which {
            service: service_sid(service),
            sid,
        }
    }

    fn start(&self, service: usize, code: usize) -> Start<SmsCode> {
        let hex = format!("{:032x}", self.asked);
        Start {
            service: service_sid(service),
            sid: VerificationSid::from_hex(&hex).unwrap(),
            code: SmsCode::parse(CODES[code]).unwrap(),
            send: AttemptSid::from_hex(&hex).unwrap(),
        }
    }
}

/// The limits that hold in every history: those of the number are those of the other face.
pub(super) struct Limits {
    pub(super) sends: Quotas,
    pub(super) rules: CheckRules,
    /// Of the log that another step counts in too.
    pub(super) budget: Quotas,
}

impl Limits {
    fn start(&self) -> StartRules {
        StartRules {
            ttl: TTL,
            max_sends: 3,
            quotas: self.sends.clone(),
            failures: self.rules.failures.clone(),
        }
    }

    fn scope(&self) -> NumberScope {
        NumberScope {
            max_attempts: self.rules.max_attempts,
            services: (0..2).map(service_sid).collect(),
            most_times: 100,
        }
    }

    fn check(&self) -> CheckRules {
        CheckRules {
            max_attempts: 2,
            ..self.rules.clone()
        }
    }
}

fn quotas(list: &[&str]) -> Quotas {
    Quotas::parse(list).unwrap()
}

fn bucket_quotas() -> Quotas {
    quotas(&["2/1m"])
}

fn service_sid(service: usize) -> ServiceSid {
    ServiceSid::from_hex(&format!("{service:032x}")).unwrap()
}

fn bucket_sid() -> BucketSid {
    BucketSid::from_hex(&"b".repeat(32)).unwrap()
}

fn ended(is_approved: bool) -> VerificationEnd {
    match is_approved {
        true => VerificationEnd::Approved,
        false => VerificationEnd::Canceled,
    }
}

fn settlement(give_back: bool, slot: Timestamp) -> Settlement {
    match give_back {
        true => Settlement::GiveBack(slot),
        false => Settlement::KeepSlot,
    }
}

/// What the pure rules know besides numbers.
#[derive(Default)]
pub(super) struct Model {
    bucket: SendLog,
    safe: HashSet<usize>,
}

impl Model {
    pub(super) fn run(
        &mut self,
        numbers: &mut HashMap<usize, NumberRecord>,
        budget: &mut SendLog,
        step: &Step,
        now: Timestamp,
        memory: &Memory,
        limits: &Limits,
    ) -> Outcome {
        match *step {
            Step::Start {
                number,
                service,
                code,
                bucket,
            } => {
                let record = numbers.entry(number).or_default();
                let start = memory.start(service, code);
                let is_safe = self.safe.contains(&number);
                self.admit(record, budget, now, start, bucket, is_safe, limits)
            }
            Step::Check {
                number,
                service,
                attempt,
                is_named,
            } => {
                let which = memory.which(service, is_named);
                let is_safe = self.safe.contains(&number);
                let record = numbers.entry(number).or_default();
                let is_right = |code: &SmsCode| code.matches(CODES[attempt]);
                Outcome::Checked(record.check_verification(
                    now,
                    which,
                    &limits.check(),
                    is_safe,
                    is_right,
                ))
            }
            Step::End { is_approved } => Outcome::Found(memory.last.and_then(|last| {
                let record = numbers.entry(last.number).or_default();
                let service = service_sid(last.service);
                record.end_verification(now, service, last.sid, ended(is_approved))
            })),
            Step::Settle { give_back } => {
                if let Some(last) = memory.last {
                    let record = numbers.entry(last.number).or_default();
                    let (service, how) =
                        (service_sid(last.service), settlement(give_back, last.slot));
                    record.settle_verification(service, last.sid, last.send, how);
                }
                Outcome::Done
            }
            Step::Look {
                number,
                service,
                is_named,
            } => {
                let record = numbers.entry(number).or_default();
                Outcome::Found(record.verification(now, memory.which(service, is_named)))
            }
            Step::Safe { number } => {
                if !self.safe.remove(&number) {
                    self.safe.insert(number);
                }
                Outcome::Done
            }
            Step::Operate {
                number,
                is_forgotten,
            } => {
                let record = numbers.entry(number).or_default();
                let (scope, is_safe) = (limits.scope(), self.safe.contains(&number));
                let state = match is_forgotten {
                    true => record.forget(now, &scope, is_safe),
                    false => record.state(now, &scope, is_safe),
                };
                Outcome::Told(Told::new(state, limits))
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that an admission looks at")]
    fn admit(
        &mut self,
        record: &mut NumberRecord,
        budget: &mut SendLog,
        now: Timestamp,
        start: Start<SmsCode>,
        bucket: bool,
        is_safe: bool,
        limits: &Limits,
    ) -> Outcome {
        let rules = limits.start();
        let may = record.may_start(now, start.service, &rules, is_safe);
        let bucket_quotas = if bucket { bucket_quotas() } else { quotas(&[]) };
        let bucket_full_for = self.bucket.wait(now, &bucket_quotas);
        match may {
            Err(refusal @ StartRefusal::TooOften { .. }) if bucket_full_for.is_zero() => {
                return Outcome::Refused(refusal);
            }
            Ok(()) | Err(StartRefusal::TooOften { .. }) => {}
            Err(refusal) => return Outcome::Refused(refusal),
        }
        if !bucket_full_for.is_zero() {
            return Outcome::BucketFull(bucket_full_for);
        }
        if let Err(retry_after) = budget.take(now, &limits.budget) {
            return Outcome::BudgetSpent(retry_after);
        }
        if bucket {
            self.bucket.take(now, &bucket_quotas).unwrap();
        }
        let started = record.start_verification(now, start, &rules, is_safe);
        let started = started.unwrap();
        Outcome::Started(
            started.verification,
            started.code.expose().to_owned(),
            started.slot,
            started.next_slot_in,
        )
    }
}

pub(super) async fn run(
    backend: &Backend,
    step: &Step,
    memory: &Memory,
    limits: &Limits,
) -> Outcome {
    let store = &backend.store;
    match *step {
        Step::Start {
            number,
            service,
            code,
            bucket,
        } => {
            admit(
                backend,
                number,
                &memory.start(service, code),
                bucket,
                limits,
            )
            .await
        }
        Step::Check {
            number,
            service,
            attempt,
            is_named,
        } => {
            let (mobile, which) = (mobile(number), memory.which(service, is_named));
            let rules = limits.check();
            let checked = store.check_verification(&mobile, which, CODES[attempt], &rules);
            Outcome::Checked(checked.await.unwrap())
        }
        Step::End { is_approved } => match memory.last {
            None => Outcome::Found(None),
            Some(last) => {
                let (mobile, service) = (mobile(last.number), service_sid(last.service));
                let how = ended(is_approved);
                let ended = store.end_verification(&mobile, service, last.sid, how);
                Outcome::Found(ended.await.unwrap())
            }
        },
        Step::Settle { give_back } => {
            if let Some(last) = memory.last {
                let (mobile, service) = (mobile(last.number), service_sid(last.service));
                let how = settlement(give_back, last.slot);
                let settled = store.settle_verification(&mobile, service, last.sid, last.send, how);
                settled.await.unwrap();
            }
            Outcome::Done
        }
        Step::Look {
            number,
            service,
            is_named,
        } => {
            let (mobile, which) = (mobile(number), memory.which(service, is_named));
            Outcome::Found(store.verification(&mobile, which).await.unwrap())
        }
        Step::Safe { number } => {
            let safe = Document::SafeNumber(mobile(number));
            if !store.swap_document(safe, None, Some("GN")).await.unwrap() {
                let removed = store.swap_document(safe, Some("GN"), None).await;
                assert!(removed.unwrap());
            }
            Outcome::Done
        }
        Step::Operate {
            number,
            is_forgotten,
        } => {
            let (mobile, scope) = (mobile(number), limits.scope());
            let state = match is_forgotten {
                true => store.forget_number(&mobile, &scope).await,
                false => store.number_state(&mobile, &scope).await,
            };
            Outcome::Told(Told::new(state.unwrap(), limits))
        }
    }
}

async fn admit(
    backend: &Backend,
    number: usize,
    start: &Start<SmsCode>,
    bucket: bool,
    limits: &Limits,
) -> Outcome {
    let bucket = bucket.then(|| BucketUse {
        sid: bucket_sid(),
        value: "203.0.113.7",
        quotas: bucket_quotas(),
    });
    let request = VerificationRequest {
        mobile: &mobile(number),
        start,
        rules: &limits.start(),
        buckets: bucket.as_slice(),
        budget: &limits.budget,
    };
    match backend.store.admit_verification(&request).await.unwrap() {
        VerificationAdmission::Admitted { started, .. } => Outcome::Started(
            started.verification,
            started.code.expose().to_owned(),
            started.slot,
            started.next_slot_in,
        ),
        VerificationAdmission::Refused(refusal) => Outcome::Refused(refusal),
        VerificationAdmission::BucketFull { retry_after } => Outcome::BucketFull(retry_after),
        VerificationAdmission::BudgetSpent { retry_after } => Outcome::BudgetSpent(retry_after),
    }
}
