use actix_web::web;
use serde::Serialize;
use serde_json::Value;
use sms_core::{
    AttemptSid, Locale, Mobile, ServiceSid, SmsCode, StartRefusal, Verification, VerificationEnd,
    VerificationSid,
};
use sms_service::{Channel, StartVerification, StartedVerification, Target};
use utoipa::ToSchema;

use super::told::Told;
use crate::config::Right;
use crate::verify::described::Told as ToldProblem;
use crate::verify::described::{FormProblems, Problems};
use crate::verify::{
    Answer, Call, Problem, ProblemReply, created_before, created_within, is_number, ok, sid, stamp,
};

/// What most answers have room in, in bytes.
const USUAL_BODY: usize = 1024;

/// A verification as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = Verification)]
struct Resource<'a> {
    #[serde(flatten)]
    told: Told<'a>,
    lookup: Lookup,
    send_code_attempts: Vec<SentCode>,
    #[schema(value_type = Option<String>)]
    sna: (),
    url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = VerificationLookup)]
struct Lookup {
    #[schema(value_type = Option<String>)]
    carrier: (),
}

/// A message with the code.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationSentCode)]
struct SentCode {
    #[schema(value_type = String)]
    attempt_sid: AttemptSid,
    channel: &'static str,
    time: String,
}

impl<'a> Resource<'a> {
    fn new(call: &Call, service: ServiceSid, to: &'a Mobile, verification: &Verification) -> Self {
        let sends = verification.sends.iter().map(|send| SentCode {
            attempt_sid: send.sid,
            channel: "sms",
            time: stamp(send.at),
        });
        let (of, sid) = (service.as_str(), verification.sid.as_str());
        Self {
            told: Told::new(call, service, to, verification),
            lookup: Lookup { carrier: () },
            send_code_attempts: sends.collect(),
            sna: (),
            url: (call.links()).to_parts(["/Services/", of, "/Verifications/", sid]),
        }
    }
}

impl Resource<'_> {
    /// The JSON that `serde_json` would write, in a third of the time: there is one for each message.
    fn json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(USUAL_BODY);
        self.told.begin_json(&mut json);
        json.extend(br#""lookup":{"carrier":null},"send_code_attempts":["#);
        for (index, send) in self.send_code_attempts.iter().enumerate() {
            let parts = [
                if index == 0 { "" } else { "," },
                r#"{"attempt_sid":""#,
                send.attempt_sid.as_str(),
                r#"","channel":""#,
                send.channel,
                r#"","time":""#,
                &send.time,
                r#""}"#,
            ];
            parts.iter().for_each(|part| json.extend(part.as_bytes()));
        }
        json.extend(br#"],"sna":null,"url":"#);
        serde_json::to_writer(&mut json, &self.url).expect("a text can be written");
        json.push(b'}');
        json
    }
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = StartVerification)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Start {
    /// The number in E.164.
    #[schema(rename = "To")]
    to: String,
    /// How the code goes: `sms`.
    #[schema(rename = "Channel")]
    channel: String,
    /// A code of the caller's own, 4 to 10 visible ASCII characters.
    #[schema(rename = "CustomCode")]
    custom_code: Option<String>,
    /// What limits of the caller's own are asked about: a JSON object of texts.
    #[schema(rename = "RateLimits")]
    rate_limits: Option<String>,
    /// The language of the message, as far as there are texts in it.
    #[schema(rename = "Locale")]
    locale: Option<String>,
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = EndVerification)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct End {
    /// `canceled` or `approved`.
    #[schema(rename = "Status")]
    status: String,
}

