use actix_web::web;
use serde::Serialize;
use sms_core::{AccountSid, RateLimitSid, ServiceSid};
use sms_service::RateLimit;
use utoipa::ToSchema;

use crate::config::Right;
use crate::verify::described::{FormProblems, Meta, Problems};
use crate::verify::{
    Answer, Call, List, Page, Parameters, Problem, ProblemReply, created, no_content, ok, sid,
    stamp,
};

/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 512;

/// A rate limit as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = RateLimit)]
struct Resource<'a> {
    #[schema(value_type = String)]
    sid: RateLimitSid,
    #[schema(value_type = String)]
    service_sid: ServiceSid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    unique_name: &'a str,
    description: &'a str,
    date_created: String,
    date_updated: String,
    url: String,
    links: Related,
}

/// Where the parts of a rate limit are.
#[derive(Serialize, ToSchema)]
#[schema(as = RateLimitRelated)]
struct Related {
    buckets: String,
}

impl<'a> Resource<'a> {
    fn new(call: &Call, service: ServiceSid, limit: &'a RateLimit) -> Self {
        let url = call.links().to(&format!("{}/{}", path(service), limit.sid));
        Self {
            sid: limit.sid,
            service_sid: service,
            account_sid: call.account(),
            unique_name: &limit.unique_name,
            description: &limit.description,
            date_created: stamp(limit.created_at),
            date_updated: stamp(limit.updated_at),
            links: Related {
                buckets: format!("{url}/Buckets"),
            },
            url,
        }
    }
}

/// Where the rate limits of a service are.
pub(super) fn path(service: ServiceSid) -> String {
    format!("/Services/{service}/RateLimits")
}

/// The rights of those who may look at rate limits.
pub(super) const MAY_LOOK: [Right; 2] = [Right::Read, Right::Manage];

/// A rate limit of a service.
pub(super) async fn find(
    call: &Call,
    service: ServiceSid,
    limit: RateLimitSid,
) -> Result<RateLimit, ProblemReply> {
    let mut limits = call.engine().rate_limits(service).await??.into_iter();
    let found = limits.find(|other| other.sid == limit);
    found.ok_or_else(|| Problem::NotFound.into())
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = AddRateLimit)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Add {
    /// Its name in requests: 1 to 64 of `A-Z a-z 0-9 - _ .`
    #[schema(rename = "UniqueName")]
    unique_name: String,
    /// What it is for.
    #[schema(rename = "Description")]
    description: Option<String>,
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = ChangeRateLimit)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Change {
    /// What it is for.
    #[schema(rename = "Description")]
    description: Option<String>,
}

/// A page of a list.
#[derive(ToSchema)]
#[schema(as = RateLimits)]
#[expect(dead_code, reason = "it describes what is written member by member")]
struct Listed {
    rate_limits: Vec<Resource<'static>>,
    meta: Meta,
}

/// `GET /v2/Services/{service}/RateLimits`
#[utoipa::path(
    get,
    path = "/v2/Services/{service}/RateLimits",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("PageSize" = Option<usize>, Query, description = "Entries of a page, 1 to 1000, by default 50"),
        ("Page" = Option<usize>, Query, description = "The number of the page, from 0"),
        ("PageToken" = Option<String>, Query, description = "Where the page begins, out of a link"),
    ),
    responses(
        (status = 200, description = "Rate limits", body = Listed),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn list_rate_limits(call: Call, service: web::Path<String>) -> Answer {
    let service = call.service(&service, &MAY_LOOK)?.sid;
    let page = Page::of(&call.query())?;
    let limits = call.engine().rate_limits(service).await??;
    let (limits, next) = page.cut(limits);
    let resource = |limit| Resource::new(&call, service, limit);
    let limits: Vec<_> = limits.iter().map(resource).collect();
    let list = List {
        key: "rate_limits",
        path: &path(service),
        filters: &[],
    };
    ok(&page.answer(&call.links(), &list, &limits, &next))
}

/// `POST /v2/Services/{service}/RateLimits`
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/RateLimits",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
    ),
    request_body(content = Add, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The rate limit", body = Resource<'static>),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn add_rate_limit(
    call: Call,
    service: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let service = call.service(&service, &[Right::Manage])?.sid;
    let form = call.form(payload).await?;
    let name = form.required("UniqueName")?;
    let description = description(&form)?.unwrap_or_default();
    let limit = call.engine().add_rate_limit(service, name, description);
    created(&Resource::new(&call, service, &limit.await??))
}

/// `GET /v2/Services/{service}/RateLimits/{limit}`
#[utoipa::path(
    get,
    path = "/v2/Services/{service}/RateLimits/{limit}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
    ),
    responses(
        (status = 200, description = "The rate limit", body = Resource<'static>),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn fetch_rate_limit(call: Call, path: web::Path<(String, String)>) -> Answer {
    let (service, limit) = path.into_inner();
    let service = call.service(&service, &MAY_LOOK)?.sid;
    let limit = find(&call, service, sid(&limit)?).await?;
    ok(&Resource::new(&call, service, &limit))
}

/// `POST /v2/Services/{service}/RateLimits/{limit}`: changes its description.
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/RateLimits/{limit}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
    ),
    request_body(content = Change, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The rate limit as it is now", body = Resource<'static>),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn change_rate_limit(
    call: Call,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Answer {
    let (service, limit) = path.into_inner();
    let service = call.service(&service, &[Right::Manage])?.sid;
    let limit = sid(&limit)?;
    let form = call.form(payload).await?;
    let description = description(&form)?;
    let limit = call.engine().change_rate_limit(service, limit, description);
    ok(&Resource::new(&call, service, &limit.await??))
}

/// `DELETE /v2/Services/{service}/RateLimits/{limit}`: with its buckets and what they counted.
#[utoipa::path(
    delete,
    path = "/v2/Services/{service}/RateLimits/{limit}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn remove_rate_limit(call: Call, path: web::Path<(String, String)>) -> Answer {
    let (service, limit) = path.into_inner();
    let service = call.service(&service, &[Right::Manage])?.sid;
    call.engine()
        .remove_rate_limit(service, sid(&limit)?)
        .await??;
    no_content()
}

fn description(form: &Parameters) -> Result<Option<&str>, ProblemReply> {
    let description = form.get("Description");
    match description {
        Some(text) if text.chars().count() > LONGEST_DESCRIPTION => {
            Err(ProblemReply::parameter("Description"))
        }
        Some(_) | None => Ok(description),
    }
}
