//! What holds for anything that somebody may push.

use proptest::prelude::*;

use super::{MOST, ReportFormat, plain};

const FORMATS: [ReportFormat; 4] = [
    ReportFormat::Ccp,
    ReportFormat::Aliyun,
    ReportFormat::Tencent,
    ReportFormat::Twilio,
];

/// Bodies as the providers write them, to be spoiled.
const BODIES: [&str; 5] = [
    r#"{"Request":{"action":"SMSArrived","smsType":"1","content":"4121908f3d1b4edb9210f0eb4742f62c","fromNum":"13912345678","deliverCode":"DELIVRD","recvTime":"20240229123456","status":"0"}}"#,
    "<?xml version=\"1.0\"?><Request><smsType>1</smsType><content>4121908f</content><status>0</status></Request>",
    r#"[{"phone_number":"13900000001","report_time":"2024-02-29 12:34:56","success":true,"err_code":"DELIVERED","biz_id":"1^0"}]"#,
    r#"[{"user_receive_time":"2024-02-29 12:34:56","nationcode":"86","mobile":"13900000001","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"5000:1"}]"#,
    "MessageSid=SM1&MessageStatus=delivered&To=%2B12025550123&ErrorCode=30005",
];

fn check(body: &[u8]) -> Result<(), TestCaseError> {
    for format in FORMATS {
        let Ok(read) = format.read(body) else {
            continue;
        };
        prop_assert!(read.reports.len() + read.ignored <= MOST);
        for report in read.reports {
            // They go into logs and names of keys.
            prop_assert!(plain(report.provider_id).is_some());
            prop_assert!(report.code.is_none_or(|code| plain(code).is_some()));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_reports_or_none(body: Vec<u8>) {
        check(&body)?;
    }

    #[test]
    fn a_spoiled_report_has_nothing_in_it_but_plain_text(
        body in prop::sample::select(&BODIES[..]),
        edits in prop::collection::vec(any::<(prop::sample::Index, Vec<u8>, u8)>(), 1..4),
    ) {
        let mut body = body.as_bytes().to_vec();
        for (at, put, take) in edits {
            let start = at.index(body.len() + 1);
            let end = (start + usize::from(take % 8)).min(body.len());
            body.splice(start..end, put.into_iter().take(3));
        }
        check(&body)?;
    }

    #[test]
    fn a_body_however_deep_never_panics(deep in 0_usize..3000, open in "\\[|\\{\"a\":|<a>") {
        check(open.repeat(deep).as_bytes())?;
        check(format!("<Request>{}", open.repeat(deep)).as_bytes())?;
    }
}
