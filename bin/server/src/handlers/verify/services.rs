use actix_web::web;
use serde::Serialize;
use sms_core::{AccountSid, ServiceSid};
use sms_service::ServicePolicy;
use utoipa::ToSchema;

use crate::config::Right;
use crate::verify::described::{Meta, Problems};
use crate::verify::{Answer, Call, Links, List, Page, ok};

/// A service as clients read it. Of what this face has no use for, the members are there all the
/// same.
#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
struct Resource<'a> {
    #[schema(value_type = String)]
    sid: ServiceSid,
    #[schema(value_type = String)]
    account_sid: AccountSid,
    friendly_name: &'a str,
    code_length: u8,
    lookup_enabled: bool,
    psd2_enabled: bool,
    skip_sms_to_landlines: bool,
    dtmf_input_required: bool,
    #[schema(value_type = Option<String>)]
    tts_name: (),
    do_not_share_warning_enabled: bool,
    custom_code_enabled: bool,
    #[schema(value_type = Option<String>)]
    push: (),
    #[schema(value_type = Option<String>)]
    totp: (),
    #[schema(value_type = Option<String>)]
    default_template_sid: (),
    #[schema(value_type = Option<String>)]
    whatsapp: (),
    #[schema(value_type = Option<String>)]
    passkeys: (),
    verify_event_subscription_enabled: bool,
    #[schema(value_type = Option<String>)]
    date_created: (),
    #[schema(value_type = Option<String>)]
    date_updated: (),
    url: String,
    links: Related,
}

/// Where the parts of a service are.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceRelated)]
struct Related {
    verifications: String,
    verification_checks: String,
    rate_limits: String,
}

impl<'a> Resource<'a> {
    fn new(account: AccountSid, service: &'a ServicePolicy, links: &Links) -> Self {
        let sid = service.sid;
        let to = |part: &str| links.to(&format!("/Services/{sid}{part}"));
        Self {
            sid,
            account_sid: account,
            friendly_name: &service.friendly_name,
            code_length: service.code_length.digits(),
            lookup_enabled: false,
            psd2_enabled: false,
            skip_sms_to_landlines: true,
            dtmf_input_required: false,
            tts_name: (),
            do_not_share_warning_enabled: false,
            custom_code_enabled: service.custom_code_enabled,
            push: (),
            totp: (),
            default_template_sid: (),
            whatsapp: (),
            passkeys: (),
            verify_event_subscription_enabled: false,
            date_created: (),
            date_updated: (),
            url: to(""),
            links: Related {
                verifications: to("/Verifications"),
                verification_checks: to("/VerificationCheck"),
                rate_limits: to("/RateLimits"),
            },
        }
    }
}

/// A page of a list.
#[derive(ToSchema)]
#[schema(as = Services)]
#[expect(dead_code, reason = "it describes what is written member by member")]
struct Listed {
    services: Vec<Resource<'static>>,
    meta: Meta,
}

/// `GET /v2/Services`: those that the caller is for.
#[utoipa::path(
    get,
    path = "/v2/Services",
    tag = "verify",
    params(
        ("PageSize" = Option<usize>, Query, description = "Entries of a page, 1 to 1000, by default 50"),
        ("Page" = Option<usize>, Query, description = "The number of the page, from 0"),
        ("PageToken" = Option<String>, Query, description = "Where the page begins, out of a link"),
    ),
    responses(
        (status = 200, description = "Services", body = Listed),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn list_services(call: Call) -> Answer {
    let page = Page::of(&call.query())?;
    let (account, links) = (call.account(), call.links());
    let services = call.engine().policy().services.iter();
    let services = services.filter(|service| call.caller.is_for(service.sid));
    let resource = |service| Resource::new(account, service, &links);
    let (services, next) = page.cut(services.map(resource).collect());
    let list = List {
        key: "services",
        path: "/Services",
        filters: &[],
    };
    ok(&page.answer(&links, &list, &services, &next))
}

/// `GET /v2/Services/{service}`
#[utoipa::path(
    get,
    path = "/v2/Services/{service}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
    ),
    responses(
        (status = 200, description = "The service", body = Resource<'static>),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn fetch_service(call: Call, service: web::Path<String>) -> Answer {
    // Whoever may do anything may look at where.
    let service = call.service(&service, &Right::ALL)?;
    ok(&Resource::new(call.account(), service, &call.links()))
}
