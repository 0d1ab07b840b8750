use std::fmt::{Display, Write as _};

use deadpool_redis::redis::{Cmd, Value};
use sms_core::Quotas;

use super::millis;
use crate::at_rest::Shown;

/// As much as the keys and arguments of a usual call need, in bytes and in number.
const USUAL_TEXT: usize = 512;
const USUAL_COUNT: usize = 32;
/// How many times a log has at most that is read and written as a whole.
const LONGEST_SHORT_LOG: u32 = 100;
/// What is in a command besides: its name, the digest, how many keys there are, the deadline.
const BESIDES: usize = 4;

/// A script that is kept inside Redis under its digest.
pub(super) struct Script {
    source: &'static str,
    digest: String,
}

impl Script {
    pub(super) fn new(source: &'static str) -> Self {
        let digest = deadpool_redis::redis::Script::new(source)
            .get_hash()
            .to_owned();
        Self { source, digest }
    }

    /// A call of this script; `key` is the first of its keys.
    pub(super) fn key(&self, key: impl Display) -> Call<'_> {
        let mut call = Call {
            script: self,
            text: String::with_capacity(USUAL_TEXT),
            ends: Vec::with_capacity(USUAL_COUNT),
            keys: 0,
            tells_time: false,
            before: Vec::new(),
        };
        call.key(key);
        call
    }
}

/// One call of a script, as often as it has to be sent.
pub(super) struct Call<'a> {
    script: &'a Script,
    /// The keys and then the arguments, one right after the other.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    keys: usize,
    tells_time: bool,
    /// What is sent before it.
    before: Vec<Cmd>,
}

/// How a call tells which script it means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// By its digest: short, but Redis must know the script.
    Digest,
    /// Whole. Redis knows the script from then on.
    Source,
}

impl Call<'_> {
    /// Adds a key. All keys come before the first argument.
    pub(super) fn key(&mut self, key: impl Display) -> &mut Self {
        debug_assert_eq!(self.keys, self.ends.len(), "a key after an argument");
        self.keys += 1;
        self.arg(key)
    }

    pub(super) fn arg(&mut self, argument: impl Display) -> &mut Self {
        write!(self.text, "{argument}").expect("a string takes everything");
        self.end()
    }

    /// The same of a text as it is, for which no formatting has to be paid.
    pub(super) fn text(&mut self, argument: &str) -> &mut Self {
        self.text.push_str(argument);
        self.end()
    }

    /// The same of a number.
    pub(super) fn number(&mut self, argument: impl itoa::Integer) -> &mut Self {
        self.text(itoa::Buffer::new().format(argument))
    }

    fn end(&mut self) -> &mut Self {
        self.ends.push(self.text.len());
        self
    }

    /// Adds what is shown of a code that is issued to the arguments, as `shown.lua` takes it.
    pub(super) fn issued(&mut self, shown: &Shown<'_>) -> &mut Self {
        self.text(shown.form()).text(shown.first_way())
    }

    /// Adds what is shown of a code that is compared: the last of the arguments.
    pub(super) fn compared(&mut self, shown: &Shown<'_>) {
        self.text(shown.form());
        for way in shown.ways() {
            self.text(way);
        }
    }

    /// Adds quotas to the arguments, as `logs.lua` takes them.
    pub(super) fn quotas(&mut self, quotas: &Quotas) -> &mut Self {
        let form = match quotas.largest_limit() {
            0 => return self.text("none"),
            1..=LONGEST_SHORT_LOG => "short",
            _ => "long",
        };
        self.text(form).number(quotas.iter().len());
        self.number(quotas.largest_limit());
        self.number(millis(quotas.longest_window()));
        for quota in quotas.iter() {
            self.number(quota.limit()).number(millis(quota.window()));
        }
        self
    }

    /// Has a command sent right before the script, on the same keys: arguments that a script only passes
    /// on cost it more than all else. It is done even if the script comes too late, and may be done twice.
    pub(super) fn after(&mut self, command: Cmd) -> &mut Self {
        self.before.push(command);
        self
    }

    /// The commands that are sent before it.
    pub(super) fn before(&self) -> &[Cmd] {
        &self.before
    }

    /// Says that the answer to a success is `{0, the server's time, …}`.
    pub(super) fn tells_time(&mut self) {
        self.tells_time = true;
    }

    /// The server's time, if this is an answer that tells it.
    pub(super) fn time_in(&self, answer: &Value) -> Option<i64> {
        match answer {
            Value::Array(parts) if self.tells_time => match parts[..] {
                [Value::Int(0), Value::Int(now), ..] => Some(now),
                _ => None,
            },
            _ => None,
        }
    }

    /// The key that decides which node of a Cluster does it.
    pub(super) fn first_key(&self) -> &str {
        &self.text[..self.ends[0]]
    }

    /// The command, to be begun until `deadline` in the time of the server.
    pub(super) fn command(&self, form: Form, deadline: i64) -> Cmd {
        let (name, script) = match form {
            Form::Digest => ("EVALSHA", &*self.script.digest),
            Form::Source => ("EVAL", self.script.source),
        };
        let bytes = self.text.len() + script.len() + USUAL_COUNT;
        let mut command = Cmd::with_capacity(self.ends.len() + BESIDES, bytes);
        command.arg(name).arg(script).arg(self.keys);
        let mut start = 0;
        for &end in &self.ends {
            command.arg(&self.text[start..end]);
            start = end;
        }
        command.arg(deadline);
        command
    }
}