/// `POST /v2/Services/{service}/Verifications`: begins one, or sends the code of the pending one
/// again.
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/Verifications",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of the request: the same one again is answered as the first time, for a day"),
    ),
    request_body(content = Start, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The message is on its way", body = Resource<'static>),
        (status = 409, description = "The same request is being carried out", body = ToldProblem),
        (status = 422, description = "The Idempotency-Key was used for another request", body = ToldProblem),
        (status = 429, description = "Something is used up; Retry-After says how long", body = ToldProblem),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn start_verification(
    call: Call,
    service: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let service = call.service(&service, &[Right::Send])?.sid;
    let form = call.form(payload).await?;
    let to = form.required("To")?;
    let channel = channel(form.required("Channel")?);
    let request = StartVerification {
        service,
        to: to.to_owned(),
        channel: channel.ok_or_else(|| ProblemReply::parameter("Channel"))?,
        custom_code: form.read("CustomCode", |code| SmsCode::custom(code).ok())?,
        rate_limits: form.read("RateLimits", rate_limits)?.unwrap_or_default(),
        locale: form.get("Locale").and_then(locale),
        repeatable: call.repeatable(service, &form)?,
        address: call.address(),
        trace: call.trace(),
    };
    let started = call.engine().start(request).await?;
    answer(&call, service, to, &started)
}

/// `GET /v2/Services/{service}/Verifications/{verification}`, by its sid or its number.
#[utoipa::path(
    get,
    path = "/v2/Services/{service}/Verifications/{verification}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("verification" = String, Path, description = "The name of the verification, VE…, or its number in E.164"),
    ),
    responses(
        (status = 200, description = "The verification", body = Resource<'static>),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn fetch_verification(call: Call, path: web::Path<(String, String)>) -> Answer {
    let (service, name) = path.into_inner();
    let may_look = [Right::Read, Right::Send, Right::Check];
    let service = call.service(&service, &may_look)?.sid;
    let target = match is_number(&name) {
        true => Target::Number(name),
        false => Target::Sid(sid(&name)?),
    };
    let found = call.engine().fetch(service, &target).await?;
    let (to, verification) = found.ok_or(Problem::NotFound)?;
    ok(&Resource::new(&call, service, &to, &verification))
}

/// `POST /v2/Services/{service}/Verifications/{verification}`: ends a pending one without a code.
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/Verifications/{verification}",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
        ("verification" = String, Path, description = "The name of the verification, VE…, or its number in E.164"),
    ),
    request_body(content = End, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The verification as it is now", body = Resource<'static>),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn end_verification(
    call: Call,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Answer {
    let (service, name) = path.into_inner();
    let service = call.service(&service, &[Right::Send, Right::Check])?.sid;
    let verification: VerificationSid = sid(&name)?;
    let form = call.form(payload).await?;
    let (end, right) = match form.required("Status")?.to_ascii_lowercase().as_str() {
        "canceled" => (VerificationEnd::Canceled, Right::Send),
        "approved" => (VerificationEnd::Approved, Right::Check),
        _ => return Err(ProblemReply::parameter("Status")),
    };
    call.allow(&[right])?;
    let ended = call.engine().end(service, verification, end).await?;
    let (to, verification) = ended.ok_or(Problem::NotFound)?;
    ok(&Resource::new(&call, service, &to, &verification))
}

/// What a caller is told who asked for a message to `number`.
fn answer(call: &Call, service: ServiceSid, number: &str, started: &StartedVerification) -> Answer {
    let (problem, retry_after) = match started {
        StartedVerification::Sent {
            to,
            verification,
            next_slot_in,
            ..
        } => {
            let resource = Resource::new(call, service, to, verification);
            return created_within(resource.json(), &call.limits(service, *next_slot_in));
        }
        StartedVerification::Repeated { to, verification } => {
            return created_before(&Resource::new(call, service, to, verification));
        }
        StartedVerification::Refused(StartRefusal::TooOften { retry_after }) => {
            let refused = ProblemReply::from(Problem::MobileTooOften);
            let limits = call.limits(service, *retry_after);
            return Err(refused.retry_after(Some(*retry_after)).rate_limit(limits));
        }
        StartedVerification::BadNumber => return Err(ProblemReply::number(number)),
        StartedVerification::CountryBlocked(region) => {
            let problem = ProblemReply::from(Problem::CountryBlocked);
            return Err(problem.about(region.as_str()));
        }
        StartedVerification::ChannelDisabled(channel) => {
            let problem = ProblemReply::from(Problem::ChannelDisabled);
            return Err(problem.about(name(*channel)));
        }
        StartedVerification::UnderWay => (Problem::RequestUnderWay, None),
        StartedVerification::NameTaken => (Problem::IdempotencyKeyReused, None),
        StartedVerification::UnknownService => (Problem::NotFound, None),
        StartedVerification::NotMobile => (Problem::NotMobile, None),
        StartedVerification::CustomCodeOff => (Problem::CustomCodeOff, None),
        StartedVerification::Refused(StartRefusal::NumberBlocked { .. }) => {
            (Problem::MobileBlocked, None)
        }
        StartedVerification::Refused(StartRefusal::ChecksExhausted { retry_after }) => {
            (Problem::MaxChecks, Some(*retry_after))
        }
        StartedVerification::Refused(StartRefusal::SendsExhausted { retry_after }) => {
            (Problem::MaxSends, Some(*retry_after))
        }
        StartedVerification::LimitedByProvider { retry_after, .. } => {
            (Problem::MobileTooOften, Some(*retry_after))
        }
        StartedVerification::BucketFull { retry_after } => {
            (Problem::RateLimited, Some(*retry_after))
        }
        StartedVerification::BudgetSpent { retry_after } => {
            (Problem::BudgetSpent, Some(*retry_after))
        }
        StartedVerification::Overloaded => (Problem::Overloaded, None),
        StartedVerification::SendFailed { .. } => (Problem::SendFailed, None),
    };
    Err(ProblemReply::from(problem).retry_after(retry_after))
}

/// A channel, in letters of any size.
fn channel(text: &str) -> Option<Channel> {
    let channels = [
        Channel::Sms,
        Channel::Call,
        Channel::Email,
        Channel::WhatsApp,
        Channel::Sna,
    ];
    let mut channels = channels.into_iter();
    channels.find(|channel| name(*channel).eq_ignore_ascii_case(text))
}

/// A channel as errors name it.
fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "SMS",
        Channel::Call => "CALL",
        Channel::Email => "EMAIL",
        Channel::WhatsApp => "WHATSAPP",
        Channel::Sna => "SNA",
    }
}

