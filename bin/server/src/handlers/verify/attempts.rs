use std::cmp::Reverse;

use actix_web::web;
use serde::Serialize;
use sms_core::{AccountSid, Attempt, AttemptSid, Mobile, ServiceSid, Timestamp, VerificationSid};
use sms_service::AttemptPlace;
use utoipa::ToSchema;

use super::attempt_filter::AttemptQuery;
use crate::config::Right;
use crate::verify::described::{Meta, Problems};
use crate::verify::{Answer, Call, Links, List, Next, Page, Problem, ok, sid, stamp};

/// What a list of attempts can be asked for.
const FILTERS: [&str; 8] = [
    "ChannelData.To",
    "VerifyServiceSid",
    "VerificationSid",
    "Country",
    "Channel",
    "Status",
    "DateCreatedAfter",
    "DateCreatedBefore",
];

/// An attempt as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = Attempt)]
struct Resource<'a> {
    #[schema(value_type = String)]
    sid: AttemptSid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    #[schema(value_type = String)]
    service_sid: ServiceSid,
    #[schema(value_type = String)]
    verification_sid: VerificationSid,
    date_created: String,
    date_updated: String,
    conversion_status: &'static str,
    channel: &'static str,
    #[schema(value_type = Option<String>)]
    price: (),
    channel_data: ChannelData<'a>,
    url: String,
}

/// The message.
#[derive(Serialize, ToSchema)]
#[schema(as = AttemptChannelData)]
struct ChannelData<'a> {
    to: Option<&'a str>,
    country: Option<String>,
    code_length: u8,
    message_status: &'static str,
    error_code: Option<&'a str>,
}

impl<'a> Resource<'a> {
    fn new(account: AccountSid, attempt: &'a Attempt, links: &Links) -> Self {
        Self {
            sid: attempt.sid,
            account_sid: account,
            service_sid: attempt.service,
            verification_sid: attempt.verification,
            date_created: stamp(attempt.created_at),
            date_updated: stamp(attempt.updated_at),
            conversion_status: match attempt.is_converted {
                true => "converted",
                false => "unconverted",
            },
            channel: "sms",
            price: (),
            channel_data: ChannelData {
                to: attempt.to.as_ref().map(Mobile::e164),
                country: attempt.to.map(|to| to.region().to_string()),
                code_length: attempt.code_length,
                message_status: attempt.state.name(),
                error_code: attempt.provider_code.as_deref(),
            },
            url: links.to(&format!("/Attempts/{}", attempt.sid)),
        }
    }
}

/// A page of a list.
#[derive(ToSchema)]
#[schema(as = Attempts)]
#[expect(dead_code, reason = "it describes what is written member by member")]
struct Listed {
    attempts: Vec<Resource<'static>>,
    meta: Meta,
}

/// `GET /v2/Attempts`: those that the query means, newest first.
#[utoipa::path(
    get,
    path = "/v2/Attempts",
    tag = "verify",
    params(
        ("ChannelData.To" = Option<String>, Query, description = "To this number"),
        ("VerifyServiceSid" = Option<String>, Query, description = "For this service"),
        ("VerificationSid" = Option<String>, Query, description = "Of this verification"),
        ("Country" = Option<String>, Query, description = "To this region"),
        ("Channel" = Option<String>, Query, description = "By this channel"),
        ("Status" = Option<String>, Query, description = "converted or unconverted"),
        ("DateCreatedAfter" = Option<String>, Query, description = "Of this moment or after"),
        ("DateCreatedBefore" = Option<String>, Query, description = "Before this moment"),
        ("PageSize" = Option<usize>, Query, description = "Entries of a page, 1 to 1000, by default 50"),
        ("Page" = Option<usize>, Query, description = "The number of the page, from 0"),
        ("PageToken" = Option<String>, Query, description = "Where the page begins, out of a link"),
    ),
    responses(
        (status = 200, description = "Attempts, newest first", body = Listed),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn list_attempts(call: Call) -> Answer {
    call.allow(&[Right::Read])?;
    let query = call.query();
    let page = Page::of(&query)?;
    let after = page.begin(place)?;
    let AttemptQuery { filters, given } = AttemptQuery::read(&call, &query, &FILTERS)?;
    let mut found = Vec::new();
    for filter in &filters {
        // One more than there is room for says that there is another page.
        let part = call.engine().attempts(filter, after, page.size() + 1);
        found.extend(part.await?);
    }
    found.sort_by_key(|attempt| Reverse(AttemptPlace::of(attempt)));
    let has_more = found.len() > page.size();
    found.truncate(page.size());
    let next = match found.last() {
        Some(last) if has_more => Next::Token(token(AttemptPlace::of(last))),
        _ => Next::End,
    };
    let (account, links) = (call.account(), call.links());
    let resource = |attempt| Resource::new(account, attempt, &links);
    let attempts: Vec<_> = found.iter().map(resource).collect();
    let list = List {
        key: "attempts",
        path: "/Attempts",
        filters: &given.pairs().collect::<Vec<_>>(),
    };
    ok(&page.answer(&links, &list, &attempts, &next))
}

/// `GET /v2/Attempts/{attempt}`
#[utoipa::path(
    get,
    path = "/v2/Attempts/{attempt}",
    tag = "verify",
    params(
        ("attempt" = String, Path, description = "The name of the attempt, VL…"),
    ),
    responses(
        (status = 200, description = "The attempt", body = Resource<'static>),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn fetch_attempt(call: Call, attempt: web::Path<String>) -> Answer {
    call.allow(&[Right::Read])?;
    let attempt = call.engine().attempt(sid(&attempt)?).await?;
    let attempt = attempt.filter(|attempt| call.caller.is_for(attempt.service));
    let attempt = attempt.ok_or(Problem::NotFound)?;
    ok(&Resource::new(call.account(), &attempt, &call.links()))
}

/// Where a page begins, as links say it.
fn token(place: AttemptPlace) -> String {
    format!("{}.{}", place.at.as_millis(), place.sid)
}

fn place(token: &str) -> Option<AttemptPlace> {
    let (at, sid) = token.split_once('.')?;
    Some(AttemptPlace {
        at: Timestamp::from_millis(at.parse().ok()?),
        sid: sid.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_place() {
        let here = AttemptPlace {
            at: Timestamp::from_millis(1_795_342_830_999),
            sid: "VL00000000000000000000000000000001".parse().unwrap(),
        };
        assert_eq!(place(&token(here)), Some(here));
        for bad in [
            "",
            ".",
            "1",
            "x.VL00000000000000000000000000000001",
            "1.VL1",
        ] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
