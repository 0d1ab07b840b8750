use actix_web::web;
use serde::Serialize;
use sms_core::{AccountSid, BucketSid, RateLimitSid, ServiceSid};
use sms_service::Bucket;

use super::rate_limits::{self, MAY_LOOK};
use crate::config::Right;
use crate::verify::{
    Answer, Call, List, Page, Parameters, Problem, ProblemReply, created, no_content, ok, sid,
    stamp,
};

/// A bucket as clients read it.
#[derive(Serialize)]
struct Resource {
    sid: BucketSid,
    rate_limit_sid: RateLimitSid,
    service_sid: ServiceSid,
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

/// `GET /v2/Services/{service}/RateLimits/{limit}/Buckets`
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
pub(crate) async fn add_bucket(
    call: Call,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Answer {
    let (service, limit) = path.into_inner();
    let place = Place::of(&call, &service, &limit, &[Right::Manage])?;
    let form = call.form(payload).await?;
    form.required("Max")?;
    form.required("Interval")?;
    let (max, interval) = size(&form)?;
    let bucket = call.engine().add_bucket(
        place.service,
        place.limit,
        max.unwrap_or_default(),
        interval.unwrap_or_default(),
    );
    created(&Resource::new(&call, place, &bucket.await??))
}

/// `GET /v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}`
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
pub(crate) async fn change_bucket(
    call: Call,
    path: web::Path<(String, String, String)>,
    payload: web::Payload,
) -> Answer {
    let (service, limit, bucket) = path.into_inner();
    let place = Place::of(&call, &service, &limit, &[Right::Manage])?;
    let bucket = sid(&bucket)?;
    let form = call.form(payload).await?;
    let (max, interval) = size(&form)?;
    let Place { service, limit } = place;
    let bucket = call
        .engine()
        .change_bucket(service, limit, bucket, max, interval);
    ok(&Resource::new(&call, place, &bucket.await??))
}

/// `DELETE /v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}`: with what it counted.
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
