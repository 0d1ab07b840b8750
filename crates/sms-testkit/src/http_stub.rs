//! A server that answers what it is told to, whatever it is asked.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use crate::HttpRequest;
use crate::http::response;
use crate::stub_server::{Reaction, Stub, StubServer, lock};

/// An HTTP server on the loopback interface that keeps all requests, for tests to judge, and
/// answers as it was told. It ends when dropped.
#[derive(Debug)]
pub struct HttpStub {
    server: StubServer,
    state: Arc<Mutex<State>>,
}

/// What comes back for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpReply {
    /// An answer of this status, 200 to 599, with this body.
    Answer(u16, String),
    /// The connection closes without an answer.
    Close,
    /// The connection closes after the beginning of an answer of this status.
    BreakOff(u16),
    /// No answer comes as long as the stub lives.
    Stall,
}

#[derive(Debug)]
struct State {
    usual: HttpReply,
    next: VecDeque<HttpReply>,
    requests: Vec<HttpRequest>,
    connections: usize,
}

impl HttpStub {
    /// Starts a stub on a free port of 127.0.0.1 that answers with `usual`.
    ///
    /// # Errors
    ///
    /// If there is no port or no thread to be had.
    pub fn start(usual: HttpReply) -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State {
            usual,
            next: VecDeque::new(),
            requests: Vec::new(),
            connections: 0,
        }));
        let server = StubServer::start("http-stub", Arc::clone(&state))?;
        Ok(Self { server, state })
    }

    /// Where it listens, as `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.address().port()
    }

    /// Answers the next requests with these, one each in this order, and then as usual again.
    pub fn answer_next(&self, replies: impl IntoIterator<Item = HttpReply>) {
        lock(&self.state).next.extend(replies);
    }

    /// All requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<HttpRequest> {
        lock(&self.state).requests.clone()
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
        self.requests.push(request);
        let reply = self.next.pop_front();
        match reply.unwrap_or_else(|| self.usual.clone()) {
            HttpReply::Answer(status, body) => {
                Reaction::Answer(response(status, SystemTime::now(), body.as_bytes()))
            }
            HttpReply::BreakOff(status) => {
                let mut answer = response(status, SystemTime::now(), b"{\"half\":");
                answer.pop();
                Reaction::AnswerAndClose(answer)
            }
            HttpReply::Close => Reaction::Close,
            HttpReply::Stall => Reaction::Hold,
        }
    }
}
