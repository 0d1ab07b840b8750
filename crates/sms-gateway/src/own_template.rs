//! Refusals of a request that is wrong because of a template of ours at one provider.

/// Codes of the class `argument` whose cause is a template, its variables or a text as they are
/// configured for this sender. Another one has its own.
///
/// Codes of different providers have different forms, so a code tells whose it is; their meanings
/// are in the tables of the providers.
pub(crate) static CODES: &[&str] = &[
    // CCP: content or data empty, of the wrong encoding, or too long; the template's id; its
    // variables, which in the test template must be digits.
    "112301",
    "112304",
    "112307",
    "112308",
    "112309",
    "112315",
    "112318",
    "160020",
    "160035",
    "160037",
    "160052",
    "160069",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.INVALID_JSON_PARAM",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "InvalidParameterValue.ContentLengthLimit",
    "InvalidParameterValue.TemplateParameterFormatError",
    "InvalidParameterValue.TemplateParameterLengthLimit",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    // Twilio: text missing or too long.
    "21602",
    "21617",
];

/// Whether a code that is no success says that the template is at fault, and not the number.
pub(crate) fn is_cause(provider_code: &str) -> bool {
    CODES.contains(&provider_code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorClass, aliyun, code_table, tencent};

    /// Those of the other providers are looked up beside their tables.
    #[test]
    fn every_word_is_a_code_of_the_class_argument() {
        let tables = [aliyun::status::TABLE, tencent::status::TABLE];
        let is_word = |code: &&&str| code.contains('.');
        for code in CODES.iter().filter(is_word) {
            let mut rows = tables
                .iter()
                .filter_map(|table| code_table::find(table, code));
            assert_eq!(
                rows.next().map(|row| row.class),
                Some(ErrorClass::Argument),
                "{code}"
            );
        }
    }

    #[test]
    fn a_number_that_is_wrong_is_not_about_the_template() {
        for code in [
            "160013",
            "160042",
            "112300",
            "isv.MOBILE_NUMBER_ILLEGAL",
            "InvalidParameterValue.IncorrectPhoneNumber",
            "21211",
            "",
        ] {
            assert!(!is_cause(code), "{code}");
        }
    }
}