/// What the caller's own limits are asked about: a JSON object of texts and numbers.
fn rate_limits(json: &str) -> Option<Vec<(String, String)>> {
    let Value::Object(members) = serde_json::from_str(json).ok()? else {
        return None;
    };
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let members = members.into_iter();
    members
        .map(|(name, value)| Some((name, text(value)?)))
        .collect()
}

/// The language nearest to the one that is asked for, if messages are written in any that is near.
fn locale(tag: &str) -> Option<Locale> {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    match language.to_ascii_lowercase().as_str() {
        "zh" => Some(Locale::ZhCn),
        "en" => Some(Locale::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faster_json_is_the_same() {
        let mut resource = Resource {
            told: Told::example(),
            lookup: Lookup { carrier: () },
            send_code_attempts: Vec::new(),
            sna: (),
            url: "https://a.example/\"x\"".to_owned(),
        };
        for digit in ['1', '2', '3'] {
            let written = String::from_utf8(resource.json()).unwrap();
            assert_eq!(written, serde_json::to_string(&resource).unwrap());
            resource.told.valid = !resource.told.valid;
            resource.send_code_attempts.push(SentCode {
                attempt_sid: AttemptSid::from_hex(&digit.to_string().repeat(32)).unwrap(),
                channel: "sms",
                time: "2026-11-22T10:20:30Z".to_owned(),
            });
        }
    }

    #[test]
    fn a_channel_is_read_in_any_letters() {
        for text in ["sms", "SMS", "Sms"] {
            assert_eq!(channel(text), Some(Channel::Sms), "{text}");
        }
        assert_eq!(channel("whatsapp"), Some(Channel::WhatsApp));
        for text in ["", "smss", "rcs", "auto"] {
            assert_eq!(channel(text), None, "{text}");
        }
    }

    #[test]
    fn limits_are_asked_about_texts_and_numbers() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let rows = [
            ("{}", Some(vec![])),
            (
                r#"{"ip": "203.0.113.7", "user": 7}"#,
                Some(vec![pair("ip", "203.0.113.7"), pair("user", "7")]),
            ),
            (r#"{"ip": ["203.0.113.7"]}"#, None),
            (r#"{"ip": null}"#, None),
            (r#"["ip"]"#, None),
            ("ip", None),
        ];
        for (json, expected) in rows {
            assert_eq!(rate_limits(json), expected, "{json}");
        }
    }

    #[test]
    fn a_language_that_is_near_is_spoken() {
        let rows = [
            ("en", Some(Locale::En)),
            ("en-GB", Some(Locale::En)),
            ("zh", Some(Locale::ZhCn)),
            ("ZH_cn", Some(Locale::ZhCn)),
            ("fr", None),
            ("", None),
        ];
        for (tag, expected) in rows {
            assert_eq!(locale(tag), expected, "{tag}");
        }
    }
}
