//! What an operator may do about a message that was not accepted.

use crate::ErrorClass;

/// What to do about a failure of `class`; better advice where the provider's code allows it.
///
/// Codes of different providers have different forms, so a code tells whose it is.
pub(crate) fn advice(class: ErrorClass, provider_code: Option<&str>) -> &'static str {
    let special = |code| SPECIAL.iter().find(|(codes, _)| codes.contains(&code));
    match provider_code.and_then(special) {
        Some((_, advice)) => advice,
        None => usual(class),
    }
}

fn usual(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Auth => {
            "compare account, key and secret with the provider's console, and see that the key is \
             active and may send messages"
        }
        ErrorClass::Config => {
            "look at the provider's console: the application, the template and the name in the \
             brackets must be approved and belong together, and this country must be allowed"
        }
        ErrorClass::Argument => {
            "compare the number, and the variables of the template, with what the approved \
             template has"
        }
        ErrorClass::Blocked => {
            "the recipient or the text is refused: try another number, and read the wording of \
             the template"
        }
        ErrorClass::RateNumber => {
            "the provider's limit for this number is reached: wait, or try another number; the \
             console may allow more"
        }
        ErrorClass::RateAccount => {
            "the provider's limit for the account is reached: wait, and ask for more if it comes \
             back"
        }
        ErrorClass::Temporary => {
            "nothing was sent: see whether this machine reaches the provider, then try again"
        }
        ErrorClass::Unknown => {
            "the message may still arrive: look at the phone and at the provider's log of \
             messages before another try"
        }
    }
}

/// Codes, and what helps with just these.
static SPECIAL: &[(&[&str], &str)] = &[
    (&["111106", "111113"], CLOCK),
    (&["160053"], ADDRESSES),
    (&["111142", "160014", "161002"], BALANCE),
    (&["112305", "112310", "113302"], TEST_NUMBERS),
    (
        &["112311", "112313", "112323", "160032", "160043", "160057"],
        TEMPLATE,
    ),
    (&["160019"], SIGN_NAME),
    (&["160052"], VARIABLES),
    (
        &["160069"],
        "the test template takes digits alone as variables",
    ),
    (&["160058", "160061", "160062"], COUNTRY),
];

const CLOCK: &str = "set the clock of this machine right, best by NTP";
const ADDRESSES: &str =
    "add the public address of this machine to the list of allowed addresses in the console";
const BALANCE: &str = "top up the balance, or buy another package of messages";
const TEST_NUMBERS: &str = "the application is not online yet: register this number as a test number in the console, or \
     put the application online with a template of its own";
const TEMPLATE: &str =
    "see that the template of this id is approved, and belongs to this application or account";
const SIGN_NAME: &str = "see that the name in the brackets is approved, and written in the configuration as it is in \
     the console, without brackets";
const VARIABLES: &str =
    "see that the template has just the variables of the configuration, and allows digits in them";
const COUNTRY: &str = "have messages to this country enabled in the console, or use another sender";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_advice_of_its_own() {
        let all = ErrorClass::ALL.map(usual);
        let unique: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(unique.len(), all.len());
    }

    #[test]
    fn a_code_with_special_advice_gets_that() {
        let rows = [
            ("111106", CLOCK),
            ("160053", ADDRESSES),
            ("111142", BALANCE),
            ("113302", TEST_NUMBERS),
            ("160032", TEMPLATE),
        ];
        for (code, expected) in rows {
            assert_eq!(advice(ErrorClass::Config, Some(code)), expected, "{code}");
        }
    }

    #[test]
    fn any_other_code_gets_the_advice_of_its_class() {
        for class in ErrorClass::ALL {
            for code in [None, Some("999999"), Some("Unheard.Of")] {
                assert_eq!(advice(class, code), usual(class));
            }
        }
    }
}
