use serde::Serialize;
use sms_service::AttemptSummary;
use utoipa::ToSchema;

use super::attempt_filter::AttemptQuery;
use crate::config::Right;
use crate::verify::described::Problems;
use crate::verify::{Answer, Call, ok};

/// What a summary can be asked for.
const FILTERS: [&str; 6] = [
    "VerifyServiceSid",
    "Country",
    "Channel",
    "DestinationPrefix",
    "DateCreatedAfter",
    "DateCreatedBefore",
];

/// A summary as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = AttemptsSummary)]
struct Resource {
    total_attempts: u64,
    total_converted: u64,
    total_unconverted: u64,
    conversion_rate_percentage: String,
    url: String,
}

/// `GET /v2/Attempts/Summary`: how many messages there were, and how many of them led to an approval.
#[utoipa::path(
    get,
    path = "/v2/Attempts/Summary",
    tag = "verify",
    params(
        ("VerifyServiceSid" = Option<String>, Query, description = "For this service"),
        ("Country" = Option<String>, Query, description = "To this region"),
        ("Channel" = Option<String>, Query, description = "By this channel"),
        ("DestinationPrefix" = Option<String>, Query, description = "To numbers that begin so"),
        ("DateCreatedAfter" = Option<String>, Query, description = "Of this moment or after"),
        ("DateCreatedBefore" = Option<String>, Query, description = "Before this moment"),
    ),
    responses(
        (status = 200, description = "The sums", body = Resource),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn summarize_attempts(call: Call) -> Answer {
    call.allow(&[Right::Read])?;
    let AttemptQuery { filters, .. } = AttemptQuery::read(&call, &call.query(), &FILTERS)?;
    let mut sum = AttemptSummary::default();
    for filter in &filters {
        let part = call.engine().attempt_summary(filter).await?;
        sum.total += part.total;
        sum.converted += part.converted;
    }
    ok(&Resource {
        total_attempts: sum.total,
        total_converted: sum.converted,
        total_unconverted: sum.total - sum.converted,
        conversion_rate_percentage: percentage(sum),
        url: call.links().to("/Attempts/Summary"),
    })
}

/// The share that led to an approval, with nine digits behind the point at most.
fn percentage(sum: AttemptSummary) -> String {
    if sum.total == 0 {
        return "0".to_owned();
    }
    let share = sum.converted as f64 * 100.0 / sum.total as f64;
    let text = format!("{share:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_in_percent() {
        let rows = [
            (0, 0, "0"),
            (0, 3, "0"),
            (2, 3, "66.666666667"),
            (1, 2, "50"),
            (1, 8, "12.5"),
            (3, 3, "100"),
            (10, 100, "10"),
        ];
        for (converted, total, expected) in rows {
            let sum = AttemptSummary { total, converted };
            assert_eq!(percentage(sum), expected, "{converted} of {total}");
        }
    }
}
