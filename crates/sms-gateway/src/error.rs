use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::advice::advice;
use crate::own_template;

/// What a failed send means for what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The provider does not let us in: credentials, signature, clock, list of addresses. The
    /// operator must act.
    Auth,
    /// The account does not allow it: application, template, permission, balance, or a country
    /// that the sender does not serve. The operator must act.
    Config,
    /// The request itself is wrong: form of the number, variables, content.
    Argument,
    /// The recipient is refused: blacklisted, unsubscribed, blocked content.
    Blocked,
    /// The provider's own limit for this number.
    RateNumber,
    /// The provider's limit for the account, or for requests at the same time.
    RateAccount,
    /// A fault of the provider, or it could not be reached; nothing was accepted.
    Temporary,
    /// It may have been accepted or not: time-out, connection lost after the request was
    /// written, an answer that can't be read.
    Unknown,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Auth,
        Self::Config,
        Self::Argument,
        Self::Blocked,
        Self::RateNumber,
        Self::RateAccount,
        Self::Temporary,
        Self::Unknown,
    ];

    /// A stable name for logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Config => "config",
            Self::Argument => "argument",
            Self::Blocked => "blocked",
            Self::RateNumber => "rate_number",
            Self::RateAccount => "rate_account",
            Self::Temporary => "temporary",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the message was certainly not accepted, so that its code may be forgotten.
    #[must_use]
    pub fn is_definite(self) -> bool {
        self != Self::Unknown
    }

    /// Whether what is wrong with a request that was made again was wrong the first time too.
    pub(crate) fn is_true_of_repetitions(self) -> bool {
        match self {
            Self::Auth | Self::Config | Self::Argument | Self::Blocked => true,
            // The limit may have been reached by the first request, and the provider may have
            // failed since.
            Self::RateNumber | Self::RateAccount | Self::Temporary | Self::Unknown => false,
        }
    }

    /// Whether another sender may be given the same message, without the phone getting it twice;
    /// an error may know better ([`SendError::may_try_another`]).
    #[must_use]
    pub fn may_try_another(self) -> bool {
        match self {
            // The cause lies with this provider or with our account there.
            Self::Auth | Self::Config | Self::RateAccount | Self::Temporary => true,
            // The cause lies in the message, and another provider gets the same one.
            Self::Argument => false,
            // The recipient does not want messages or must not get this one: going round the
            // list by way of another provider is what the list is there to prevent.
            Self::Blocked => false,
            // The limit protects the number from being flooded, and two providers together
            // would send twice as much.
            Self::RateNumber => false,
            // It may have been accepted: the phone could get it twice.
            Self::Unknown => false,
        }
    }

    /// Whether the cause lies with the sender rather than with the message or its recipient, so
    /// that the next message will probably fare no better; an error may know better
    /// ([`SendError::is_fault_of_sender`]).
    #[must_use]
    pub fn is_fault_of_sender(self) -> bool {
        match self {
            Self::Auth | Self::Config | Self::RateAccount | Self::Temporary | Self::Unknown => true,
            Self::Argument | Self::Blocked | Self::RateNumber => false,
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A message was not accepted, or it is not known whether it was.
///
/// Neither the text nor the chain of sources contains the number, the code, a credential or a
/// signed URL: whoever writes a sender sees to that, so that the error can go into a log.
#[derive(Debug, thiserror::Error)]
#[error("{sender}: {detail} ({class}{})", CodeText(.provider_code.as_deref()))]
pub struct SendError {
    class: ErrorClass,
    sender: Arc<str>,
    provider_code: Option<String>,
    detail: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SendError {
    /// An error of the sender of that name; `detail` says what happened.
    pub fn new(
        class: ErrorClass,
        sender: impl Into<Arc<str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            class,
            sender: sender.into(),
            provider_code: None,
            detail: detail.into(),
            source: None,
        }
    }

    /// The same with the code that the provider gave.
    #[must_use]
    pub fn with_provider_code(mut self, code: impl Into<String>) -> Self {
        self.provider_code = Some(code.into());
        self
    }

    /// The same with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The error of a message of which two tries leave open whether it was accepted: this is that
    /// of the second, and `lost` that of the first.
    pub(crate) fn leaves_open(&self, lost: Self) -> Self {
        let detail = format!("unknown even after asking again: {self}");
        let unknown = Self::new(ErrorClass::Unknown, Arc::clone(&self.sender), detail);
        let unknown = match self.provider_code() {
            Some(code) => unknown.with_provider_code(code),
            None => unknown,
        };
        unknown.with_source(lost)
    }

    /// What it means for what comes next.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.class
    }

    /// Whether another sender may be given the same message. It is what the class says, but that
    /// another one has templates of its own, if one of this sender is at fault.
    #[must_use]
    pub fn may_try_another(&self) -> bool {
        self.class.may_try_another() || self.is_about_own_template()
    }

    /// Whether the next message will probably fare no better by this sender. It is what the class
    /// says, but that a template at fault is so for every message.
    #[must_use]
    pub fn is_fault_of_sender(&self) -> bool {
        self.class.is_fault_of_sender() || self.is_about_own_template()
    }

    fn is_about_own_template(&self) -> bool {
        let code = self.provider_code();
        self.class == ErrorClass::Argument && code.is_some_and(own_template::is_cause)
    }

    /// The name of the sender that failed.
    #[must_use]
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// What happened: the meaning of the provider's code, if it answered with one.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What the operator may do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        advice(self.class, self.provider_code())
    }

    /// The provider's code, if it answered with one.
    #[must_use]
    pub fn provider_code(&self) -> Option<&str> {
        self.provider_code.as_deref()
    }
}

