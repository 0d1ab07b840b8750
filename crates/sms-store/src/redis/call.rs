use deadpool_redis::redis::{Cmd, ToRedisArgs, Value, cmd};
use sms_core::Quotas;

use crate::at_rest::Shown;

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
    pub(super) fn key(&self, key: String) -> Call<'_> {
        Call {
            script: self,
            keys: vec![key],
            arguments: Vec::new(),
            tells_time: false,
        }
    }
}

/// One call of a script, as often as it has to be sent.
pub(super) struct Call<'a> {
    script: &'a Script,
    keys: Vec<String>,
    arguments: Vec<Vec<u8>>,
    tells_time: bool,
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
    pub(super) fn key(&mut self, key: String) -> &mut Self {
        self.keys.push(key);
        self
    }

    pub(super) fn arg(&mut self, argument: impl ToRedisArgs) -> &mut Self {
        argument.write_redis_args(&mut self.arguments);
        self
    }

    /// Adds what is shown of a code to the arguments, as `read_shown` in `codes.lua` takes it.
    pub(super) fn shown(&mut self, shown: &Shown<'_>) -> &mut Self {
        self.arg(shown.form()).arg(shown.ways().count());
        for way in shown.ways() {
            self.arg(way);
        }
        self
    }

    /// Adds quotas to the arguments, as `read_quotas` in `lib.lua` takes them.
    pub(super) fn quotas(&mut self, quotas: &Quotas) -> &mut Self {
        self.arg(quotas.iter().len());
        for quota in quotas.iter() {
            let window = u64::try_from(quota.window().as_millis()).unwrap_or(u64::MAX);
            self.arg(quota.limit()).arg(window);
        }
        self
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
        &self.keys[0]
    }

    /// The command, to be begun until `deadline` in the time of the server.
    pub(super) fn command(&self, form: Form, deadline: i64) -> Cmd {
        let mut command = match form {
            Form::Digest => cmd("EVALSHA"),
            Form::Source => cmd("EVAL"),
        };
        match form {
            Form::Digest => command.arg(&self.script.digest),
            Form::Source => command.arg(self.script.source),
        };
        command.arg(self.keys.len()).arg(&self.keys);
        for argument in &self.arguments {
            command.arg(argument);
        }
        command.arg(deadline);
        command
    }
}
