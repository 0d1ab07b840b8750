//! One call on one server.

use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{
    Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value, cmd, pipe,
};
use tokio::time::{Instant, sleep, timeout_at};

use super::call::{Call, Form};
use super::lanes::Lanes;
use crate::StoreError;

/// How long a call may take. What the server comes to later is not done.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    until: Instant,
    span: Duration,
}

impl Limit {
    /// `span` from now.
    pub(super) fn new(span: Duration) -> Self {
        Self {
            until: Instant::now() + span,
            span,
        }
    }

    /// Does `work` within the time that is left.
    pub(super) async fn hold<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let timed_out = Err(StoreError::Timeout(self.span));
        timeout_at(self.until, work).await.unwrap_or(timed_out)
    }

    /// Waits for `pause`, if there is that much time left.
    pub(super) async fn pause(&self, pause: Duration) -> Result<(), StoreError> {
        let waiting = async {
            sleep(pause).await;
            Ok(())
        };
        self.hold(waiting).await
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// The same moment in the time of the server.
    fn deadline(&self, lanes: &Lanes) -> i64 {
        let remaining = self.until.saturating_duration_since(Instant::now());
        lanes.clock().after(remaining)
    }
}

/// What a server answers to a call.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// What the script gave.
    Value(Value),
    /// Nothing was done: another node of the Cluster has the slot, for good.
    Moved(String),
    /// Nothing was done: another node has the keys already, although the slot is still here.
    Ask(String),
    /// Nothing was done: the keys are on their way to another node.
    TryAgain,
}

/// Whether a node of a Cluster is told that it was named by [`Answer::Ask`]. Without that it sends
/// back whoever asks for a slot that is not its own yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    No,
    Yes,
}

impl Lanes {
    /// Sends a call once; again only if the server said that it did nothing.
    pub(super) async fn run(
        &self,
        call: &Call<'_>,
        limit: Limit,
        asking: Asking,
    ) -> Result<Answer, StoreError> {
        let ask = async |connection: &mut MultiplexedConnection| {
            self.ask(connection, call, limit, asking).await
        };
        self.within(limit, ask).await
    }

    /// Does `work` on the connection of this thread, and gives that up if it breaks.
    pub(super) async fn within<T>(
        &self,
        limit: Limit,
        work: impl AsyncFnOnce(&mut MultiplexedConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lease = None;
        let work = async {
            let lease = lease.insert(self.connection().await?);
            work(&mut lease.connection).await
        };
        let answer = limit.hold(work).await;
        if let (Err(error), Some(lease)) = (&answer, &lease)
            && error.breaks_connection()
        {
            self.give_up(lease);
        }
        answer
    }

    async fn ask(
        &self,
        connection: &mut MultiplexedConnection,
        call: &Call<'_>,
        limit: Limit,
        asking: Asking,
    ) -> Result<Answer, StoreError> {
        let mut form = Form::Digest;
        let mut has_right_time = false;
        loop {
            let command = call.command(form, limit.deadline(self));
            let error = match send(connection, call.before(), command, asking).await {
                Ok(value) => {
                    if let Some(now) = call.time_in(&value) {
                        self.clock().observe(now);
                    }
                    return Ok(Answer::Value(value));
                }
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::Server(ServerErrorKind::NoScript) if form == Form::Digest => {
                    form = Form::Source;
                }
                ErrorKind::Server(ServerErrorKind::Moved) => {
                    return redirected(&error, Answer::Moved);
                }
                ErrorKind::Server(ServerErrorKind::Ask) => return redirected(&error, Answer::Ask),
                ErrorKind::Server(ServerErrorKind::TryAgain) => return Ok(Answer::TryAgain),
                // It may not be the step that was late, but our clock that was slow.
                _ if self.observe_lateness(&error) && !has_right_time && !limit.is_over() => {
                    has_right_time = true;
                }
                _ => return Err(error.into()),
            }
        }
    }

    /// Sets the clock by an answer that says `LATE`; whether it was one.
    fn observe_lateness(&self, error: &RedisError) -> bool {
        let is_late = error.code() == Some("LATE");
        if is_late && let Some(now) = error.detail().and_then(|detail| detail.parse().ok()) {
            self.clock().observe(now);
        }
        is_late
    }
}

/// Sends a command and those before it. The answer to the last; or the first error.
async fn send(
    connection: &mut MultiplexedConnection,
    before: &[Cmd],
    command: Cmd,
    asking: Asking,
) -> RedisResult<Value> {
    if before.is_empty() && asking == Asking::No {
        let answer = connection.send_packed_command(&command).await?;
        return answer.extract_error();
    }
    let mut all = pipe();
    for command in before.iter().cloned().chain([command]) {
        if asking == Asking::Yes {
            all.add_command(cmd("ASKING"));
        }
        all.add_command(command);
    }
    let answers = connection.send_packed_commands(&all, 0, all.len()).await?;
    let mut last = Value::Nil;
    for answer in answers {
        last = answer.extract_error()?;
    }
    Ok(last)
}

fn redirected(
    error: &RedisError,
    answer: impl FnOnce(String) -> Answer,
) -> Result<Answer, StoreError> {
    match error.redirect_node() {
        Some((node, _slot)) => Ok(answer(node.to_owned())),
        None => Err(StoreError::Refused("a redirection to nowhere".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use sms_testkit::RedisServer;

    use super::*;
    use crate::redis::address;
    use crate::redis::connector::Connector;
    use crate::redis::scripts::Scripts;

    fn lanes(server: &RedisServer) -> Lanes {
        let info = address::read(&server.url(), None).unwrap();
        Lanes::new(Connector::to_server(info).unwrap(), 1)
    }

    async fn ping(lanes: &Lanes, limit: Limit) -> Result<Answer, StoreError> {
        let scripts = Scripts::new();
        let call = scripts.ping.key("ping");
        lanes.run(&call, limit, Asking::No).await
    }

    #[tokio::test]
    async fn an_estimate_that_fell_behind_costs_no_step() {
        let server = RedisServer::start();
        let lanes = lanes(&server);
        let limit = || Limit::new(Duration::from_secs(10));
        ping(&lanes, limit()).await.unwrap();
        lanes.clock().observe(0);
        ping(&lanes, limit()).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_late_in_the_right_time_too_is_refused() {
        let server = RedisServer::start();
        let lanes = lanes(&server);
        ping(&lanes, Limit::new(Duration::from_secs(10)))
            .await
            .unwrap();
        let mut connection = lanes.connection().await.unwrap().connection;
        let scripts = Scripts::new();
        let call = scripts.ping.key("ping");
        let command = call.command(Form::Source, 1);
        let sent = send(&mut connection, &[], command, Asking::No);
        let error = sent.await.unwrap_err();
        assert_eq!(error.code(), Some("LATE"));
    }
}