/// The provider's code as the end of a sentence, or nothing.
struct CodeText<'a>(Option<&'a str>);

impl fmt::Display for CodeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(code) => write!(f, ", code {code}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_class_decides_what_comes_next() {
        let rows = [
            (ErrorClass::Auth, true, true, true),
            (ErrorClass::Config, true, true, true),
            (ErrorClass::Argument, true, false, false),
            (ErrorClass::Blocked, true, false, false),
            (ErrorClass::RateNumber, true, false, false),
            (ErrorClass::RateAccount, true, true, true),
            (ErrorClass::Temporary, true, true, true),
            (ErrorClass::Unknown, false, false, true),
        ];
        assert_eq!(rows.map(|(class, ..)| class), ErrorClass::ALL);
        for (class, definite, another, fault) in rows {
            assert_eq!(class.is_definite(), definite, "{class}");
            assert_eq!(class.may_try_another(), another, "{class}");
            assert_eq!(class.is_fault_of_sender(), fault, "{class}");
        }
    }

    #[test]
    fn a_template_at_fault_is_the_senders_own() {
        let rows = [
            (ErrorClass::Argument, Some("160052"), true),
            (
                ErrorClass::Argument,
                Some("isv.TEMPLATE_PARAMS_ILLEGAL"),
                true,
            ),
            (ErrorClass::Argument, Some("160042"), false),
            (ErrorClass::Argument, None, false),
            (ErrorClass::Blocked, Some("160052"), false),
        ];
        for (class, code, is_own) in rows {
            let error = SendError::new(class, "ccp", "?");
            let error = match code {
                Some(code) => error.with_provider_code(code),
                None => error,
            };
            assert_eq!(error.may_try_another(), is_own, "{error}");
            assert_eq!(error.is_fault_of_sender(), is_own, "{error}");
        }
    }

    #[test]
    fn every_class_has_a_name_of_its_own() {
        let names: HashSet<_> = ErrorClass::ALL.iter().map(|class| class.name()).collect();
        assert_eq!(names.len(), ErrorClass::ALL.len());
    }

    #[test]
    fn an_error_reads_alone_and_keeps_its_cause() {
        let error = SendError::new(ErrorClass::Config, "ccp", "template invalid")
            .with_provider_code("160032")
            .with_source(std::io::Error::other("why"));
        assert_eq!(
            error.to_string(),
            "ccp: template invalid (config, code 160032)"
        );
        assert_eq!(error.source().unwrap().to_string(), "why");
        let bare = SendError::new(ErrorClass::Unknown, "ccp", "no answer in time");
        assert_eq!(bare.to_string(), "ccp: no answer in time (unknown)");
        assert!(bare.source().is_none());
    }
}
