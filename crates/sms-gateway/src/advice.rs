//! What an operator may do about a message that was not accepted.

use crate::ErrorClass;
use crate::code_table::is_of_family;

/// What to do about a failure of `class`; better advice where the provider's code allows it.
///
/// Codes of different providers have different forms, so a code tells whose it is.
pub(crate) fn advice(class: ErrorClass, provider_code: Option<&str>) -> &'static str {
    let special = |code| SPECIAL.iter().find(|(codes, _)| is_among(code, codes));
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

/// Codes, of which one ending in `.*` stands for its family, and what helps with just these.
static SPECIAL: &[(&[&str], &str)] = &[
    (
        &[
            "111106",
            "111113",
            "InvalidTimeStamp.*",
            "AuthFailure.SignatureExpire",
            "InternalError.RequestTimeException",
        ],
        CLOCK,
    ),
    (
        &[
            "160053",
            "isv.DENY_IP_RANGE",
            "UnauthorizedOperation.RequestIpNotInWhitelist",
        ],
        ADDRESSES,
    ),
    (
        &[
            "111142",
            "160014",
            "161002",
            "isv.OUT_OF_SERVICE",
            "isv.AMOUNT_NOT_ENOUGH",
            "FailedOperation.InsufficientBalanceInSmsPackage",
            "UnauthorizedOperation.ServiceSuspendDueToArrears",
        ],
        BALANCE,
    ),
    (
        &[
            "isp.RAM_PERMISSION_DENY",
            "UnauthorizedOperation.RequestPermissionDeny",
            "AuthFailure.UnauthorizedOperation",
        ],
        PERMISSION,
    ),
    (&["112305", "112310", "113302"], TEST_NUMBERS),
    (
        &[
            "112311",
            "112313",
            "112323",
            "160032",
            "160043",
            "160057",
            "isv.SMS_TEMPLATE_ILLEGAL",
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateUnapprovedOrNotExist",
        ],
        TEMPLATE,
    ),
    (
        &[
            "160019",
            "isv.SMS_SIGNATURE_ILLEGAL",
            "isv.SMS_SIGN_ILLEGAL",
            "isv.SIGN_STATE_ILLEGAL",
            "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
            "FailedOperation.SignatureIncorrectOrUnapproved",
        ],
        SIGN_NAME,
    ),
    (
        &[
            "160052",
            "isv.TEMPLATE_MISSING_PARAMETERS",
            "isv.TEMPLATE_PARAMS_ILLEGAL",
            "isv.INVALID_JSON_PARAM",
            "InvalidParameterValue.TemplateParameterFormatError",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ],
        VARIABLES,
    ),
    (
        &[
            "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
            "UnsupportedOperation.*",
        ],
        REGION,
    ),
    (
        &["160069"],
        "the test template takes digits alone as variables",
    ),
    (
        &[
            "160058",
            "160061",
            "160062",
            "LimitExceeded.AppCountryOrRegionInBlacklist",
            "21408",
        ],
        COUNTRY,
    ),
    (
        &[
            "160013",
            "160042",
            "isv.MOBILE_NUMBER_ILLEGAL",
            "InvalidParameterValue.IncorrectPhoneNumber",
            "FailedOperation.PhoneNumberParseFail",
            "21211",
            "21614",
            "21635",
        ],
        NUMBER,
    ),
    // Twilio keeps no templates, and has neither applications nor names in brackets.
    (&["21212", "21606", "21612", "21659", "21660"], FROM),
    (
        &["21608"],
        "a trial account sends to verified numbers alone: verify this one in the console, or \
         upgrade the account",
    ),
    (
        &["21610"],
        "the recipient sent STOP, and alone can undo it: by sending START to the same number",
    ),
    (
        &["21602", "21617"],
        "see that the sender's text is there, and no longer than 1600 characters",
    ),
];

const CLOCK: &str = "set the clock of this machine right, best by NTP";
const ADDRESSES: &str =
    "add the public address of this machine to the list of allowed addresses in the console";
const BALANCE: &str = "top up the balance, or buy another package of messages";
const PERMISSION: &str = "give the key's user the permission to send SMS";
const REGION: &str =
    "templates are for the mainland or for abroad: configure a sender for each, and routes to them";
const TEST_NUMBERS: &str = "the application is not online yet: register this number as a test number in the console, or \
     put the application online with a template of its own";
const TEMPLATE: &str =
    "see that the template of this id is approved, and belongs to this application or account";
const SIGN_NAME: &str = "see that the name in the brackets is approved, and written in the configuration as it is in \
     the console, without brackets";
const VARIABLES: &str =
    "see that the template has just the variables of the configuration, and allows digits in them";
const NUMBER: &str =
    "see that this is the number of a mobile phone, and of a country that the provider reaches";
const FROM: &str = "see that `from`, or the messaging service, is one of this account that may send messages to this \
     country";
const COUNTRY: &str = "have messages to this country enabled in the console, or use another sender";

/// Whether `codes` name this one, alone or by its family.
fn is_among(code: &str, codes: &[&str]) -> bool {
    codes.iter().any(|listed| match listed.strip_suffix(".*") {
        Some(family) => is_of_family(code, family),
        None => code == *listed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ccp::status::Verdict;
    use crate::{aliyun, ccp, tencent, twilio};

    #[test]
    fn every_class_has_advice_of_its_own() {
        let all = ErrorClass::ALL.map(usual);
        assert!(all.iter().all(|advice| !advice.is_empty()));
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
            ("InvalidTimeStamp.Expired", CLOCK),
            ("isv.AMOUNT_NOT_ENOUGH", BALANCE),
            ("UnsupportedOperation.UnsupportedRegion", REGION),
            ("21408", COUNTRY),
            ("21614", NUMBER),
            ("21659", FROM),
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

    #[test]
    fn special_advice_is_about_refusals_that_exist() {
        let tables = [aliyun::status::TABLE, tencent::status::TABLE];
        let words: Vec<_> = (tables.into_iter().flatten())
            .flat_map(|row| row.codes)
            .copied()
            .collect();
        for code in SPECIAL.iter().flat_map(|(codes, _)| *codes) {
            let family = code.split('.').next().unwrap();
            let is_word = words.contains(code) || words.contains(&&*format!("{family}.*"));
            let verdict = ccp::status::find(code).map(|status| status.verdict);
            let is_number = matches!(verdict, Some(Verdict::Refused(_)))
                || code
                    .parse()
                    .is_ok_and(|code| twilio::status::find(code).is_some());
            assert!(is_word || is_number, "{code}");
        }
    }
}
