use actix_web::web;
use serde::Serialize;
use sms_core::{AccountSid, ServiceSid};
use sms_service::ServicePolicy;

use crate::config::Right;
use crate::verify::{Answer, Call, Links, List, Page, ok};

/// A service as clients read it. Of what this face has no use for, the members are there all the
/// same.
#[derive(Serialize)]
struct Resource<'a> {
    sid: ServiceSid,
    account_sid: AccountSid,
    friendly_name: &'a str,
    code_length: u8,
    lookup_enabled: bool,
    psd2_enabled: bool,
    skip_sms_to_landlines: bool,
    dtmf_input_required: bool,
    tts_name: (),
    do_not_share_warning_enabled: bool,
    custom_code_enabled: bool,
    push: (),
    totp: (),
    default_template_sid: (),
    whatsapp: (),
    passkeys: (),
    verify_event_subscription_enabled: bool,
    date_created: (),
    date_updated: (),
    url: String,
    links: Related,
}

/// Where the parts of a service are.
#[derive(Serialize)]
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

/// `GET /v2/Services`: those that the caller is for.
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
pub(crate) async fn fetch_service(call: Call, service: web::Path<String>) -> Answer {
    // Whoever may do anything may look at where.
    let service = call.service(&service, &Right::ALL)?;
    ok(&Resource::new(call.account(), service, &call.links()))
}
