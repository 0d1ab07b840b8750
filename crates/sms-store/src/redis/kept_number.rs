//! What scripts tell of a number; `lua/numbers.lua` has the form.

use deadpool_redis::redis::Value;
use sms_core::{CodeState, NumberScope, NumberState, SendLog, Timestamp, VerificationState};

use super::{kept_verification, span};

/// Digits of a time in a log.
const DIGITS: usize = 13;

/// Reads what is told of a number; `None` if it has another form.
pub(super) fn read(answer: &[Value], scope: &NumberScope) -> Option<NumberState> {
    let ([now, attempts, lasts, is_void, is_safe, sends, failures], of_services) =
        answer.split_first_chunk()?;
    let at = Timestamp::from_millis(number(now)?);
    let (lasts, is_void) = (number(lasts)?, number(is_void)? == 1);
    let code = CodeState {
        attempts: u8::try_from(number(attempts)?).unwrap_or(u8::MAX),
        expires_at: at.after(span(lasts)),
        is_exhausted: is_void,
    };
    let mut verifications = Vec::new();
    for (&service, told) in scope.services.iter().zip(of_services.chunks(2)) {
        let [told, checks] = told else {
            return None;
        };
        if let Some(told) = Some(text(told)?).filter(|told| !told.is_empty()) {
            verifications.push(VerificationState {
                service,
                told: kept_verification::read(told)?,
                checks: u8::try_from(number(checks)?).unwrap_or(u8::MAX),
            });
        }
    }
    Some(NumberState {
        at,
        code: (lasts > 0).then_some(code),
        verifications,
        sends: log(text(sends)?, scope)?,
        failures: log(text(failures)?, scope)?,
        is_safe: number(is_safe)? == 1,
    })
}

fn log(times: &str, scope: &NumberScope) -> Option<SendLog> {
    let times = times.as_bytes().chunks(DIGITS).map(|time| {
        let time = std::str::from_utf8(time).ok()?.parse().ok()?;
        Some(Timestamp::from_millis(time))
    });
    let times: Vec<_> = times.collect::<Option<_>>()?;
    Some(SendLog::of(times).newest(scope.most_times))
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sms_core::ServiceSid;

    fn scope() -> NumberScope {
        NumberScope {
            max_attempts: 5,
            services: vec![ServiceSid::from_hex(&"a".repeat(32)).unwrap()],
            most_times: 2,
        }
    }

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    fn answer() -> Vec<Value> {
        let told = format!("{} p 1700000000000 1700000002000 600000 ", "0a".repeat(16));
        let mut answer = [1_700_000_001_000, 3, 9_000, 0, 1].map(Value::Int).to_vec();
        let times = "170000000100017000000000001699999999999";
        answer.extend([bulk(times), bulk(""), bulk(&told), Value::Int(4)]);
        answer
    }

    #[test]
    fn a_number_is_read_from_what_scripts_tell() {
        let state = read(&answer(), &scope()).unwrap();
        let at = Timestamp::from_millis;
        let code = CodeState {
            attempts: 3,
            expires_at: at(1_700_000_010_000),
            is_exhausted: false,
        };
        assert_eq!((state.code, state.is_safe), (Some(code), true));
        let newest = [1_700_000_001_000, 1_700_000_000_000].map(at);
        assert_eq!(
            (state.sends, state.failures),
            (SendLog::of(newest), SendLog::default())
        );
        assert_eq!(state.verifications[0].checks, 4);
    }

    #[test]
    fn what_is_no_such_answer_is_refused() {
        for index in 0..answer().len() {
            let mut other = answer();
            other[index] = Value::Nil;
            assert_eq!(read(&other, &scope()), None, "{index}");
            let shorter = &answer()[..index];
            let lacks_services = index == answer().len() - 2;
            assert!(
                lacks_services || read(shorter, &scope()).is_none(),
                "{index}"
            );
        }
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics(times in "\\PC{0,40}|[0-9]{0,40}", told in "\\PC{0,40}") {
            let mut other = answer();
            (other[5], other[7]) = (bulk(&times), bulk(&told));
            let _ = read(&other, &scope());
        }
    }
}
