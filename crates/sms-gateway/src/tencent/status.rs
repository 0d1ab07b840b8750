//! The codes of Tencent Cloud's SendSms.
//!
//! They are those of the vendor's list (cloud.tencent.com, `document/api/382/59177`, and `/38780`
//! for the ones that all products share) and of its Python package `tencentcloud-sdk-python-sms`;
//! the classes are our reading of them. The text that comes with a code is never looked at.

use crate::ErrorClass::{Argument, Auth, Blocked, Config, RateAccount, RateNumber, Unknown};
use crate::code_table::Row;

/// The code of a message that was accepted.
pub(super) const ACCEPTED: &str = "Ok";

/// What all other codes mean.
pub(crate) static TABLE: &[Row] = &[
    Row {
        codes: &[
            "LimitExceeded.PhoneNumberThirtySecondLimit",
            "LimitExceeded.PhoneNumberOneHourLimit",
            "LimitExceeded.PhoneNumberDailyLimit",
            "LimitExceeded.PhoneNumberSameContentDailyLimit",
            "LimitExceeded.DeliveryFrequencyLimit",
        ],
        class: RateNumber,
        meaning: "limit for this number",
    },
    Row {
        codes: &[
            "LimitExceeded.AppDailyLimit",
            "LimitExceeded.DailyLimit",
            "LimitExceeded.AppMainlandChinaDailyLimit",
            "LimitExceeded.AppGlobalDailyLimit",
            "LimitExceeded.AppCountryOrRegionDailyLimit",
        ],
        class: RateAccount,
        meaning: "daily limit of the application",
    },
    Row {
        codes: &[
            "LimitExceeded.GlobalSmsSendingRateLimit",
            "RequestLimitExceeded.*",
        ],
        class: RateAccount,
        meaning: "too many requests",
    },
    Row {
        codes: &["LimitExceeded.PhoneNumberCountLimit"],
        class: Argument,
        meaning: "too many numbers",
    },
    Row {
        codes: &[
            "InvalidParameterValue.IncorrectPhoneNumber",
            "FailedOperation.PhoneNumberParseFail",
            "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
        ],
        class: Argument,
        meaning: "number malformed or not supported",
    },
    Row {
        codes: &[
            "MissingParameter.*",
            "FailedOperation.FailResolvePacket",
            "FailedOperation.JsonParseFail",
        ],
        class: Argument,
        meaning: "request incomplete or malformed",
    },
    Row {
        codes: &[
            "InvalidParameterValue.ContentLengthLimit",
            "InvalidParameterValue.TemplateParameterFormatError",
            "InvalidParameterValue.TemplateParameterLengthLimit",
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ],
        class: Argument,
        meaning: "template variables do not fit the template",
    },
    Row {
        codes: &["FailedOperation.SignatureIncorrectOrUnapproved"],
        class: Config,
        meaning: "name in the brackets not usable",
    },
    Row {
        codes: &[
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateUnapprovedOrNotExist",
        ],
        class: Config,
        meaning: "template unknown or not approved",
    },
    Row {
        codes: &[
            "FailedOperation.InsufficientBalanceInSmsPackage",
            "UnauthorizedOperation.ServiceSuspendDueToArrears",
        ],
        class: Config,
        meaning: "balance or package of messages used up",
    },
    Row {
        codes: &[
            "InvalidParameterValue.SdkAppIdNotExist",
            "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
            "UnauthorizedOperation.SdkAppIdIsDisabled",
        ],
        class: Config,
        meaning: "application unknown or not usable",
    },
    Row {
        codes: &["UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny"],
        class: Config,
        meaning: "marketing not allowed for this account",
    },
    Row {
        codes: &["UnsupportedOperation.*"],
        class: Config,
        meaning: "template and number are of different regions",
    },
    Row {
        codes: &["LimitExceeded.AppCountryOrRegionInBlacklist"],
        class: Config,
        meaning: "country not allowed for the application",
    },
    Row {
        codes: &["FailedOperation.PhoneNumberInBlacklist"],
        class: Blocked,
        meaning: "recipient blacklisted",
    },
    Row {
        codes: &[
            "FailedOperation.ContainSensitiveWord",
            "InvalidParameter.DirtyWordFound",
        ],
        class: Blocked,
        meaning: "forbidden words",
    },
    Row {
        codes: &["FailedOperation.MarketingSendTimeConstraint"],
        class: Blocked,
        meaning: "outside the hours for marketing",
    },
    Row {
        codes: &["AuthFailure.*", "InternalError.SigVerificationFail"],
        class: Auth,
        meaning: "key unknown, or signature wrong or expired",
    },
    Row {
        codes: &["InternalError.SigFieldMissing"],
        class: Auth,
        meaning: "signature incomplete",
    },
    Row {
        codes: &["InternalError.RequestTimeException"],
        class: Auth,
        meaning: "timestamp expired",
    },
    Row {
        codes: &["UnauthorizedOperation.RequestIpNotInWhitelist"],
        class: Auth,
        meaning: "address of the caller not allowed",
    },
    Row {
        codes: &["UnauthorizedOperation.RequestPermissionDeny"],
        class: Auth,
        meaning: "key without permission to send",
    },
    // It failed in the middle of it, and the message may go out.
    Row {
        codes: &["InternalError.*"],
        class: Unknown,
        meaning: "internal error of Tencent Cloud",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;
    use crate::code_table::find;

    /// The vendor's list once more, written down by class and family and apart from the table.
    const LIST: &[(ErrorClass, &str, &str)] = &[
        (
            RateNumber,
            "LimitExceeded.",
            "PhoneNumberThirtySecondLimit PhoneNumberOneHourLimit PhoneNumberDailyLimit \
             PhoneNumberSameContentDailyLimit DeliveryFrequencyLimit",
        ),
        (
            RateAccount,
            "LimitExceeded.",
            "AppDailyLimit DailyLimit AppMainlandChinaDailyLimit AppGlobalDailyLimit \
             AppCountryOrRegionDailyLimit GlobalSmsSendingRateLimit",
        ),
        (
            RateAccount,
            "RequestLimitExceeded",
            " .IPLimitExceeded .UinLimitExceeded",
        ),
        (Argument, "LimitExceeded.", "PhoneNumberCountLimit"),
        (Config, "LimitExceeded.", "AppCountryOrRegionInBlacklist"),
        (
            Argument,
            "InvalidParameterValue.",
            "IncorrectPhoneNumber ContentLengthLimit TemplateParameterFormatError \
             TemplateParameterLengthLimit ProhibitedUseUrlInTemplateParameter",
        ),
        (Config, "InvalidParameterValue.", "SdkAppIdNotExist"),
        (Argument, "MissingParameter", " .EmptyPhoneNumberSet"),
        (
            Argument,
            "FailedOperation.",
            "PhoneNumberParseFail TemplateParamSetNotMatchApprovedTemplate FailResolvePacket \
             JsonParseFail",
        ),
        (
            Config,
            "FailedOperation.",
            "SignatureIncorrectOrUnapproved TemplateIncorrectOrUnapproved \
             TemplateUnapprovedOrNotExist InsufficientBalanceInSmsPackage",
        ),
        (
            Blocked,
            "FailedOperation.",
            "PhoneNumberInBlacklist ContainSensitiveWord MarketingSendTimeConstraint",
        ),
        (Blocked, "InvalidParameter.", "DirtyWordFound"),
        (
            Config,
            "UnauthorizedOperation.",
            "SmsSdkAppIdVerifyFail SdkAppIdIsDisabled ServiceSuspendDueToArrears \
             IndividualUserMarketingSmsPermissionDeny",
        ),
        (
            Auth,
            "UnauthorizedOperation.",
            "RequestIpNotInWhitelist RequestPermissionDeny",
        ),
        (
            Argument,
            "UnsupportedOperation.",
            "ContainDomesticAndInternationalPhoneNumber",
        ),
        (
            Config,
            "UnsupportedOperation",
            " .ChineseMainlandTemplateToGlobalPhone .GlobalTemplateToChineseMainlandPhone \
             .UnsupportedRegion",
        ),
        (
            Auth,
            "AuthFailure",
            " .SignatureFailure .SignatureExpire .SecretIdNotFound .TokenFailure",
        ),
        (
            Auth,
            "InternalError.",
            "SigVerificationFail SigFieldMissing RequestTimeException",
        ),
        (
            Unknown,
            "InternalError",
            " .Timeout .SendAndRecvFail .OtherError .UnknownError .ParseBackendResponseFail",
        ),
    ];

    #[test]
    fn every_code_means_what_the_list_says() {
        let mut unlisted: Vec<_> = TABLE.iter().flat_map(|row| row.codes).copied().collect();
        for (class, family, names) in LIST {
            for name in names.split(' ') {
                let code = format!("{family}{name}");
                let row = find(TABLE, &code).unwrap_or_else(|| panic!("{code} is in no row"));
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
        for code in [ACCEPTED, "OK", "FailedOperation.SomethingNew", ""] {
            assert!(find(TABLE, code).is_none(), "{code}");
        }
    }
}
