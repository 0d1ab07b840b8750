//! What becomes of a request, whichever way it came.

mod state;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::ccp;
use crate::inbox::{Received, Reported};
use crate::number::Number;
use crate::protocol::{Answer, Call, Cause, Order, Protocol, Refusal};
use crate::reports::{Delivery, Plan, Way};
use crate::request::{Provider, Request};
use crate::rules::{Fault, Rule, Rulebook, Verdict};
use crate::script::{Callbacks, Script};
pub(crate) use state::Asked;
use state::{End, State};

/// Why a request that the script lost has no answer.
const CUT: &str = "the script cut the connection";

/// All providers at once, without the network around them.
pub(crate) struct Carrier {
    pub(crate) script: Script,
    state: Mutex<State>,
}

/// What a request leads to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// `None` for a connection that is cut.
    pub(crate) answer: Option<Answer>,
    /// How much longer the answer takes.
    pub(crate) stall: Duration,
    pub(crate) deliveries: Vec<Delivery>,
    /// Whether the deliveries come before the answer.
    pub(crate) before_answer: bool,
}

impl Carrier {
    pub(crate) fn new(script: Script) -> Self {
        let state = Mutex::new(State::new(&script));
        Self { script, state }
    }

    /// What becomes of a request to a provider.
    pub(crate) fn take(
        &self,
        provider: Provider,
        request: &Request,
        now: OffsetDateTime,
    ) -> Outcome {
        let protocol = self.script.protocol(provider);
        let order = match protocol.check(request, now) {
            Ok(Call::Send(order)) => order,
            Ok(Call::Pull(count)) => return self.pull(request, count, now),
            Err(refusal) => {
                self.lock().note_refusal(provider, now, &refusal);
                return answer(protocol.refused(request, &refusal));
            }
        };
        let mut state = self.lock();
        let verdict = state.rules.judge(provider, &order.to[0], now);
        let end = match &verdict.fault {
            Some(Fault::LoseRequest) => End::Lost,
            Some(fault) if let Some(refusal) = refusal_by(fault, protocol) => End::Refused(refusal),
            _ => state.accept(provider, protocol, &order, self.script.limits, now),
        };
        match end {
            End::Lost => {
                state.note(provider, now, "lost", CUT);
                Outcome::default()
            }
            End::Refused(refusal) => {
                state.note_refusal(provider, now, &refusal);
                let (answer, _) =
                    on_its_way(protocol.refused(request, &refusal), verdict.fault.as_ref());
                Outcome {
                    answer,
                    stall: verdict.stall,
                    ..Outcome::default()
                }
            }
            End::Accepted(messages) => {
                let answer = protocol.accepted(request, &messages, now);
                self.accepted(&mut state, &messages, answer, &order, &verdict)
            }
        }
    }

    /// The answer to messages that are in the inbox now, and the reports about them.
    fn accepted(
        &self,
        state: &mut State,
        messages: &[Received],
        answer: Answer,
        order: &Order,
        verdict: &Verdict,
    ) -> Outcome {
        let plan = verdict.receipts.over(&self.script.receipts);
        let (answer, why) = on_its_way(answer, verdict.fault.as_ref());
        let (provider, now) = (messages[0].provider, messages[0].at);
        state.note(provider, now, "accepted", why);
        let callback = order.callback.clone();
        let callback = callback.or_else(|| state.callbacks.get(&provider).cloned());
        let deliveries = messages.iter();
        let deliveries =
            deliveries.filter_map(|message| self.delivery(message, &plan, callback.as_deref()));
        Outcome {
            answer,
            stall: verdict.stall,
            deliveries: deliveries.collect(),
            before_answer: plan.before_answer,
        }
    }

    /// The reports about a message; `None` if there are none, or nobody who could get them.
    fn delivery(
        &self,
        message: &Received,
        plan: &Plan,
        callback: Option<&str>,
    ) -> Option<Delivery> {
        let protocol = self.script.protocol(message.provider);
        let delay = if plan.before_answer {
            Duration::ZERO
        } else {
            plan.delay
        };
        let at = message.at + delay;
        let way = match callback {
            _ if plan.copies == 0 => return None,
            Some(url) => {
                let steps = protocol.reports(message, plan, at, url).into_iter();
                let copies = plan.copies as usize;
                Way::Push(steps.flat_map(|push| vec![push; copies]).collect())
            }
            None if message.provider == Provider::Ccp => Way::Wait(ccp::waiting(message, plan, at)),
            None => return None,
        };
        let retries = self.script.retries(message.provider);
        Some(Delivery {
            message: message.id,
            provider: message.provider,
            way,
            delay,
            retries: retries.iter().copied().map(Duration::from_millis).collect(),
        })
    }

    fn pull(&self, request: &Request, count: usize, now: OffsetDateTime) -> Outcome {
        let mut state = self.lock();
        state.note(Provider::Ccp, now, "pulled", "");
        let reports = state.pull(count);
        answer(ccp::pulled(request, &reports))
    }

    /// Lets a report wait for the client to pull it.
    pub(crate) fn wait(&self, report: Value) {
        self.lock().wait(report);
    }

    /// Writes down how a report went.
    pub(crate) fn note_report(&self, message: u64, report: Reported) {
        self.lock().inbox.note(message, report);
    }

    /// The messages to one number or to all, newest first.
    pub(crate) fn received(&self, to: Option<&Number>) -> Vec<Received> {
        self.lock().inbox.of(to).cloned().collect()
    }

    pub(crate) fn clear_inbox(&self) {
        self.lock().inbox.clear();
    }

    /// The last requests, newest first.
    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.lock().requests.iter().rev().cloned().collect()
    }

    pub(crate) fn rules(&self) -> Vec<Rule> {
        self.lock().rules.rules().cloned().collect()
    }

    /// Replaces all rules, which begin anew.
    pub(crate) fn set_rules(&self, rules: Vec<Rule>) {
        self.lock().rules = Rulebook::new(rules);
    }

    pub(crate) fn callbacks(&self) -> Callbacks {
        self.lock().callbacks.clone()
    }

    pub(crate) fn set_callbacks(&self, callbacks: Callbacks) {
        self.lock().callbacks = callbacks;
    }

    /// A panic while it is held can't leave the state half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(answer: Answer) -> Outcome {
    Outcome {
        answer: Some(answer),
        ..Outcome::default()
    }
}

/// The refusal that a fault is, if it is one.
fn refusal_by(fault: &Fault, protocol: &dyn Protocol) -> Option<Refusal> {
    Some(match fault {
        Fault::Refuse(code) => protocol.refusal(code),
        Fault::Status(status) => Refusal::new(*status, "", "the script answered this status"),
        Fault::Throttle(_) => Cause::Throttled.refusal(protocol),
        Fault::LoseRequest | Fault::LoseAnswer | Fault::Nonsense => return None,
    })
}

/// What the client gets of an answer, and what the script did to it.
fn on_its_way(answer: Answer, fault: Option<&Fault>) -> (Option<Answer>, &'static str) {
    match fault {
        Some(Fault::LoseAnswer) => (None, CUT),
        Some(Fault::Nonsense) => (Some(nonsense()), "the script answered nonsense"),
        _ => (Some(answer), ""),
    }
}

/// What something in between says, and no provider.
fn nonsense() -> Answer {
    Answer {
        status: 200,
        content_type: "text/html",
        body: "<html><body>502 Bad Gateway</body></html>".to_owned(),
    }
}

#[cfg(test)]
mod tests;
