//! A server that behaves as CCP does, and fails on demand.

mod rules;

use std::collections::{HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use serde_json::json;

use crate::HttpRequest;
use crate::http::response;
use crate::stub_server::{Reaction, Stub, StubServer, lock};
pub use rules::CcpMessage;
use rules::{REPEATED, Refusal};

/// A CCP server on the loopback interface: it checks requests as CCP does, refuses with CCP's
/// codes, and never takes a `reqId` twice.
///
/// It lives on a thread of its own, so that tests on any runtime can use it, and ends when
/// dropped.
#[derive(Debug)]
pub struct CcpStub {
    server: StubServer,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<HttpRequest>,
    accepted: Vec<CcpMessage>,
    req_ids: HashSet<String>,
    chance: Option<Chance>,
    faults: VecDeque<CcpFault>,
    connections: usize,
    clock: Option<SystemTime>,
}

/// A fault that comes by chance, the same way in each run.
#[derive(Debug)]
struct Chance {
    fault: CcpFault,
    one_in: u64,
    seed: u64,
}

impl Chance {
    /// The fault of the next request, if it is to have one.
    fn next(&mut self) -> Option<CcpFault> {
        // SplitMix64: a seed is all its state.
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let is_due = (mixed ^ (mixed >> 31)).is_multiple_of(self.one_in);
        is_due.then(|| self.fault.clone())
    }
}

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CcpFault {
    /// The message is not accepted, and this status code says so.
    Refuse(&'static str),
    /// The message is not accepted: an answer of this HTTP status, 200 to 599, as from something
    /// in between. What is in it looks like success, and a redirection leads to another path of
    /// the stub: a client that heeds either is found out.
    Status(u16),
    /// The message is not accepted, and the connection closes without an answer.
    LoseRequest,
    /// The message is not accepted; the answer is HTTP 200 with this body.
    Answer(Vec<u8>),
    /// The message is accepted, and the connection closes without an answer.
    LoseAnswer,
    /// The message is accepted; no answer comes as long as the stub lives.
    Stall,
    /// The message is accepted; the answer is HTTP 200 with a page instead of JSON.
    Garbage,
    /// The message is accepted; the answer is HTTP 200 with nothing in it.
    Empty,
}

impl CcpStub {
    /// The account: as all constants here, made up for an example.
    pub const ACCOUNT_SID: &'static str = "8aaf0708000000000000000000000a01";
    /// The secret that signatures are made with.
    pub const AUTH_TOKEN: &'static str = "0123456789abcdef0123456789abcdef";
    /// The application, the only one of the account.
    pub const APP_ID: &'static str = "8aaf0708000000000000000000000a02";
    /// The template, the only one of the application; it takes two variables.
    pub const TEMPLATE_ID: &'static str = "1";

    /// Starts a stub on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If there is no port or no thread to be had.
    pub fn start() -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let server = StubServer::start("ccp-stub", Arc::clone(&state))?;
        Ok(Self { server, state })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Where it listens, as `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Lets things go wrong with the next requests, one fault each in this order; after them the
    /// stub is honest again.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = CcpFault>) {
        lock(&self.state).faults.extend(faults);
    }

    /// Lets one in `one_in` requests (at least 1) go wrong from now on, whichever `seed` picks,
    /// when [`CcpStub::fail_next`] has nothing for them.
    pub fn fail_by_chance(&self, fault: CcpFault, one_in: u64, seed: u64) {
        lock(&self.state).chance = Some(Chance {
            fault,
            one_in,
            seed,
        });
    }

    /// Sets the clock of the stub, which it judges timestamps by and writes into its answers. It
    /// stands still from then on.
    pub fn set_clock(&self, now: SystemTime) {
        lock(&self.state).clock = Some(now);
    }

    /// All requests so far, oldest first, whatever became of them.
    #[must_use]
    pub fn requests(&self) -> Vec<HttpRequest> {
        lock(&self.state).requests.clone()
    }

    /// The messages that a phone got, oldest first.
    #[must_use]
    pub fn accepted(&self) -> Vec<CcpMessage> {
        lock(&self.state).accepted.clone()
    }

    /// The messages that the phone of that number got, oldest first.
    #[must_use]
    pub fn accepted_for(&self, mobile: &str) -> Vec<CcpMessage> {
        let state = lock(&self.state);
        let to_mobile = state.accepted.iter().filter(|message| message.to == mobile);
        to_mobile.cloned().collect()
    }

    /// How many connections were made so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }
}

impl Stub for State {
    fn connected(&mut self) {
        self.connections += 1;
    }

    fn react(&mut self, request: HttpRequest) -> Reaction {
        let now = self.clock.unwrap_or_else(SystemTime::now);
        let fault = self.faults.pop_front();
        let fault = fault.or_else(|| self.chance.as_mut()?.next());
        let answer = |status, body: &[u8]| Reaction::Answer(response(status, now, body));
        let reaction = match fault {
            None => match self.take(&request, now) {
                Ok(id) => answer(200, success(&id).as_bytes()),
                Err(Refusal::Code(code)) => answer(200, refusal(code).as_bytes()),
                Err(Refusal::Http(status)) => answer(status, b""),
            },
            Some(CcpFault::Refuse(code)) => answer(200, refusal(code).as_bytes()),
            Some(CcpFault::Status(status)) => answer(status, success("0").as_bytes()),
            Some(CcpFault::LoseRequest) => Reaction::Close,
            Some(CcpFault::Answer(body)) => answer(200, &body),
            Some(accepting) => {
                // Whether it is right is seen from what was accepted.
                let _ = self.take(&request, now);
                match accepting {
                    CcpFault::Stall => Reaction::Hold,
                    CcpFault::Garbage => answer(200, b"<html><body>502 Bad Gateway</body></html>"),
                    CcpFault::Empty => answer(200, b""),
                    _ => Reaction::Close,
                }
            }
        };
        self.requests.push(request);
        reaction
    }
}

impl State {
    /// Takes a message if the rules allow it, and gives its id.
    fn take(&mut self, request: &HttpRequest, now: SystemTime) -> Result<String, Refusal> {
        let message = rules::check(request, now)?;
        if let Some(id) = &message.req_id
            && !self.req_ids.insert(id.clone())
        {
            return Err(Refusal::Code(REPEATED));
        }
        self.accepted.push(message);
        Ok(format!("{:032x}", self.accepted.len()))
    }
}

fn success(id: &str) -> String {
    let created = "20240229123456";
    json!({"statusCode": "000000", "templateSMS": {"dateCreated": created, "smsMessageSid": id}})
        .to_string()
}

fn refusal(code: &str) -> String {
    json!({"statusCode": code, "statusMsg": "【短信】请求被拒绝"}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_fair_and_the_same_in_each_run() {
        let run = || {
            let mut chance = Chance {
                fault: CcpFault::LoseAnswer,
                one_in: 3,
                seed: 1,
            };
            let faults = std::iter::repeat_with(|| chance.next().is_some());
            faults.take(3000).collect::<Vec<_>>()
        };
        let count = run().into_iter().filter(|is_due| *is_due).count();
        assert!((900..1100).contains(&count), "{count}");
        assert_eq!(run(), run());
    }
}
