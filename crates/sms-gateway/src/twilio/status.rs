//! The error codes of Twilio.
//!
//! The meanings are those of the vendor's pages (twilio.com, `docs/api/errors`); the classes are
//! our reading of them. The text that comes with a code is never looked at.

use reqwest::StatusCode;

use crate::ErrorClass::{self, Argument, Auth, Blocked, Config, RateAccount, Temporary};

/// One code of Twilio's.
#[derive(Debug)]
pub(crate) struct Status {
    code: u32,
    pub(super) class: ErrorClass,
    pub(super) meaning: &'static str,
}

/// Looks a code up; `None` if it is in no list.
pub(crate) fn find(code: u32) -> Option<&'static Status> {
    TABLE.iter().find(|status| status.code == code)
}

/// What a refusal means whose code is in no list, or that has none: Twilio refuses with 400 to 499.
///
/// It certainly did not take the message, and nothing says that the message is at fault: another
/// sender may take it.
pub(super) fn unlisted(status: StatusCode) -> ErrorClass {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Auth,
        StatusCode::TOO_MANY_REQUESTS => RateAccount,
        StatusCode::REQUEST_TIMEOUT => Temporary,
        _ => Config,
    }
}

const fn row(code: u32, class: ErrorClass, meaning: &'static str) -> Status {
    Status {
        code,
        class,
        meaning,
    }
}

static TABLE: &[Status] = &[
    // Answers to a request.
    row(20003, Auth, "authentication failed"),
    row(20429, RateAccount, "too many requests"),
    row(21211, Argument, "number invalid"),
    row(21212, Config, "from invalid"),
    row(21408, Config, "country not enabled"),
    row(21602, Argument, "body missing"),
    row(21606, Config, "from can't send"),
    row(21608, Config, "trial account: recipient not verified"),
    row(21610, Blocked, "recipient unsubscribed"),
    row(21611, RateAccount, "queue of the sender full"),
    row(21612, Config, "no route from this sender to this number"),
    row(21614, Argument, "not a mobile number"),
    row(21617, Argument, "body too long"),
    row(21635, Argument, "landline number"),
    row(21659, Config, "from is not a number of the account"),
    row(21660, Config, "from belongs to another account"),
    // Delivery reports, and answers that come when Twilio knows at once.
    row(30001, RateAccount, "queue overflow"),
    row(30002, Auth, "account suspended"),
    row(30003, Temporary, "phone not reachable"),
    row(30004, Blocked, "blocked by recipient or carrier"),
    row(30005, Argument, "number unknown"),
    row(30006, Argument, "landline, or carrier not reachable"),
    row(30007, Blocked, "filtered by Twilio or the carrier"),
    row(30008, Temporary, "delivery failed"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// The list once more, written down apart from the table, by classes.
    const LIST: [(ErrorClass, &[u32]); 6] = [
        (Auth, &[20003, 30002]),
        (RateAccount, &[20429, 21611, 30001]),
        (Argument, &[21211, 21614, 21635, 21602, 21617, 30005, 30006]),
        (Config, &[21212, 21606, 21659, 21660, 21408, 21608, 21612]),
        (Blocked, &[21610, 30004, 30007]),
        (Temporary, &[30003, 30008]),
    ];

    #[test]
    fn every_code_has_the_class_of_the_list_and_no_other_is_known() {
        let mut listed = HashMap::new();
        for (class, codes) in LIST {
            for code in codes {
                assert!(listed.insert(*code, class).is_none(), "{code} twice");
            }
        }
        for code in 0..=100_000 {
            let found = find(code).map(|status| status.class);
            assert_eq!(found, listed.get(&code).copied(), "{code}");
        }
        assert_eq!(TABLE.len(), listed.len());
    }

    #[test]
    fn a_code_in_no_list_has_the_class_of_its_status() {
        let rows = [
            (400, Config),
            (401, Auth),
            (403, Auth),
            (404, Config),
            (408, Temporary),
            (429, RateAccount),
            (499, Config),
        ];
        for (status, class) in rows {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(unlisted(status), class, "{status}");
        }
    }

    #[test]
    fn what_is_about_a_text_is_an_argument() {
        // Codes of Twilio's have five digits.
        let codes = crate::own_template::CODES
            .iter()
            .filter(|code| code.len() == 5);
        let codes: Vec<u32> = codes.filter_map(|code| code.parse().ok()).collect();
        assert!(!codes.is_empty());
        for code in codes {
            let class = find(code).map(|status| status.class);
            assert_eq!(class, Some(Argument), "{code}");
        }
    }
}
