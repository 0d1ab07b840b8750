use actix_web::web;
use serde::Serialize;
use sms_core::{AccountSid, BucketSid, RateLimitSid, ServiceSid};
use sms_service::Bucket;
use utoipa::ToSchema;

use super::rate_limits::{self, MAY_LOOK};
use crate::config::Right;
use crate::verify::described::{FormProblems, Meta, Problems};
use crate::verify::{
    Answer, Call, List, Page, Parameters, Problem, ProblemReply, created, no_content, ok, sid,
    stamp,
};

/// A bucket as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = Bucket)]
struct Resource {
    #[schema(value_type = String)]
    sid: BucketSid,
    #[schema(value_type = String)]
    rate_limit_sid: RateLimitSid,
    #[schema(value_type = String)]
    service_sid: ServiceSid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    max: u32,
    interval: u64,
    date_created: String,
    date_updated: String,
    url: String,
}

/// A rate limit in whose buckets a path leads.
#[derive(Clone, Copy)]
struct Place {
    service: ServiceSid,
    limit: RateLimitSid,
}

impl Place {
    fn of(call: &Call, service: &str, limit: &str, rights: &[Right]) -> Result<Self, ProblemReply> {
        Ok(Self {
            service: call.service(service, rights)?.sid,
            limit: sid(limit)?,
        })
    }

    fn path(self) -> String {
        let limits = rate_limits::path(self.service);
        format!("{limits}/{}/Buckets", self.limit)
    }
}

impl Resource {
    fn new(call: &Call, place: Place, bucket: &Bucket) -> Self {
        Self {
            sid: bucket.sid,
            rate_limit_sid: place.limit,
            service_sid: place.service,
            account_sid: call.account(),
            max: bucket.max,
            interval: bucket.interval_s,
            date_created: stamp(bucket.created_at),
            date_updated: stamp(bucket.updated_at),
            url: call.links().to(&format!("{}/{}", place.path(), bucket.sid)),
        }
    }
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = AddBucket)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Add {
    /// How many, at least 1.
    #[schema(rename = "Max")]
    max: u32,
    /// In how many seconds, 1 to 86400.
    #[schema(rename = "Interval")]
    interval: u64,
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = ChangeBucket)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Change {
    /// How many, at least 1.
    #[schema(rename = "Max")]
    max: Option<u32>,
    /// In how many seconds, 1 to 86400.
    #[schema(rename = "Interval")]
    interval: Option<u64>,
}

/// A page of a list.
#[derive(ToSchema)]
#[schema(as = Buckets)]
#[expect(dead_code, reason = "it describes what is written member by member")]
struct Listed {
    buckets: Vec<Resource>,
    meta: Meta,
}

/// `GET /v2/Services/{service}/RateLimits/{limit}/Buckets`
#[utoipa::path(
    get,
    path = "/v2/Services/{service}/RateLimits/{limit}/Buckets",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
        ("PageSize" = Option<usize>, Query, description = "Entries of a page, 1 to 1000, by default 50"),
        ("Page" = Option<usize>, Query, description = "The number of the page, from 0"),
        ("PageToken" = Option<String>, Query, description = "Where the page begins, out of a link"),
    ),
    responses(
        (status = 200, description = "Buckets", body = Listed),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn list_buckets(call: Call, path: web::Path<(String, String)>) -> Answer {
    let (service, limit) = path.into_inner();
    let place = Place::of(&call, &service, &limit, &MAY_LOOK)?;
    let page = Page::of(&call.query())?;
    let limit = rate_limits::find(&call, place.service, place.limit).await?;
    let (buckets, next) = page.cut(limit.buckets);
    let resource = |bucket| Resource::new(&call, place, bucket);
    let buckets: Vec<_> = buckets.iter().map(resource).collect();
    let list = List {
        key: "buckets",
        path: &place.path(),
        filters: &[],
    };
    ok(&page.answer(&call.links(), &list, &buckets, &next))
}

/// `POST /v2/Services/{service}/RateLimits/{limit}/Buckets`
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/RateLimits/{limit}/Buckets",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
    ),
    request_body(content = Add, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The bucket", body = Resource),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn add_bucket(
    call: Call,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Answer {
    let (service, limit) = path.into_inner();
    let place = Place::of(&call, &service, &limit, &[Right::Manage])?;
    let (max, interval) = size(&call.form(payload).await?)?;
    let max = max.ok_or_else(|| ProblemReply::parameter("Max"))?;
    let interval = interval.ok_or_else(|| ProblemReply::parameter("Interval"))?;
    let Place { service, limit } = place;
    let bucket = call.engine().add_bucket(service, limit, max, interval);
    created(&Resource::new(&call, place, &bucket.await??))
}

/// `GET /v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}`
#[utoipa::path(
    get,
    path = "/v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
        ("bucket" = String, Path, description = "The name of the bucket, BL…"),
    ),
    responses(
        (status = 200, description = "The bucket", body = Resource),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn fetch_bucket(call: Call, path: web::Path<(String, String, String)>) -> Answer {
    let (service, limit, bucket) = path.into_inner();
    let place = Place::of(&call, &service, &limit, &MAY_LOOK)?;
    let bucket = sid(&bucket)?;
    let limit = rate_limits::find(&call, place.service, place.limit).await?;
    let bucket = limit.buckets.iter().find(|other| other.sid == bucket);
    ok(&Resource::new(
        &call,
        place,
        bucket.ok_or(Problem::NotFound)?,
    ))
}

/// `POST /v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}`: changes its size.
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
        ("bucket" = String, Path, description = "The name of the bucket, BL…"),
    ),
    request_body(content = Change, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The bucket as it is now", body = Resource),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn change_bucket(
    call: Call,
    path: web::Path<(String, String, String)>,
    payload: web::Payload,
) -> Answer {
    let (service, limit, bucket) = path.into_inner();
    let place = Place::of(&call, &service, &limit, &[Right::Manage])?;
    let bucket = sid(&bucket)?;
    let (max, interval) = size(&call.form(payload).await?)?;
    let Place { service, limit } = place;
    let bucket = call
        .engine()
        .change_bucket(service, limit, bucket, max, interval);
    ok(&Resource::new(&call, place, &bucket.await??))
}

/// `DELETE /v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}`: with what it counted.
#[utoipa::path(
    delete,
    path = "/v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("limit" = String, Path, description = "The name of the rate limit, RK…"),
        ("bucket" = String, Path, description = "The name of the bucket, BL…"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn remove_bucket(call: Call, path: web::Path<(String, String, String)>) -> Answer {
    let (service, limit, bucket) = path.into_inner();
    let Place { service, limit } = Place::of(&call, &service, &limit, &[Right::Manage])?;
    let bucket = sid(&bucket)?;
    call.engine()
        .remove_bucket(service, limit, bucket)
        .await??;
    no_content()
}

/// How much a bucket shall hold, and in how many seconds.
fn size(form: &Parameters) -> Result<(Option<u32>, Option<u64>), ProblemReply> {
    let max = form.read("Max", |text| text.parse().ok())?;
    let interval = form.read("Interval", |text| text.parse().ok())?;
    Ok((max, interval))
}
