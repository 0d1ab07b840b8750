//! The codes of Aliyun's SendSms.
//!
//! Those that begin with `isv.` and `isp.` are from the vendor's list (help.aliyun.com,
//! `document_detail/101346`), the others are answers of its gateway to any product; the classes
//! are our reading of them. The text that comes with a code is never looked at.

use crate::ErrorClass::{
    Argument, Auth, Blocked, Config, RateAccount, RateNumber, Temporary, Unknown,
};
use crate::code_table::Row;

/// The code of a message that was accepted.
pub(super) const ACCEPTED: &str = "OK";

/// What all other codes mean.
pub(crate) static TABLE: &[Row] = &[
    Row {
        codes: &["isv.BUSINESS_LIMIT_CONTROL"],
        class: RateNumber,
        meaning: "limit for this number",
    },
    Row {
        codes: &["isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"],
        class: RateAccount,
        meaning: "daily or monthly limit of the account",
    },
    Row {
        codes: &["isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT"],
        class: Argument,
        meaning: "number malformed, or too many of them",
    },
    Row {
        codes: &[
            "isv.TEMPLATE_MISSING_PARAMETERS",
            "isv.TEMPLATE_PARAMS_ILLEGAL",
            "isv.INVALID_JSON_PARAM",
            "isv.PARAM_LENGTH_LIMIT",
            "isv.PARAM_NOT_SUPPORT_URL",
        ],
        class: Argument,
        meaning: "template variables missing or malformed",
    },
    Row {
        codes: &["isv.INVALID_PARAMETERS"],
        class: Argument,
        meaning: "parameters malformed",
    },
    Row {
        codes: &["isv.SMS_TEMPLATE_ILLEGAL"],
        class: Config,
        meaning: "template unknown or not approved",
    },
    Row {
        codes: &[
            "isv.SMS_SIGNATURE_ILLEGAL",
            "isv.SMS_SIGN_ILLEGAL",
            "isv.SIGN_STATE_ILLEGAL",
            "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        ],
        class: Config,
        meaning: "name in the brackets not usable",
    },
    Row {
        codes: &["isv.EXTEND_CODE_ERROR"],
        class: Config,
        meaning: "extension code wrong",
    },
    Row {
        codes: &["isv.DOMESTIC_NUMBER_NOT_SUPPORTED"],
        class: Config,
        meaning: "template not for numbers of the mainland",
    },
    Row {
        codes: &["isv.SMS_CONTENT_ILLEGAL"],
        class: Blocked,
        meaning: "forbidden content",
    },
    Row {
        codes: &["isv.BLACK_KEY_CONTROL_LIMIT"],
        class: Blocked,
        meaning: "forbidden words, or recipient blacklisted",
    },
    Row {
        codes: &["isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH"],
        class: Config,
        meaning: "balance too low",
    },
    Row {
        codes: &["isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"],
        class: Config,
        meaning: "SMS not enabled for the account",
    },
    Row {
        codes: &["isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL"],
        class: Config,
        meaning: "account unknown or not usable",
    },
    Row {
        codes: &["isp.RAM_PERMISSION_DENY"],
        class: Auth,
        meaning: "key without permission to send",
    },
    Row {
        codes: &["isv.DENY_IP_RANGE"],
        class: Auth,
        meaning: "address of the caller not allowed",
    },
    // It failed in the middle of it, and the message may go out.
    Row {
        codes: &["isp.SYSTEM_ERROR"],
        class: Unknown,
        meaning: "internal error of Aliyun",
    },
    Row {
        codes: &["SignatureDoesNotMatch"],
        class: Auth,
        meaning: "signature wrong",
    },
    Row {
        codes: &["InvalidAccessKeyId.*", "InvalidSecurityToken.*"],
        class: Auth,
        meaning: "key or token unknown, expired or not active",
    },
    Row {
        codes: &["InvalidTimeStamp.*"],
        class: Auth,
        meaning: "date expired or malformed",
    },
    Row {
        codes: &["SignatureNonceUsed"],
        class: Auth,
        meaning: "nonce used before",
    },
    Row {
        codes: &["Throttling.*"],
        class: RateAccount,
        meaning: "too many requests",
    },
    Row {
        codes: &["ServiceUnavailable"],
        class: Temporary,
        meaning: "service not available",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;
    use crate::code_table::find;

    /// The vendor's list once more, written down by class and apart from the table.
    const LIST: &[(ErrorClass, &str)] = &[
        (RateNumber, "isv.BUSINESS_LIMIT_CONTROL"),
        (RateAccount, "isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL"),
        (
            Argument,
            "isv.MOBILE_NUMBER_ILLEGAL isv.MOBILE_COUNT_OVER_LIMIT isv.TEMPLATE_MISSING_PARAMETERS \
             isv.TEMPLATE_PARAMS_ILLEGAL isv.INVALID_JSON_PARAM isv.PARAM_LENGTH_LIMIT \
             isv.PARAM_NOT_SUPPORT_URL isv.INVALID_PARAMETERS",
        ),
        (
            Config,
            "isv.SMS_TEMPLATE_ILLEGAL isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL \
             isv.SIGN_STATE_ILLEGAL isv.SMS_SIGNATURE_SCENE_ILLEGAL isv.EXTEND_CODE_ERROR \
             isv.DOMESTIC_NUMBER_NOT_SUPPORTED isv.OUT_OF_SERVICE isv.AMOUNT_NOT_ENOUGH \
             isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE isv.ACCOUNT_NOT_EXISTS \
             isv.ACCOUNT_ABNORMAL",
        ),
        (
            Blocked,
            "isv.SMS_CONTENT_ILLEGAL isv.BLACK_KEY_CONTROL_LIMIT",
        ),
        (
            Auth,
            "isp.RAM_PERMISSION_DENY isv.DENY_IP_RANGE SignatureDoesNotMatch InvalidAccessKeyId \
             InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive InvalidSecurityToken.Expired \
             InvalidTimeStamp.Expired InvalidTimeStamp.Format SignatureNonceUsed",
        ),
        (RateAccount, "Throttling Throttling.User Throttling.Api"),
        (Temporary, "ServiceUnavailable"),
        (Unknown, "isp.SYSTEM_ERROR"),
    ];

    #[test]
    fn every_code_means_what_the_list_says() {
        let mut unlisted: Vec<_> = TABLE.iter().flat_map(|row| row.codes).copied().collect();
        for (class, codes) in LIST {
            for code in codes.split(' ') {
                let row = find(TABLE, code).unwrap_or_else(|| panic!("{code} is in no row"));
                assert_eq!(row.class, *class, "{code}");
                unlisted.retain(|other| *other != code && !other.ends_with(".*"));
            }
        }
        assert_eq!(unlisted, [""; 0], "in the table, and not in the list");
    }

    #[test]
    fn no_code_is_there_twice_and_success_is_not_among_them() {
        let codes: Vec<_> = TABLE.iter().flat_map(|row| row.codes).collect();
        let unique: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!(unique.len(), codes.len());
        for code in [ACCEPTED, "ok", "isv.SOMETHING_NEW", ""] {
            assert!(find(TABLE, code).is_none(), "{code}");
        }
    }
}
